package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import dev.lanewise.kernel.Update;
import dev.lanewise.nn.Parameter;
import java.util.List;

/**
 * Stochastic gradient descent as PyTorch defines it, with gradient g and weight p:
 *
 * <pre>
 *   g += weightDecay * p
 *   b  = g at the first step, momentum * b + g later
 *   p -= learningRate * (g + momentum * b  if nesterov, else b)
 * </pre>
 */
public final class Sgd extends SweepOptimizer {
  private final Slot momenta = slot("momentum");
  private double momentum;
  private boolean nesterov;

  /** Makes plain gradient descent. */
  public Sgd(List<Parameter> parameters, double learningRate) {
    super(parameters, learningRate);
  }

  /** Makes plain gradient descent over groups of parameters. */
  public Sgd(double learningRate, ParameterGroup... groups) {
    super(learningRate, groups);
  }

  /** Makes gradient descent with momentum. */
  public Sgd(List<Parameter> parameters, double learningRate, double momentum) {
    this(parameters, learningRate);
    momentum(momentum);
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
    this(parameters, learningRate, momentum);
    weightDecay(weightDecay);
    if (nesterov) {
      nesterov();
    }
  }

  /**
   * Sets the momentum, 0 if not set.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0, or Nesterov's step is
   *     left without
   */
  public Sgd momentum(double value) {
    checkNesterov(nesterov, Check.atLeastZero("momentum", value));
    momentum = value;
    return this;
  }

  /**
   * Takes Nesterov's step, which looks ahead along the momentum.
   *
   * @throws IllegalArgumentException if there is no momentum
   */
  public Sgd nesterov() {
    checkNesterov(true, momentum);
    nesterov = true;
    return this;
  }

  /**
   * Sets the weight decay, 0 if not set, of the groups that have none of their own.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public Sgd weightDecay(double value) {
    setWeightDecay(value);
    return this;
  }

  private static void checkNesterov(boolean nesterov, double momentum) {
    if (nesterov && momentum == 0) {
      throw new IllegalArgumentException("Nesterov's step wants a momentum above 0");
    }
  }

  @Override
  protected List<Slot> slots() {
    return momentum == 0 ? List.of() : List.of(momenta);
  }

  @Override
  protected void update(int index, NDArray value, NDArray gradient) {
    NDArray b = momentum == 0 ? null : momenta.at(index, value);
    Update.sgd(
        value.segment(),
        value.offset(),
        gradient.segment(),
        gradient.offset(),
        b == null ? null : b.segment(),
        b == null ? 0 : b.offset(),
        value.size(),
        rate(index),
        momentum,
        decay(index),
        nesterov,
        steps(index) == 1);
  }
}
