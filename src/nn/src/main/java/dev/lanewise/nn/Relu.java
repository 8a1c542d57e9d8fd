package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;

/** The activation max(0, x), element by element. */
public final class Relu extends Module {
  /** Makes the activation. */
  public Relu() {}

  @Override
  public Tensor forward(Tensor input) {
    return input.relu();
  }
}
