package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import dev.lanewise.kernel.Update;
import dev.lanewise.nn.Parameter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Adam and AdamW: steps scaled by running moments of the gradient. */
abstract sealed class AdaptiveMoments extends Optimizer permits Adam, AdamW {
  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final double weightDecay;
  private final boolean decoupled;
  private final @Nullable NDArray[] means;
  private final @Nullable NDArray[] squares;
  private final int[] steps;
  private int corrected;
  private double correction1;
  private double correction2;

  AdaptiveMoments(
      List<Parameter> parameters,
      double learningRate,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      boolean decoupled) {
    super(parameters, learningRate);
    this.beta1 = belowOne("beta1", beta1);
    this.beta2 = belowOne("beta2", beta2);
    this.epsilon = atLeastZero("epsilon", epsilon);
    this.weightDecay = atLeastZero("weight decay", weightDecay);
    this.decoupled = decoupled;
    this.means = new NDArray[count()];
    this.squares = new NDArray[count()];
    this.steps = new int[count()];
  }

  @Override
  protected final void update(int index, NDArray value, NDArray gradient) {
    NDArray mean = state(means, index, value);
    NDArray square = state(squares, index, value);
    correct(++steps[index]);
    Update.adam(
        value.segment(),
        value.offset(),
        gradient.segment(),
        gradient.offset(),
        mean.segment(),
        mean.offset(),
        square.segment(),
        square.offset(),
        value.size(),
        learningRate(),
        beta1,
        beta2,
        epsilon,
        weightDecay,
        decoupled,
        correction1,
        correction2);
  }

  /** Computes the bias corrections of step {@code t}, once for all parameters that are there. */
  private void correct(int t) {
    if (t != corrected) {
      correction1 = 1 - Math.pow(beta1, t);
      correction2 = 1 - Math.pow(beta2, t);
      corrected = t;
    }
  }
}
