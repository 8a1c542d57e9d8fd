package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;

/**
 * A convolution of sequences [samples, channels, length] with filters [out, in / groups, kernel].
 *
 * <p>Weight and bias start as PyTorch's do, uniform on ±1 / sqrt(in / groups * kernel).
 */
public final class Conv1d extends Convolution {
  private final int stride;
  private final int padding;
  private final int dilation;
  private final int groups;

  /** Makes a convolution with stride 1, without padding and with a bias. */
  public Conv1d(int in, int out, int kernel) {
    this(in, out, kernel, 1, 0);
  }

  /** Makes a convolution with a bias. */
  public Conv1d(int in, int out, int kernel, int stride, int padding) {
    this(in, out, kernel, stride, padding, 1, 1, true);
  }

  /**
   * Makes a convolution.
   *
   * @param stride from one place of a filter to the next
   * @param padding zeros at either end
   * @param dilation from one tap of a filter to the next
   * @param groups the equal parts of the channels, each seen by its own part of the filters
   * @throws IllegalArgumentException if a size is not positive, or {@code groups} does not divide
   *     the numbers of channels
   */
  public Conv1d(
      int in,
      int out,
      int kernel,
      int stride,
      int padding,
      int dilation,
      int groups,
      boolean withBias) {
    super(in, out, groups, withBias, kernel);
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.groups = groups;
  }

  @Override
  public Tensor forward(Tensor input) {
    return input.conv1d(weight, bias, stride, padding, dilation, groups);
  }
}
