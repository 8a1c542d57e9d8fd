package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import dev.lanewise.nn.Parameter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rule that moves parameters against their gradients.
 *
 * <p>Each step is one fused sweep per parameter that has a gradient; a parameter without one stays
 * as it is. The sweeps follow the elements as they lie in memory.
 */
public abstract class Optimizer {
  private final Parameter[] parameters;
  private double learningRate;

  /**
   * Makes an optimizer of {@code parameters}.
   *
   * @throws IllegalArgumentException if there are none, or the rate is not a finite number from 0
   */
  protected Optimizer(List<Parameter> parameters, double learningRate) {
    if (parameters.isEmpty()) {
      throw new IllegalArgumentException("an optimizer wants at least one parameter");
    }
    this.parameters = parameters.toArray(new Parameter[0]);
    setLearningRate(learningRate);
  }

  /** Forgets the gradients of all parameters. */
  public final void zeroGrad() {
    for (Parameter parameter : parameters) {
      parameter.zeroGrad();
    }
  }

  /** Moves every parameter that has a gradient. */
  public final void step() {
    for (int i = 0; i < parameters.length; i++) {
      NDArray gradient = parameters[i].grad();
      if (gradient != null) {
        NDArray value = parameters[i].array();
        update(i, value, gradient);
        value.touch();
      }
    }
  }

  /** Returns the learning rate. */
  public final double learningRate() {
    return learningRate;
  }

  /**
   * Sets the learning rate from the next step on.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public final void setLearningRate(double learningRate) {
    this.learningRate = atLeastZero("learning rate", learningRate);
  }

  /** Moves {@code value}, parameter {@code index}, by its {@code gradient} of the same layout. */
  protected abstract void update(int index, NDArray value, NDArray gradient);

  /** Returns the number of parameters. */
  protected final int count() {
    return parameters.length;
  }

  /**
   * Returns the state array at {@code index}, made of zeros beside {@code value} if there is none.
   */
  static NDArray state(@Nullable NDArray[] states, int index, NDArray value) {
    NDArray state = states[index];
    if (state == null) {
      state = NDArray.emptyLike(value);
      state.fill(0);
      states[index] = state;
    }
    return state;
  }

  static double atLeastZero(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "the " + name + " must be a finite number from 0, not " + value);
    }
    return value;
  }

  static double belowOne(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(
          "the " + name + " must be from 0 to below 1, not " + value);
    }
    return value;
  }
}
