package dev.lanewise.op.product;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Recording;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.Convolution;
import dev.lanewise.kernel.Elementwise;
import dev.lanewise.kernel.Extent;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import dev.lanewise.op.Target;

/**
 * The mean of each window of [N, C, H, W], as PyTorch's {@code avg_pool2d} defines it: zeros of the
 * padding count. It is the convolution of each channel with a filter of ones, divided.
 *
 * @param kernel the rows and columns of a window
 * @param stride the rows and columns from one window to the next
 * @param padding the rows and columns of zeros on each side, at most half a window
 */
public record AvgPool2d(Extent kernel, Extent stride, Extent padding) implements Op {
  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if one is too small or the padding is more than half a window
   */
  public AvgPool2d {
    Pooling.check("avgPool2d", kernel, stride, padding);
  }

  @Override
  public Shape infer(Shape... inputs) {
    return Pooling.infer("avgPool2d", kernel, stride, padding, inputs[0]);
  }

  /** Returns the sums of the windows of each of N C images of one channel. */
  private Convolution sums(Shape x) {
    int planes = Math.multiplyExact(x.dim(0), x.dim(1));
    return new Convolution(Pooling.windows(kernel, stride, padding, x), planes, 1, 1, 1);
  }

  private NDArray ones() {
    return NDArray.full(Shape.of(kernel.height(), kernel.width()), 1);
  }

  private NDArray divided(NDArray array) {
    float count = (float) ((double) kernel.height() * kernel.width());
    return array.map((s, so, d, o, n) -> Elementwise.divScalar(s, so, count, d, o, n));
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    NDArray x = inputs[0].contiguous();
    NDArray w = ones();
    NDArray y = NDArray.empty(infer(x.shape()));
    Convolution sums = sums(x.shape());
    Recording.launch(() ->
        sums.output(
            x.segment(), x.offset(), w.segment(), w.offset(), null, 0, y.segment(), y.offset()));
    return divided(y);
  }

  // dx gathers dy / (kH kW) from every window that saw it
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    try (Target dx = Target.of(d, 0, inputs[0])) {
      if (dx != null) {
        NDArray w = ones();
        NDArray dy = divided(dOut);
        sums(inputs[0].shape())
            .inputGrad(
                dx.array().segment(),
                dx.array().offset(),
                w.segment(),
                w.offset(),
                dy.segment(),
                dy.offset(),
                dx.accumulates());
      }
    }
  }
}
