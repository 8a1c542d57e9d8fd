package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;

/** The mean of each square window of images [samples, channels, height, width]. */
public final class AvgPool2d extends Module {
  private final int kernel;
  private final int stride;
  private final int padding;

  /** Makes a pooling of windows side by side. */
  public AvgPool2d(int kernel) {
    this(kernel, kernel, 0);
  }

  /**
   * Makes a pooling.
   *
   * @param stride from one window to the next
   * @param padding a border of zeros, which count, at most half a window wide
   */
  public AvgPool2d(int kernel, int stride, int padding) {
    this.kernel = kernel;
    this.stride = stride;
    this.padding = padding;
  }

  @Override
  public Tensor forward(Tensor input) {
    return input.avgPool2d(kernel, stride, padding);
  }
}
