package dev.lanewise.op.product;

import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.kernel.Extent;
import dev.lanewise.kernel.Windows;

/** The shape rule of poolings: of X [N, C, H, W], windows over each [H, W]. */
final class Pooling {
  private Pooling() {}

  /** Refuses options that PyTorch refuses as well. */
  static void check(String name, Extent kernel, Extent stride, Extent padding) {
    boolean half =
        2L * padding.height() <= kernel.height() && 2L * padding.width() <= kernel.width();
    if (!kernel.isAtLeast(1) || !stride.isAtLeast(1) || !padding.isAtLeast(0) || !half) {
      throw new IllegalArgumentException(
          (name + ": a window of " + kernel + ", stride " + stride + " and padding " + padding)
              + " are not 1 or more, and the padding no more than half the window");
    }
  }

  static Shape infer(String name, Extent kernel, Extent stride, Extent padding, Shape x) {
    if (x.rank() != 4) {
      throw new ShapeException(name + ": input " + x + " is not [N, C, H, W]");
    }
    Windows windows = windows(kernel, stride, padding, x);
    if (windows.outHeight() < 1 || windows.outWidth() < 1) {
      throw new ShapeException(
          (name + ": a window of " + kernel + " is larger than input " + x)
              + (" with padding " + padding));
    }
    return Shape.of(x.dim(0), x.dim(1), windows.outHeight(), windows.outWidth());
  }

  static Windows windows(Extent kernel, Extent stride, Extent padding, Shape x) {
    return new Windows(kernel, stride, padding, Extent.of(1), new Extent(x.dim(2), x.dim(3)));
  }
}
