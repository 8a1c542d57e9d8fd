package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import dev.lanewise.kernel.Update;
import dev.lanewise.nn.Parameter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stochastic gradient descent as PyTorch defines it, with gradient g and weight p:
 *
 * <pre>
 *   g += weightDecay * p
 *   b  = g at the first step, momentum * b + g later
 *   p -= learningRate * (g + momentum * b  if nesterov, else b)
 * </pre>
 */
public final class Sgd extends Optimizer {
  private final double momentum;
  private final double weightDecay;
  private final boolean nesterov;
  private final @Nullable NDArray[] momenta;

  /** Makes plain gradient descent. */
  public Sgd(List<Parameter> parameters, double learningRate) {
    this(parameters, learningRate, 0, 0, false);
  }

  /** Makes gradient descent with momentum. */
  public Sgd(List<Parameter> parameters, double learningRate, double momentum) {
    this(parameters, learningRate, momentum, 0, false);
  }

  /**
   * Makes gradient descent.
   *
   * @throws IllegalArgumentException if a number is out of its range, or {@code nesterov} is asked
   *     for without momentum
   */
  public Sgd(
      List<Parameter> parameters,
      double learningRate,
      double momentum,
      double weightDecay,
      boolean nesterov) {
    super(parameters, learningRate);
    this.momentum = atLeastZero("momentum", momentum);
    this.weightDecay = atLeastZero("weight decay", weightDecay);
    this.nesterov = nesterov;
    if (nesterov && momentum == 0) {
      throw new IllegalArgumentException("Nesterov's step wants a momentum above 0");
    }
    this.momenta = new NDArray[count()];
  }

  @Override
  protected void update(int index, NDArray value, NDArray gradient) {
    boolean first = momentum != 0 && momenta[index] == null;
    NDArray b = momentum == 0 ? null : state(momenta, index, value);
    Update.sgd(
        value.segment(),
        value.offset(),
        gradient.segment(),
        gradient.offset(),
        b == null ? null : b.segment(),
        b == null ? 0 : b.offset(),
        value.size(),
        learningRate(),
        momentum,
        weightDecay,
        nesterov,
        first);
  }
}
