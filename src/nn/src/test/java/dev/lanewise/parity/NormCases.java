package dev.lanewise.parity;

import static dev.lanewise.parity.Tolerance.SUM;

import dev.lanewise.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/** Normalizations over the last axes. */
final class NormCases {
  private static final Values NUMBERS = Values.between(-4, 4);
  private static final double EPS = 1e-5;

  private NormCases() {}

  static List<Case> all() {
    return List.of(
        norm("layerNorm", x -> x[0].layerNorm(x[1], x[2], EPS), 7),
        norm("layerNorm of matrices", x -> x[0].layerNorm(x[1], x[2], EPS), 2, 5),
        norm("layerNorm plain", x -> x[0].layerNorm(1, EPS), 7),
        norm("rmsNorm", x -> x[0].rmsNorm(x[1], EPS), 7),
        norm("rmsNorm plain", x -> x[0].rmsNorm(1, EPS), 7));
  }

  /** A normalization of some inputs of a shape, with a weight of it, and a bias. */
  private static Case norm(String definition, Function<Tensor[], Tensor> function, int... shape) {
    int inputs = definition.endsWith("plain") ? 1 : definition.startsWith("rms") ? 2 : 3;
    return Case.of(
            definition,
            d -> {
              int[] dims = new int[shape.length + 1];
              dims[0] = d.length(4);
              System.arraycopy(shape, 0, dims, 1, shape.length);
              return List.of(
                      d.input(NUMBERS, dims), d.input(NUMBERS, shape), d.input(NUMBERS, shape))
                  .subList(0, inputs);
            },
            function)
        .within(SUM, SUM);
  }
}
