package dev.lanewise.op.product;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Recording;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.Extent;
import dev.lanewise.kernel.MaxPooling;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import dev.lanewise.op.Target;

/**
 * The greatest element in each window of [N, C, H, W], as PyTorch's {@code max_pool2d} defines it;
 * NaN where there is one. The gradient goes to the first of equals.
 *
 * @param kernel the rows and columns of a window
 * @param stride the rows and columns from one window to the next
 * @param padding the rows and columns on each side that no window takes its greatest from, at most
 *     half a window
 */
public record MaxPool2d(Extent kernel, Extent stride, Extent padding) implements Op {
  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if one is too small or the padding is more than half a window
   */
  public MaxPool2d {
    Pooling.check("maxPool2d", kernel, stride, padding);
  }

  @Override
  public Shape infer(Shape... inputs) {
    return Pooling.infer("maxPool2d", kernel, stride, padding, inputs[0]);
  }

  private MaxPooling pooling(Shape x) {
    return new MaxPooling(
        Pooling.windows(kernel, stride, padding, x), Math.multiplyExact(x.dim(0), x.dim(1)));
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    NDArray x = inputs[0].contiguous();
    NDArray y = NDArray.empty(infer(x.shape()));
    MaxPooling pooling = pooling(x.shape());
    Recording.launch(() -> pooling.output(x.segment(), x.offset(), y.segment(), y.offset()));
    return y;
  }

  // dx gathers dy where x was the first to equal y
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    try (Target dx = Target.of(d, 0, inputs[0])) {
      if (dx != null) {
        NDArray x = inputs[0].contiguous();
        NDArray dy = dOut.contiguous();
        pooling(x.shape())
            .inputGrad(
                x.segment(),
                x.offset(),
                out.segment(),
                out.offset(),
                dy.segment(),
                dy.offset(),
                dx.array().segment(),
                dx.array().offset(),
                dx.accumulates());
      }
    }
  }
}
