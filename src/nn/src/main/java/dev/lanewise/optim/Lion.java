package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import dev.lanewise.kernel.MomentUpdate;
import dev.lanewise.nn.Parameter;
import java.util.List;

/**
 * Lion (Chen et al., 2023, "Symbolic Discovery of Optimization Algorithms"), with gradient g and
 * weight p:
 *
 * <pre>
 *   p -= learningRate * weightDecay * p
 *   p -= learningRate * sign(beta1 * m + (1 - beta1) * g)
 *   m  = beta2 * m + (1 - beta2) * g
 * </pre>
 */
public final class Lion extends SweepOptimizer {
  private final Slot means = slot("mean");
  private double beta1 = 0.9;
  private double beta2 = 0.99;

  /** Makes the optimizer with betas 0.9 and 0.99 and weight decay 0. */
  public Lion(List<Parameter> parameters, double learningRate) {
    super(parameters, learningRate);
  }

  /** Makes the optimizer with the same defaults over groups of parameters. */
  public Lion(double learningRate, ParameterGroup... groups) {
    super(learningRate, groups);
  }

  /**
   * Sets the part of the running mean in a step's direction, 0.9 if not set, and the part of it
   * that is kept, 0.99 if not set.
   *
   * @throws IllegalArgumentException if one is not from 0 to below 1
   */
  public Lion betas(double ofStep, double ofMean) {
    double first = Check.belowOne("beta1", ofStep);
    beta2 = Check.belowOne("beta2", ofMean);
    beta1 = first;
    return this;
  }

  /**
   * Sets the weight decay, 0 if not set, of the groups that have none of their own.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public Lion weightDecay(double value) {
    setWeightDecay(value);
    return this;
  }

  @Override
  protected List<Slot> slots() {
    return List.of(means);
  }

  @Override
  protected void update(int index, NDArray value, NDArray gradient) {
    NDArray mean = means.at(index, value);
    MomentUpdate.lion(
        value.segment(),
        value.offset(),
        gradient.segment(),
        gradient.offset(),
        mean.segment(),
        mean.offset(),
        value.size(),
        rate(index),
        beta1,
        beta2,
        decay(index));
  }
}
