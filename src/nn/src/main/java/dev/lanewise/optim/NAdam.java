package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import dev.lanewise.kernel.MomentUpdate;
import dev.lanewise.nn.Parameter;
import java.util.List;

/**
 * Adam with Nesterov's momentum (Dozat, 2016) as PyTorch defines it, with gradient g and weight p
 * at step t:
 *
 * <pre>
 *   g   += weightDecay * p
 *   mu_t = beta1 * (1 - 0.96^(t * momentumDecay) / 2)
 *   m    = beta1 * m + (1 - beta1) * g
 *   v    = beta2 * v + (1 - beta2) * g^2
 *   p   -= learningRate / (sqrt(v / (1 - beta2^t)) + epsilon)
 *            * (mu_t+1 * m / (1 - mu_1 ... mu_t+1) + (1 - mu_t) * g / (1 - mu_1 ... mu_t))
 * </pre>
 */
public final class NAdam extends AdaptiveMoments<NAdam> {
  /** A product of mus below this is lost beside the 1 from which it is taken. */
  private static final double LOST = 0x1p-60;

  private double momentumDecay = 4e-3;
  private double ofGradient;
  private double ofMean;

  /**
   * Makes the optimizer with betas 0.9 and 0.999, epsilon 1e-8, momentum decay 0.004 and weight
   * decay 0.
   */
  public NAdam(List<Parameter> parameters, double learningRate) {
    super(parameters, learningRate);
  }

  /** Makes the optimizer with the same defaults over groups of parameters. */
  public NAdam(double learningRate, ParameterGroup... groups) {
    super(learningRate, groups);
  }

  /**
   * Sets how fast the momentum mu grows from half of beta1 to all of it, 0.004 if not set.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public NAdam momentumDecay(double value) {
    momentumDecay = Check.atLeastZero("momentum decay", value);
    forgetCorrections();
    return this;
  }

  /** Takes weight decay from the weight as AdamW does, instead of adding it to the gradient. */
  public NAdam decoupledDecay() {
    decoupled = true;
    return this;
  }

  @Override
  NAdam self() {
    return this;
  }

  @Override
  protected void update(int index, NDArray value, NDArray gradient) {
    NDArray mean = means.at(index, value);
    NDArray square = squares.at(index, value);
    correct(steps(index));
    MomentUpdate.nadam(
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
        correction2,
        rate(index) * ofGradient,
        rate(index) * ofMean);
  }

  @Override
  void computeCorrections(long t) {
    super.computeCorrections(t);
    double product = 1;
    for (long k = 1; k <= t && product > LOST; k++) {
      product *= mu(k);
    }
    double next = mu(t + 1);
    ofGradient = (1 - mu(t)) / (1 - product);
    ofMean = next / (1 - product * next);
  }

  private double mu(long t) {
    return beta1 * (1 - 0.5 * Math.pow(0.96, t * momentumDecay));
  }
}
