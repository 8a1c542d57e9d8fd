package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import dev.lanewise.kernel.RootUpdate;
import dev.lanewise.nn.Parameter;
import java.util.List;

/**
 * Adagrad (Duchi, Hazan and Singer, 2011) as PyTorch defines it, with gradient g and weight p at
 * step t:
 *
 * <pre>
 *   g   += weightDecay * p
 *   sum += g^2
 *   p   -= learningRate / (1 + (t - 1) * learningRateDecay) * g / (sqrt(sum) + epsilon)
 * </pre>
 */
public final class Adagrad extends SweepOptimizer {
  private final Slot sums = slot("sum");
  private double learningRateDecay;
  private double epsilon = 1e-10;

  /** Makes the optimizer with epsilon 1e-10, no decay of rate or weights, and sums from 0. */
  public Adagrad(List<Parameter> parameters, double learningRate) {
    super(parameters, learningRate);
  }

  /** Makes the optimizer with the same defaults over groups of parameters. */
  public Adagrad(double learningRate, ParameterGroup... groups) {
    super(learningRate, groups);
  }

  /**
   * Sets by how much the divisor of the learning rate grows at each step, 0 if not set.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public Adagrad learningRateDecay(double value) {
    learningRateDecay = Check.atLeastZero("learning rate's decay", value);
    return this;
  }

  /**
   * Sets what the sums of parameters that have not stepped yet begin at, 0 if not set.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public Adagrad initialAccumulator(double value) {
    sums.beginAt(Check.atLeastZero("initial accumulator", value));
    return this;
  }

  /**
   * Sets what is added to the root so that it is never zero, 1e-10 if not set.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public Adagrad epsilon(double value) {
    epsilon = Check.atLeastZero("epsilon", value);
    return this;
  }

  /**
   * Sets the weight decay, 0 if not set, of the groups that have none of their own.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public Adagrad weightDecay(double value) {
    setWeightDecay(value);
    return this;
  }

  @Override
  protected List<Slot> slots() {
    return List.of(sums);
  }

  @Override
  protected void update(int index, NDArray value, NDArray gradient) {
    NDArray sum = sums.at(index, value);
    RootUpdate.adagrad(
        value.segment(),
        value.offset(),
        gradient.segment(),
        gradient.offset(),
        sum.segment(),
        sum.offset(),
        value.size(),
        rate(index) / (1 + (steps(index) - 1) * learningRateDecay),
        epsilon,
        decay(index));
  }
}
