package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * A recurrent network in Elman's form: h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or with another
 * activation in the place of tanh.
 */
public final class Rnn extends Recurrent {
  private final UnaryOperator<Tensor> activation;

  /** Makes one layer with biases and the hyperbolic tangent. */
  public Rnn(int in, int hidden) {
    this(in, hidden, 1, true, 0, Tensor::tanh);
  }

  /**
   * Makes {@code layers} layers with dropout between them.
   *
   * @throws IllegalArgumentException if a size is not positive, or {@code dropout} is not at least
   *     0 and less than 1
   */
  public Rnn(
      int in,
      int hidden,
      int layers,
      boolean withBias,
      double dropout,
      UnaryOperator<Tensor> activation) {
    super(in, hidden, layers, withBias, dropout, 1, 1);
    this.activation = activation;
  }

  @Override
  void step(Tensor input, Tensor recurrent, Tensor[] state) {
    state[0] = activation.apply(input.add(recurrent));
  }
}
