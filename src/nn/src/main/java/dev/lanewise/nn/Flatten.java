package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;

/** Neighbouring axes made one, as between convolutions and fully connected layers. */
public final class Flatten extends Module {
  private final int first;
  private final int last;

  /** Makes one axis of all but the first, which counts the samples of a batch. */
  public Flatten() {
    this(1, -1);
  }

  /** Makes one axis of those from {@code first} to {@code last}, which may count from the end. */
  public Flatten(int first, int last) {
    this.first = first;
    this.last = last;
  }

  @Override
  public Tensor forward(Tensor input) {
    return input.flatten(first, last);
  }
}
