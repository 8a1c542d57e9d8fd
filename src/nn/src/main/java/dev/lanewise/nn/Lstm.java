package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;

/**
 * A network of long short-term memories (Hochreiter and Schmidhuber, 1997), with PyTorch's gates in
 * PyTorch's order:
 *
 * <pre>
 *   i  = sigmoid(W_ii x + b_ii + W_hi h + b_hi)
 *   f  = sigmoid(W_if x + b_if + W_hf h + b_hf)
 *   g  = tanh(W_ig x + b_ig + W_hg h + b_hg)
 *   o  = sigmoid(W_io x + b_io + W_ho h + b_ho)
 *   c' = f c + i g
 *   h' = o tanh(c')
 * </pre>
 */
public final class Lstm extends Recurrent {
  /** Makes one layer with biases. */
  public Lstm(int in, int hidden) {
    this(in, hidden, 1, true, 0);
  }

  /**
   * Makes {@code layers} layers with dropout between them.
   *
   * @throws IllegalArgumentException if a size is not positive, or {@code dropout} is not at least
   *     0 and less than 1
   */
  public Lstm(int in, int hidden, int layers, boolean withBias, double dropout) {
    super(in, hidden, layers, withBias, dropout, 4, 2);
  }

  @Override
  void step(Tensor input, Tensor recurrent, Tensor[] state) {
    Tensor gates = input.add(recurrent);
    Tensor i = gate(gates, 0).sigmoid();
    Tensor f = gate(gates, 1).sigmoid();
    Tensor g = gate(gates, 2).tanh();
    Tensor o = gate(gates, 3).sigmoid();
    state[1] = f.mul(state[1]).add(i.mul(g));
    state[0] = o.mul(state[1].tanh());
  }
}
