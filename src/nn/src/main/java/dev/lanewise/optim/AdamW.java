package dev.lanewise.optim;

import dev.lanewise.nn.Parameter;
import java.util.List;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019) as PyTorch defines it:
 *
 * <pre>
 *   p -= learningRate * weightDecay * p
 *   m  = beta1 * m + (1 - beta1) * g
 *   v  = beta2 * v + (1 - beta2) * g^2
 *   p -= learningRate * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)
 * </pre>
 */
public final class AdamW extends AdamStep<AdamW> {
  /** Makes the optimizer with betas 0.9 and 0.999, epsilon 1e-8 and weight decay 0.01. */
  public AdamW(List<Parameter> parameters, double learningRate) {
    this(learningRate, new ParameterGroup(parameters));
  }

  /** Makes the optimizer with the same defaults over groups of parameters. */
  public AdamW(double learningRate, ParameterGroup... groups) {
    super(learningRate, groups);
    decoupled = true;
    weightDecay(0.01);
  }

  /**
   * Makes the optimizer.
   *
   * @throws IllegalArgumentException if a number is out of its range
   */
  public AdamW(
      List<Parameter> parameters,
      double learningRate,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay) {
    this(parameters, learningRate);
    betas(beta1, beta2).epsilon(epsilon).weightDecay(weightDecay);
  }

  @Override
  AdamW self() {
    return this;
  }
}
