package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;

/**
 * A network of gated recurrent units (Cho et al., 2014), with PyTorch's gates in PyTorch's order:
 *
 * <pre>
 *   r  = sigmoid(W_ir x + b_ir + W_hr h + b_hr)
 *   z  = sigmoid(W_iz x + b_iz + W_hz h + b_hz)
 *   n  = tanh(W_in x + b_in + r (W_hn h + b_hn))
 *   h' = (1 - z) n + z h
 * </pre>
 */
public final class Gru extends Recurrent {
  /** Makes one layer with biases. */
  public Gru(int in, int hidden) {
    this(in, hidden, 1, true, 0);
  }

  /**
   * Makes {@code layers} layers with dropout between them.
   *
   * @throws IllegalArgumentException if a size is not positive, or {@code dropout} is not at least
   *     0 and less than 1
   */
  public Gru(int in, int hidden, int layers, boolean withBias, double dropout) {
    super(in, hidden, layers, withBias, dropout, 3, 1);
  }

  @Override
  void step(Tensor input, Tensor recurrent, Tensor[] state) {
    Tensor r = gate(input, 0).add(gate(recurrent, 0)).sigmoid();
    Tensor z = gate(input, 1).add(gate(recurrent, 1)).sigmoid();
    Tensor n = gate(input, 2).add(r.mul(gate(recurrent, 2))).tanh();
    state[0] = n.add(z.mul(state[0].sub(n)));
  }
}
