package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;

/** The greatest element of each square window of images [samples, channels, height, width]. */
public final class MaxPool2d extends Module {
  private final int kernel;
  private final int stride;
  private final int padding;

  /** Makes a pooling of windows side by side. */
  public MaxPool2d(int kernel) {
    this(kernel, kernel, 0);
  }

  /**
   * Makes a pooling.
   *
   * @param stride from one window to the next
   * @param padding a border that no window takes its greatest from, at most half a window wide
   */
  public MaxPool2d(int kernel, int stride, int padding) {
    this.kernel = kernel;
    this.stride = stride;
    this.padding = padding;
  }

  @Override
  public Tensor forward(Tensor input) {
    return input.maxPool2d(kernel, stride, padding);
  }
}
