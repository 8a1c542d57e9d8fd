package dev.lanewise.op;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.Views;
import dev.lanewise.kernel.Activation;
import dev.lanewise.kernel.Extent;
import dev.lanewise.kernel.Windows;
import dev.lanewise.op.product.AvgPool2d;
import dev.lanewise.op.product.Conv2d;
import dev.lanewise.op.product.LinearAct;
import dev.lanewise.op.product.MatMul;
import dev.lanewise.op.product.MaxPool2d;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/** Random calls of the operations in {@code op.product}. */
final class ProductSamples {
  private static final Activation[] FUSED = {
    Activation.IDENTITY, Activation.RELU, Activation.SIGMOID, Activation.TANH
  };

  static final Map<Class<?>, Function<Draw, Sample>> OF =
      Map.ofEntries(
          Map.entry(MatMul.class, ProductSamples::matMul),
          Map.entry(LinearAct.class, ProductSamples::linear),
          Map.entry(Conv2d.class, ProductSamples::conv2d),
          Map.entry(MaxPool2d.class, ProductSamples::maxPool2d),
          Map.entry(AvgPool2d.class, ProductSamples::avgPool2d));

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

  private static Sample conv2d(Draw d) {
    Extent kernel = extent(d, 1, 3);
    Extent stride = extent(d, 1, 3);
    Extent padding = extent(d, 0, 2);
    Extent dilation = d.random.nextInt(3) == 0 ? extent(d, 1, 2) : Extent.of(1);
    int groups = d.random.nextInt(3) == 0 ? 2 : 1;
    int h = Math.max(1, dilation.height() * (kernel.height() - 1) + 1 - 2 * padding.height());
    int w = Math.max(1, dilation.width() * (kernel.width() - 1) + 1 - 2 * padding.width());
    Extent plane = new Extent(h + d.random.nextInt(3), w + d.random.nextInt(5));
    Windows windows = new Windows(kernel, stride, padding, dilation, plane);
    int images = d.random.nextInt(8) == 0 ? 0 : 1 + d.random.nextInt(2);
    int channels = groups * (1 + d.random.nextInt(2));
    int filters = groups * (1 + d.random.nextInt(6));
    List<NDArray> inputs = new ArrayList<>();
    inputs.add(d.array(d::any, images, channels, plane.height(), plane.width()));
    inputs.add(d.array(d::any, filters, channels / groups, kernel.height(), kernel.width()));
    if (d.random.nextBoolean()) {
      inputs.add(d.array(d::any, filters));
    }
    return Draw.sample(
        new Conv2d(stride, padding, dilation, groups),
        Reference.convolution(windows, images, channels, filters, groups),
        channels / groups * kernel.height() * kernel.width() + 1,
        inputs.toArray(NDArray[]::new));
  }

  private static Sample maxPool2d(Draw d) {
    while (true) {
      Windows windows = pooling(d);
      Op op = new MaxPool2d(windows.kernel(), windows.stride(), windows.padding());
      // Two equals have no slope, so all numbers differ, by more than the step of a difference.
      int[] drawn = {d.random.nextInt(1009)};
      NDArray x = planes(d, () -> drawn[0]++ * 7919 % 1009 / 256.0, windows);
      Shape shape = x.shape();
      Sample sample =
          Draw.sample(op, Reference.maxPool(windows, shape.dim(0) * shape.dim(1)), 1, x);
      if (Arrays.stream(Views.read(x)).distinct().count() == x.size()) {
        return sample;
      }
    }
  }

  private static Sample avgPool2d(Draw d) {
    Windows windows = pooling(d);
    Extent kernel = windows.kernel();
    Op op = new AvgPool2d(kernel, windows.stride(), windows.padding());
    NDArray x = planes(d, d::any, windows);
    int planes = x.shape().dim(0) * x.shape().dim(1);
    return Draw.sample(op, Reference.avgPool(windows, planes), kernel.height() * kernel.width(), x);
  }

  private static Windows pooling(Draw d) {
    Extent kernel = extent(d, 1, 3);
    Extent padding =
        new Extent(
            d.random.nextInt(kernel.height() / 2 + 1), d.random.nextInt(kernel.width() / 2 + 1));
    Extent plane =
        new Extent(kernel.height() + d.random.nextInt(3), kernel.width() + d.random.nextInt(5));
    return new Windows(kernel, extent(d, 1, 3), padding, Extent.of(1), plane);
  }

  private static Extent extent(Draw d, int least, int most) {
    int more = most - least + 1;
    return new Extent(least + d.random.nextInt(more), least + d.random.nextInt(more));
  }

  private static NDArray planes(Draw d, DoubleSupplier draw, Windows windows) {
    Extent plane = windows.plane();
    int images = d.random.nextInt(8) == 0 ? 0 : 1 + d.random.nextInt(2);
    int channels = 1 + d.random.nextInt(2);
    return d.array(draw, images, channels, plane.height(), plane.width());
  }
}
