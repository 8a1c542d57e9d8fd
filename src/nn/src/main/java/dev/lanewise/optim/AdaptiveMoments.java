package dev.lanewise.optim;

import dev.lanewise.nn.Parameter;
import java.util.List;

/**
 * Steps along a running mean of the gradients, scaled by a running mean of their squares.
 *
 * @param <S> the optimizer itself, which its options return
 */
abstract sealed class AdaptiveMoments<S extends AdaptiveMoments<S>> extends SweepOptimizer
    permits AdamStep, NAdam, RAdam {
  final Slot means = slot("mean");
  final Slot squares = slot("square");
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  boolean decoupled;
  double correction1;
  double correction2;
  private long corrected;

  AdaptiveMoments(List<Parameter> parameters, double learningRate) {
    super(parameters, learningRate);
  }

  AdaptiveMoments(double learningRate, ParameterGroup... groups) {
    super(learningRate, groups);
  }

  /** Returns this. */
  abstract S self();

  /**
   * Sets the parts that the means keep at each step, 0.9 of the gradient's and 0.999 of the
   * square's if not set.
   *
   * @throws IllegalArgumentException if one is not from 0 to below 1
   */
  public final S betas(double ofMean, double ofSquare) {
    double first = Check.belowOne("beta1", ofMean);
    beta2 = Check.belowOne("beta2", ofSquare);
    beta1 = first;
    forgetCorrections();
    return self();
  }

  /**
   * Sets what is added to the root so that it is never zero, 1e-8 if not set.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public final S epsilon(double value) {
    epsilon = Check.atLeastZero("epsilon", value);
    return self();
  }

  /**
   * Sets the weight decay of the groups that have none of their own.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public final S weightDecay(double value) {
    setWeightDecay(value);
    return self();
  }

  @Override
  protected List<Slot> slots() {
    return List.of(means, squares);
  }

  /** Sees to what depends on step {@code t} alone, once for all parameters that are there. */
  final void correct(long t) {
    if (t != corrected) {
      computeCorrections(t);
      corrected = t;
    }
  }

  /** Makes the next step compute its corrections again. */
  final void forgetCorrections() {
    corrected = 0;
  }

  void computeCorrections(long t) {
    correction1 = 1 - Math.pow(beta1, (double) t);
    correction2 = 1 - Math.pow(beta2, (double) t);
  }
}
