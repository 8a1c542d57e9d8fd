package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import dev.lanewise.kernel.Update;
import dev.lanewise.nn.Parameter;
import java.util.List;

/**
 * Rectified Adam (Liu et al., 2020) as PyTorch defines it, with gradient g and weight p at step t:
 *
 * <pre>
 *   g  += weightDecay * p
 *   m   = beta1 * m + (1 - beta1) * g
 *   v   = beta2 * v + (1 - beta2) * g^2
 *   rho = 2 / (1 - beta2) - 1
 *   r   = rho - 2 * t * beta2^t / (1 - beta2^t)
 *   p  -= learningRate * m / (1 - beta1^t)                                          if r is at most 5
 *   p  -= learningRate * m / (1 - beta1^t) * sqrt(1 - beta2^t) / (sqrt(v) + epsilon)
 *           * sqrt((r - 4) * (r - 2) * rho / ((rho - 4) * (rho - 2) * r))                       if not
 * </pre>
 */
public final class RAdam extends AdaptiveMoments<RAdam> {
  /** By how much the step is shortened, or 0 where it goes without the second moment. */
  private double rectification;

  /** Makes the optimizer with betas 0.9 and 0.999, epsilon 1e-8 and weight decay 0. */
  public RAdam(List<Parameter> parameters, double learningRate) {
    super(parameters, learningRate);
  }

  /** Makes the optimizer with the same defaults over groups of parameters. */
  public RAdam(double learningRate, ParameterGroup... groups) {
    super(learningRate, groups);
  }

  /** Takes weight decay from the weight as AdamW does, instead of adding it to the gradient. */
  public RAdam decoupledDecay() {
    decoupled = true;
    return this;
  }

  @Override
  RAdam self() {
    return this;
  }

  @Override
  protected void update(int index, NDArray value, NDArray gradient) {
    NDArray mean = means.at(index, value);
    NDArray square = squares.at(index, value);
    correct(steps(index));
    Update.radam(
        value.segment(),
        value.offset(),
        gradient.segment(),
        gradient.offset(),
        mean.segment(),
        mean.offset(),
        square.segment(),
        square.offset(),
        value.size(),
        rate(index),
        beta1,
        beta2,
        epsilon,
        decay(index),
        decoupled,
        correction1,
        correction2,
        rectification);
  }

  @Override
  void computeCorrections(long t) {
    super.computeCorrections(t);
    double rho = 2 / (1 - beta2) - 1;
    double r = rho - 2 * t * Math.pow(beta2, (double) t) / correction2;
    rectification = r > 5 ? Math.sqrt((r - 4) * (r - 2) * rho / ((rho - 4) * (rho - 2) * r)) : 0;
  }
}
