package dev.lanewise.nn;

import dev.lanewise.kernel.Extent;
import dev.lanewise.tensor.Tensor;

/**
 * A convolution of images [samples, channels, height, width] with filters [out, in / groups, kernel
 * height, kernel width].
 *
 * <p>Weight and bias start as PyTorch's do, uniform on ±1 / sqrt(in / groups * kernel height *
 * kernel width).
 */
public final class Conv2d extends Convolution {
  private final dev.lanewise.op.product.Conv2d convolution;

  /** Makes a convolution by a square kernel, with stride 1, without padding and with a bias. */
  public Conv2d(int in, int out, int kernel) {
    this(in, out, kernel, 1, 0);
  }

  /** Makes a convolution by a square kernel with a bias. */
  public Conv2d(int in, int out, int kernel, int stride, int padding) {
    this(in, out, Extent.of(kernel), Extent.of(stride), Extent.of(padding), Extent.of(1), 1, true);
  }

  /**
   * Makes a convolution.
   *
   * @param stride from one place of a filter to the next
   * @param padding zeros on each side
   * @param dilation from one tap of a filter to the next
   * @param groups the equal parts of the channels, each seen by its own part of the filters
   * @throws IllegalArgumentException if a size is not positive, or {@code groups} does not divide
   *     the numbers of channels
   */
  public Conv2d(
      int in,
      int out,
      Extent kernel,
      Extent stride,
      Extent padding,
      Extent dilation,
      int groups,
      boolean withBias) {
    super(in, out, groups, withBias, kernel.height(), kernel.width());
    this.convolution = new dev.lanewise.op.product.Conv2d(stride, padding, dilation, groups);
  }

  @Override
  public Tensor forward(Tensor input) {
    return input.conv2d(weight, bias, convolution);
  }
}
