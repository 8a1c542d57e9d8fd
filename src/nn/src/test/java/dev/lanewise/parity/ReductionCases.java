package dev.lanewise.parity;

import static dev.lanewise.parity.Tolerance.AVERAGE;
import static dev.lanewise.parity.Tolerance.EXACT;
import static dev.lanewise.parity.Tolerance.ROUNDED;
import static dev.lanewise.parity.Values.EIGHTHS;

import dev.lanewise.array.Indices;
import dev.lanewise.array.NDArray;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Reductions of three axes over some of them. */
public final class ReductionCases {
  /**
   * What is reduced.
   *
   * @param axes all of them if none is named
   */
  public record Over(boolean keepDims, List<Integer> axes) {
    private static Over of(boolean keepDims, Integer... axes) {
      return new Over(keepDims, List.of(axes));
    }

    /** Returns the axes as operations take them. */
    public int[] toArray() {
      return axes.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The words that follow the name of the reduction in a definition. */
    @Override
    public String toString() {
      return " over " + axes + (keepDims ? " keepDims" : "");
    }
  }

  /** Every choice that the reductions are tried on. */
  public static final List<Over> CHOICES =
      List.of(
          Over.of(false),
          Over.of(false, 0),
          Over.of(true, 1),
          Over.of(false, -1),
          Over.of(false, 0, 2),
          Over.of(true, -2, 0),
          Over.of(true, 0, 1, 2));

  private static final Values FACTORS = Values.of(-2, -1, -0.5f, 0, 0.5f, 1, 2);
  private static final Values NUMBERS = Values.between(-4, 4);

  private static final Input INFINITE_ROWS =
      rows(
          Float.NEGATIVE_INFINITY,
          Float.NEGATIVE_INFINITY,
          Float.NEGATIVE_INFINITY,
          Float.NEGATIVE_INFINITY,
          1,
          2,
          Float.POSITIVE_INFINITY,
          1,
          2,
          Float.POSITIVE_INFINITY,
          Float.NEGATIVE_INFINITY,
          1);

  private static final Input ROWS_WITH_NAN =
      rows(Float.NaN, 1, 2, Float.POSITIVE_INFINITY, Float.NaN, Float.NaN);

  private ReductionCases() {}

  private interface Reduction {
    Tensor of(Tensor x, int[] axes, boolean keepDims);
  }

  static List<Case> all() {
    List<Case> all = new ArrayList<>();
    for (Over over : CHOICES) {
      all.addAll(
          List.of(
              reduction("sum", over, EIGHTHS, EXACT, Tensor::sum),
              reduction("mean", over, EIGHTHS, ROUNDED, Tensor::mean),
              reduction("variance", over, NUMBERS, AVERAGE, (x, a, k) -> x.variance(a, 1, k)),
              reduction("variance 0", over, NUMBERS, AVERAGE, (x, a, k) -> x.variance(a, 0, k)),
              reduction("max", over, EIGHTHS, EXACT, Tensor::max),
              reduction("min", over, EIGHTHS, EXACT, Tensor::min),
              reduction("product", over, FACTORS, EXACT, Tensor::product),
              reduction("norm", over, EIGHTHS, ROUNDED, Tensor::norm),
              reduction("logSumExp", over, NUMBERS, AVERAGE, Tensor::logSumExp)));
    }
    all.addAll(edges(all));
    for (int axis = -1; axis < 3; axis++) {
      int along = axis;
      all.add(along("cumulativeSum", axis, x -> x.cumulativeSum(along)));
      all.add(along("argmax", axis, x -> tensor(x.argmax(along))));
      all.add(along("argmin", axis, x -> tensor(x.argmin(along))));
    }
    return all;
  }

  /** The reductions over the last axis on rows out of the ordinary, and over all of nothing. */
  private static List<Case> edges(List<Case> cases) {
    List<Case> edges = new ArrayList<>();
    for (Case one : cases) {
      if (one.definition().endsWith(" over [-1]")) {
        edges.add(one.on("rows of one", d -> List.of(d.input(EIGHTHS, 3, 1))));
        edges.add(one.on("rows of zeros", d -> List.of(d.input(Values.of(0), 2, 3))));
        edges.add(one.on("infinite rows", _ -> List.of(INFINITE_ROWS)));
        edges.add(one.on("rows with NaN", _ -> List.of(ROWS_WITH_NAN)));
      }
      // Of nothing no element is the greatest: both refuse.
      boolean extreme = one.definition().startsWith("max") || one.definition().startsWith("min");
      if (one.definition().endsWith(" over []") && !extreme) {
        edges.add(one.on("nothing", d -> List.of(d.input(EIGHTHS, 2, 0))));
      }
    }
    return edges.stream().map(ReductionCases::noted).toList();
  }

  /** Returns a case at the edge, with the reason if it is a known difference. */
  private static Case noted(Case edge) {
    return switch (edge.name()) {
      case "max over [-1], rows with NaN", "min over [-1], rows with NaN" ->
          edge.differing(
              "PyTorch counts no element equal to NaN, and divides by 0; here they share");
      case "product over [-1], infinite rows", "product over [-1], rows with NaN" ->
          edge.differing("PyTorch divides the product by each factor; here nothing is divided");
      default -> edge;
    };
  }

  private static Input rows(float... numbers) {
    return new Input(NDArray.of(numbers, numbers.length / 3, 3), true);
  }

  private static Case reduction(
      String name, Over over, Values values, Tolerance tolerance, Reduction reduction) {
    return Case.of(
            name + over,
            d -> List.of(d.input(values, d.dims(3))),
            x -> reduction.of(x[0], over.toArray(), over.keepDims()))
        .within(tolerance, tolerance);
  }

  private static Case along(String name, int axis, UnaryOperator<Tensor> function) {
    return Case.of(
        name + " " + axis, d -> List.of(d.input(EIGHTHS, d.dims(3))), x -> function.apply(x[0]));
  }

  private static Tensor tensor(Indices indices) {
    int[] numbers = indices.toIntArray();
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = numbers[i];
    }
    return Tensor.of(floats, indices.shape().toArray());
  }
}
