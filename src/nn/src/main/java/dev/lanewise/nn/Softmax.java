package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;

/** The softmax over one axis. */
public final class Softmax extends Module {
  private final int axis;

  /** Makes a softmax over {@code axis}, which may count from the end. */
  public Softmax(int axis) {
    this.axis = axis;
  }

  @Override
  public Tensor forward(Tensor input) {
    return input.softmax(axis);
  }
}
