package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;

/** The activation the hyperbolic tangent, element by element. */
public final class Tanh extends Module {
  /** Makes the activation. */
  public Tanh() {}

  @Override
  public Tensor forward(Tensor input) {
    return input.tanh();
  }
}
