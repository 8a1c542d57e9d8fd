package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.ShapeException;
import dev.lanewise.kernel.Elementwise;
import dev.lanewise.nn.Parameter;
import java.util.List;

/**
 * The exponential moving average of parameters, as PyTorch's AveragedModel with {@code
 * get_ema_multi_avg_fn}: the first {@link #update} takes the values as they are, and each later one
 * {@code average += (1 - decay) * (value - average)}.
 *
 * <pre>{@code
 * MovingAverage average = new MovingAverage(model.parameters(), 0.999);
 * optimizer.step();
 * average.update();       // after every step
 * average.swap();         // the model has the averages
 * evaluate(model);
 * average.swap();         // and its own values again
 * }</pre>
 */
public final class MovingAverage {
  private final Parameter[] parameters;
  private final NDArray[] averages;
  private final double decay;
  private boolean warmUp;
  private boolean swapped;
  private long updates;

  /**
   * Makes an average that begins as the values are.
   *
   * @param decay what an update leaves of the average
   * @throws IllegalArgumentException if {@code decay} is not from 0 to 1
   */
  public MovingAverage(List<Parameter> parameters, double decay) {
    this.parameters = parameters.toArray(new Parameter[0]);
    this.decay = Check.upToOne("decay", decay);
    this.averages = new NDArray[this.parameters.length];
    for (int i = 0; i < averages.length; i++) {
      NDArray value = this.parameters[i].array();
      averages[i] = NDArray.emptyLike(value);
      averages[i].copyFrom(value);
    }
  }

  /**
   * Lets the average forget its beginning sooner: after t updates the next one's decay is at most
   * (1 + t) / (10 + t), as TensorFlow's is.
   */
  public MovingAverage warmUp() {
    warmUp = true;
    return this;
  }

  /**
   * Moves the average toward the values.
   *
   * @throws IllegalStateException if the average is swapped in
   */
  public void update() {
    requireOut("update");
    double kept = updates == 0 ? 0 : decay;
    if (warmUp) {
      kept = Math.min(kept, (1.0 + updates) / (10.0 + updates));
    }
    float weight = (float) (1 - kept);
    for (int i = 0; i < averages.length; i++) {
      NDArray value = parameters[i].array();
      NDArray average = averages[i];
      if (updates == 0) {
        average.copyFrom(value);
      } else {
        Elementwise.lerp(
            weight,
            value.segment(),
            value.offset(),
            average.segment(),
            average.offset(),
            value.size());
        average.touch();
      }
    }
    updates++;
  }

  /** Exchanges the values of the parameters with their averages; called again, brings them back. */
  public void swap() {
    for (int i = 0; i < averages.length; i++) {
      NDArray value = parameters[i].array();
      NDArray average = averages[i];
      Elementwise.swap(
          value.segment(), value.offset(), average.segment(), average.offset(), value.size());
      value.touch();
      average.touch();
    }
    swapped = !swapped;
  }

  /**
   * Copies the averages into other parameters, such as those of a model to be served.
   *
   * @throws IllegalArgumentException if they are not as many and of the same shapes in the same
   *     order; none is then written
   * @throws IllegalStateException if the average is swapped in
   */
  public void copyTo(List<Parameter> targets) {
    requireOut("copyTo");
    if (targets.size() != averages.length) {
      throw new IllegalArgumentException(
          "an average of " + averages.length + " parameters cannot be copied to " + targets.size());
    }
    for (int i = 0; i < averages.length; i++) {
      if (!targets.get(i).shape().equals(averages[i].shape())) {
        throw new ShapeException(
            "copyTo: parameter "
                + i
                + " has shape "
                + targets.get(i).shape()
                + ", its average "
                + averages[i].shape());
      }
    }
    for (int i = 0; i < averages.length; i++) {
      targets.get(i).array().copyFrom(averages[i]);
    }
  }

  /**
   * Returns the averages, named by the number of their parameter, and the number of updates.
   *
   * @throws IllegalStateException if the average is swapped in
   */
  public State stateDict() {
    requireOut("stateDict");
    StateWriter out = new StateWriter();
    out.count("updates", updates);
    out.count("parameters", averages.length);
    for (int i = 0; i < averages.length; i++) {
      out.array(i + ".average", averages[i]);
    }
    return out.state();
  }

  /**
   * Goes on from what {@link #stateDict} returned, with copies of its arrays.
   *
   * @throws IllegalArgumentException naming all that is missing, unexpected or does not fit, if
   *     anything is; nothing is then changed
   * @throws IllegalStateException if the average is swapped in
   */
  public void loadStateDict(State state) {
    requireOut("loadStateDict");
    StateReader.load(
        this,
        state,
        in -> {
          long count = in.count("updates");
          in.then(() -> updates = count);
          in.expect("parameters", averages.length);
          for (int i = 0; i < averages.length; i++) {
            in.array(i + ".average", averages[i].shape(), averages[i]::copyFrom);
          }
        });
  }

  private void requireOut(String operation) {
    if (swapped) {
      throw new IllegalStateException(
          operation + ": the parameters hold their averages; call swap() first");
    }
  }
}
