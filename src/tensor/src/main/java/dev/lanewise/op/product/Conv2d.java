package dev.lanewise.op.product;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Recording;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.kernel.Convolution;
import dev.lanewise.kernel.Extent;
import dev.lanewise.kernel.Reduction;
import dev.lanewise.kernel.Windows;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import dev.lanewise.op.Target;

/**
 * The convolution of images with filters, as PyTorch's {@code conv2d} defines it: inputs are X [N,
 * C, H, W], W [O, C/groups, kH, kW] and optionally b [O], the result is [N, O, H', W'].
 *
 * @param stride the rows and columns from one place of a filter to the next
 * @param padding the rows and columns of zeros on each side of an image
 * @param dilation the rows and columns from one tap of a filter to the next
 * @param groups the equal parts of the channels, each seen by its own part of the filters
 */
public record Conv2d(Extent stride, Extent padding, Extent dilation, int groups) implements Op {
  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if a stride, a dilation or the number of groups is less than
   *     one, or a padding is negative
   */
  public Conv2d {
    if (!stride.isAtLeast(1) || !padding.isAtLeast(0) || !dilation.isAtLeast(1) || groups < 1) {
      throw new IllegalArgumentException(
          ("conv2d: stride " + stride + ", padding " + padding + ", dilation " + dilation)
              + (" and " + groups + " groups: only the padding may be less than 1, and be 0"));
    }
  }

  /** Returns a convolution of one group, without dilation, the same along both axes. */
  public static Conv2d of(int stride, int padding) {
    return new Conv2d(Extent.of(stride), Extent.of(padding), Extent.of(1), 1);
  }

  @Override
  public Shape infer(Shape... inputs) {
    Shape x = inputs[0];
    Shape w = inputs[1];
    if (x.rank() != 4 || w.rank() != 4) {
      throw new ShapeException(
          ("conv2d: input " + x + " and weight " + w)
              + " are not [N, C, H, W] and [O, C/groups, kH, kW]");
    }
    if ((long) w.dim(1) * groups != x.dim(1)) {
      throw new ShapeException(
          ("conv2d: the " + x.dim(1) + " channels of input " + x + " are not " + w.dim(1))
              + (", as weight " + w + " has them, for each of " + groups + " groups"));
    }
    if (w.dim(0) % groups != 0) {
      throw new ShapeException(
          "conv2d: the filters of weight " + w + " do not divide into " + groups + " groups");
    }
    if (inputs.length > 2 && (inputs[2].rank() != 1 || inputs[2].dim(0) != w.dim(0))) {
      throw new ShapeException(
          "conv2d: bias " + inputs[2] + " does not have the weight's " + w + " number of filters");
    }
    if (w.dim(2) == 0 || w.dim(3) == 0) {
      throw new ShapeException("conv2d: the filters of weight " + w + " have no taps");
    }
    Windows windows = windows(x, w);
    if (windows.outHeight() < 1 || windows.outWidth() < 1) {
      throw new ShapeException(
          ("conv2d: a filter of weight " + w + " spans " + windows.span())
              + (" with dilation " + dilation + ", more than input " + x)
              + (" with padding " + padding));
    }
    return Shape.of(x.dim(0), w.dim(0), windows.outHeight(), windows.outWidth());
  }

  private Windows windows(Shape x, Shape w) {
    Extent kernel = new Extent(w.dim(2), w.dim(3));
    return new Windows(kernel, stride, padding, dilation, new Extent(x.dim(2), x.dim(3)));
  }

  private Convolution convolution(NDArray... inputs) {
    Shape x = inputs[0].shape();
    Shape w = inputs[1].shape();
    return new Convolution(windows(x, w), x.dim(0), x.dim(1), w.dim(0), groups);
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    Convolution convolution = convolution(inputs);
    NDArray x = inputs[0].contiguous();
    NDArray w = inputs[1].contiguous();
    NDArray b = inputs.length > 2 ? inputs[2].contiguous() : null;
    Windows places = convolution.windows();
    NDArray y =
        NDArray.empty(
            Shape.of(
                convolution.images(),
                convolution.filters(),
                places.outHeight(),
                places.outWidth()));
    Recording.launch(() ->
        convolution.output(
            x.segment(),
            x.offset(),
            w.segment(),
            w.offset(),
            b == null ? null : b.segment(),
            b == null ? 0 : b.offset(),
            y.segment(),
            y.offset()));
    return y;
  }

  // dX = W' dY folded; dW = dY U', U the unfolded X; db = dY summed over images and places
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    Convolution convolution = convolution(inputs);
    NDArray dy = dOut.contiguous();
    try (Target dx = Target.of(d, 0, inputs[0])) {
      if (dx != null) {
        NDArray w = inputs[1].contiguous();
        convolution.inputGrad(
            dx.array().segment(),
            dx.array().offset(),
            w.segment(),
            w.offset(),
            dy.segment(),
            dy.offset(),
            dx.accumulates());
      }
    }
    try (Target dw = Target.of(d, 1, inputs[1])) {
      if (dw != null) {
        NDArray x = inputs[0].contiguous();
        convolution.weightGrad(
            x.segment(),
            x.offset(),
            dw.array().segment(),
            dw.array().offset(),
            dy.segment(),
            dy.offset(),
            dw.accumulates());
      }
    }
    if (inputs.length > 2) {
      biasGrad(inputs[2], dy, d);
    }
  }

  // db = N x O summed to O, of dY summed over each plane
  private static void biasGrad(NDArray bias, NDArray dy, Cotangents d) {
    try (Target db = Target.of(d, 2, bias)) {
      if (db != null) {
        NDArray sums = dy.sum(new int[] {2, 3}, false);
        int filters = sums.shape().dim(1);
        Reduction.columnSums(
            sums.segment(),
            sums.offset(),
            filters,
            sums.shape().dim(0),
            filters,
            db.array().segment(),
            db.array().offset(),
            db.accumulates());
      }
    }
  }
}
