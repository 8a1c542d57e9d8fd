package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;

/** The activation x Phi(x), by erf, element by element. */
public final class Gelu extends Module {
  /** Makes the activation. */
  public Gelu() {}

  @Override
  public Tensor forward(Tensor input) {
    return input.gelu();
  }
}
