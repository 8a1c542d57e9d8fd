package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import dev.lanewise.kernel.MomentUpdate;
import dev.lanewise.kernel.Update;
import dev.lanewise.nn.Parameter;
import java.util.List;

/** The step of Adam and AdamW. */
abstract sealed class AdamStep<S extends AdamStep<S>> extends AdaptiveMoments<S>
    permits Adam, AdamW {
  private final Slot greatest = slot("greatest");
  private boolean amsgrad;

  AdamStep(List<Parameter> parameters, double learningRate) {
    super(parameters, learningRate);
  }

  AdamStep(double learningRate, ParameterGroup... groups) {
    super(learningRate, groups);
  }

  /**
   * Divides by the greatest v so far instead of the latest (AMSGrad; Reddi, Kale and Kumar, 2018).
   */
  public final S amsgrad() {
    amsgrad = true;
    return self();
  }

  @Override
  protected final List<Slot> slots() {
    return amsgrad ? List.of(means, squares, greatest) : super.slots();
  }

  @Override
  protected final void update(int index, NDArray value, NDArray gradient) {
    NDArray mean = means.at(index, value);
    NDArray square = squares.at(index, value);
    correct(steps(index));
    if (!amsgrad) {
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
          rate(index),
          beta1,
          beta2,
          epsilon,
          decay(index),
          decoupled,
          correction1,
          correction2);
      return;
    }
    NDArray top = greatest.at(index, value);
    MomentUpdate.amsgrad(
        value.segment(),
        value.offset(),
        gradient.segment(),
        gradient.offset(),
        mean.segment(),
        mean.offset(),
        square.segment(),
        square.offset(),
        top.segment(),
        top.offset(),
        value.size(),
        rate(index),
        beta1,
        beta2,
        epsilon,
        decay(index),
        decoupled,
        correction1,
        correction2);
  }
}
