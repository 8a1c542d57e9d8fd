package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;

/** The activation 1 / (1 + e^-x), element by element. */
public final class Sigmoid extends Module {
  /** Makes the activation. */
  public Sigmoid() {}

  @Override
  public Tensor forward(Tensor input) {
    return input.sigmoid();
  }
}
