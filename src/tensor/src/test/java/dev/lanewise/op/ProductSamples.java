package dev.lanewise.op;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.Views;
import dev.lanewise.kernel.Activation;
import dev.lanewise.op.product.LinearAct;
import dev.lanewise.op.product.MatMul;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Random calls of the operations in {@code op.product}. */
final class ProductSamples {
  private static final Activation[] FUSED = {
    Activation.IDENTITY, Activation.RELU, Activation.SIGMOID, Activation.TANH
  };

  static final Map<Class<?>, Function<Draw, Sample>> OF =
      Map.ofEntries(
          Map.entry(MatMul.class, ProductSamples::matMul),
          Map.entry(LinearAct.class, ProductSamples::linear));

  private ProductSamples() {}

  private static Sample matMul(Draw d) {
    int[] batch = d.small(2);
    int m = d.small();
    int k = d.dim();
    int n = d.small();
    if (d.random.nextInt(5) == 0) {
      int[] square = Draw.append(batch, m, m);
      NDArray both = d.array(d::any, square);
      return Draw.sample(new MatMul(), Reference.matmul(square, square, square), m, both, both);
    }
    int[] left = d.random.nextBoolean() ? batch : d.narrowed(batch);
    int[] right = d.random.nextBoolean() ? batch : d.narrowed(batch);
    int[] joint = Shape.of(left).broadcast(Shape.of(right), "sample").toArray();
    int[] a = Draw.append(left, m, k);
    int[] b = Draw.append(right, k, n);
    return Draw.sample(
        new MatMul(),
        Reference.matmul(a, b, Draw.append(joint, m, n)),
        k,
        d.array(d::any, a),
        d.array(d::any, b));
  }

  private static Sample linear(Draw d) {
    Activation activation = FUSED[d.random.nextInt(FUSED.length)];
    int[] lead = d.small(3);
    boolean wide = d.random.nextBoolean();
    int in = wide ? d.dim() : d.small();
    int out = wide ? d.small() : d.dim();
    int rows = Views.size(lead);
    Reference sums = Reference.linear(Activation.IDENTITY, rows, in, out);
    while (true) {
      List<NDArray> inputs = new ArrayList<>();
      inputs.add(d.array(d::any, Draw.append(lead, in)));
      inputs.add(d.array(d::any, out, in));
      if (d.random.nextInt(3) > 0) {
        inputs.add(d.array(d::any, out));
      }
      Sample sample =
          Draw.sample(
              new LinearAct(activation),
              Reference.linear(activation, rows, in, out),
              in + 1,
              inputs.toArray(NDArray[]::new));
      // A ReLU has no slope at 0, where single and double precision may take different sides.
      boolean atKink =
          activation == Activation.RELU
              && inputs.size() + in > 2
              && Arrays.stream(sums.value(sample.values())).anyMatch(z -> Math.abs(z) < 1e-3);
      if (!atKink) {
        return sample;
      }
    }
  }
}
