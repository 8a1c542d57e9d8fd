package dev.lanewise.optim;

import dev.lanewise.nn.Parameter;
import java.util.List;

/**
 * Adam (Kingma and Ba, 2015) as PyTorch defines it, with gradient g and weight p at step t:
 *
 * <pre>
 *   g += weightDecay * p
 *   m  = beta1 * m + (1 - beta1) * g
 *   v  = beta2 * v + (1 - beta2) * g^2
 *   p -= learningRate * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)
 * </pre>
 */
public final class Adam extends AdamStep<Adam> {
  /** Makes the optimizer with betas 0.9 and 0.999, epsilon 1e-8 and weight decay 0. */
  public Adam(List<Parameter> parameters, double learningRate) {
    super(parameters, learningRate);
  }

  /** Makes the optimizer with the same defaults over groups of parameters. */
  public Adam(double learningRate, ParameterGroup... groups) {
    super(learningRate, groups);
  }

  /**
   * Makes the optimizer.
   *
   * @throws IllegalArgumentException if a number is out of its range
   */
  public Adam(
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
  Adam self() {
    return this;
  }
}
