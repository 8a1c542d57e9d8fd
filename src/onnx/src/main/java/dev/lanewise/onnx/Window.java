package dev.lanewise.onnx;

import dev.lanewise.array.Shape;
import dev.lanewise.kernel.Extent;
import dev.lanewise.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of a convolution or a pooling: how its window slides over images [N, C, H, W], or
 * over sequences [N, C, L], which are images of one row.
 */
final class Window {
  private final Node node;
  private final String autoPad;
  private final int @Nullable [] kernel;
  private final int @Nullable [] strides;
  private final int @Nullable [] dilations;
  private final int @Nullable [] pads;

  Window(Node node) throws OnnxException {
    this.node = node;
    this.autoPad = node.text("auto_pad", "NOTSET");
    this.kernel = node.ints("kernel_shape");
    this.strides = node.ints("strides");
    this.dilations = node.ints("dilations");
    this.pads = node.ints("pads");
    for (int[] lengths : new int @Nullable [][] {kernel, strides, dilations}) {
      if (lengths != null && (lengths.length < 1 || lengths.length > 2)) {
        throw node.refuse("has " + lengths.length + " spatial axes; 1 and 2 are run");
      }
    }
  }

  /**
   * How a window slides.
   *
   * @param before the border at the top and the left
   * @param after the border at the bottom and the right
   */
  record Sliding(Extent kernel, Extent stride, Extent dilation, Extent before, Extent after) {
    boolean isSymmetric() {
      return before.equals(after);
    }

    /** Says whether a pooling takes the border: it is even, and at most half of the window. */
    boolean isForPooling() {
      return isSymmetric()
          && 2L * before.height() <= kernel.height()
          && 2L * before.width() <= kernel.width();
    }

    boolean isPadded() {
      return !before.equals(Extent.of(0)) || !after.equals(Extent.of(0));
    }

    Tensor padded(Tensor x, float value) {
      return x.pad(
          new int[] {0, 0, before.height(), before.width()},
          new int[] {0, 0, after.height(), after.width()},
          value);
    }

    /** Returns the same with borders that are wider at the end. */
    Sliding withAfter(Extent wider) {
      return new Sliding(kernel, stride, dilation, before, wider);
    }
  }

  /** Returns [N, C, L] as [N, C, 1, L], and [N, C, H, W] as it is. */
  static Tensor image(Tensor x) {
    int rank = x.shape().rank();
    if (rank != 3 && rank != 4) {
      throw new IllegalArgumentException(
          "input " + x.shape() + " is not [N, C, H, W] or [N, C, L]");
    }
    return rank == 4 ? x : x.unsqueeze(2);
  }

  /** Returns [N, C, 1, L] as [N, C, L] where {@code like} was of that kind. */
  static Tensor unlifted(Tensor image, Tensor like) {
    return like.shape().rank() == 4 ? image : image.squeeze(2);
  }

  /** Returns how the window of this shape, or else of the attribute, slides over {@code x}. */
  Sliding over(Tensor x, @Nullable Extent taps) {
    int axes = x.shape().rank() - 2;
    Extent attribute = extent(kernel, axes, 0, 1);
    Extent size = taps == null ? attribute : taps;
    if (size.equals(Extent.of(0)) || (kernel != null && !size.equals(attribute))) {
      throw new IllegalArgumentException(
          "the attribute kernel_shape says " + attribute + ", where the window is " + size);
    }
    Extent stride = extent(strides, axes, 1, 1);
    Extent dilation = extent(dilations, axes, 1, 1);
    Shape shape = x.shape();
    Extent plane = new Extent(axes == 1 ? 1 : shape.dim(-2), shape.dim(-1));
    Extent span =
        new Extent(
            Math.addExact(Math.multiplyExact(size.height() - 1, dilation.height()), 1),
            Math.addExact(Math.multiplyExact(size.width() - 1, dilation.width()), 1));
    Extent zero = Extent.of(0);
    return switch (autoPad) {
      case "NOTSET" -> new Sliding(size, stride, dilation, border(axes, 0), border(axes, 1));
      case "VALID" -> new Sliding(size, stride, dilation, zero, zero);
      case "SAME_UPPER", "SAME_LOWER" -> {
        int height = same(plane.height(), span.height(), stride.height());
        int width = same(plane.width(), span.width(), stride.width());
        Extent small = new Extent(height / 2, width / 2);
        Extent large = new Extent(height - height / 2, width - width / 2);
        yield autoPad.equals("SAME_UPPER")
            ? new Sliding(size, stride, dilation, small, large)
            : new Sliding(size, stride, dilation, large, small);
      }
      default -> throw new IllegalArgumentException("auto_pad is '" + Node.shown(autoPad) + "'");
    };
  }

  /** Returns the border that makes as many places as there are steps in {@code length}. */
  private static int same(int length, int span, int stride) {
    long places = Math.ceilDiv(length, Math.max(stride, 1));
    return Math.toIntExact(Math.max(0, (places - 1) * stride + span - length));
  }

  private Extent border(int axes, int end) {
    if (pads == null) {
      return Extent.of(0);
    }
    if (pads.length != 2 * axes) {
      throw new IllegalArgumentException(
          pads.length + " pads are not two for each of " + axes + " spatial axes");
    }
    int[] half = new int[axes];
    System.arraycopy(pads, end * axes, half, 0, axes);
    return extent(half, axes, 0, 0);
  }

  /**
   * Returns lengths along spatial axes.
   *
   * @param otherwise what they are if there are none
   * @param across what a sequence has along the axis of the one row that it is as an image
   */
  private Extent extent(int @Nullable [] lengths, int axes, int otherwise, int across) {
    if (lengths == null) {
      return Extent.of(otherwise);
    }
    if (lengths.length != axes) {
      throw new IllegalArgumentException(
          node + " has attributes of " + lengths.length + " spatial axes, its input has " + axes);
    }
    return axes == 2 ? new Extent(lengths[0], lengths[1]) : new Extent(across, lengths[0]);
  }
}
