package dev.lanewise.optim;

import dev.lanewise.nn.Parameter;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Parameters that share a learning rate and a weight decay.
 *
 * <pre>{@code
 * new AdamW(1e-3,
 *     new ParameterGroup(weights).weightDecay(0.1),
 *     new ParameterGroup(biases).weightDecay(0).learningRate(1e-4))
 * }</pre>
 *
 * @param learningRate the rate at first, or empty for the optimizer's
 * @param weightDecay the weight decay, or empty for the optimizer's
 */
public record ParameterGroup(
    List<Parameter> parameters, OptionalDouble learningRate, OptionalDouble weightDecay) {
  /** The same, with a list that nobody can change. */
  public ParameterGroup {
    parameters = List.copyOf(parameters);
    learningRate.ifPresent(rate -> Check.atLeastZero("learning rate", rate));
    weightDecay.ifPresent(decay -> Check.atLeastZero("weight decay", decay));
  }

  /** Makes a group with the optimizer's learning rate and weight decay. */
  public ParameterGroup(List<Parameter> parameters) {
    this(parameters, OptionalDouble.empty(), OptionalDouble.empty());
  }

  /**
   * Returns this group with a learning rate of its own.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public ParameterGroup learningRate(double rate) {
    return new ParameterGroup(parameters, OptionalDouble.of(rate), weightDecay);
  }

  /**
   * Returns this group with a weight decay of its own.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public ParameterGroup weightDecay(double decay) {
    return new ParameterGroup(parameters, learningRate, OptionalDouble.of(decay));
  }
}
