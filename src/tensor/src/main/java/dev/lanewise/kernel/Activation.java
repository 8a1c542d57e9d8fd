package dev.lanewise.kernel;

/** A function applied to every element of a layer's output. */
public enum Activation {
  /** {@code x}. */
  IDENTITY,

  /** {@code max(x, 0)}. */
  RELU,

  /** {@code 1 / (1 + exp(-x))}. */
  SIGMOID,

  /** {@code (exp(x) - exp(-x)) / (exp(x) + exp(-x))}. */
  TANH,

  /** {@code x (1 + erf(x / sqrt(2))) / 2}: the exact form, not the one by tanh. */
  GELU;

  /**
   * Whether the derivative is a function of the output, so that the backward pass needs no input.
   */
  public boolean gradientFromOutput() {
    return this != GELU;
  }
}
