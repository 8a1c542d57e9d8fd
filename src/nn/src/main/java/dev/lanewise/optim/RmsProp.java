package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import dev.lanewise.kernel.RootUpdate;
import dev.lanewise.nn.Parameter;
import java.util.ArrayList;
import java.util.List;

/**
 * RMSprop (Tieleman and Hinton, 2012) as PyTorch defines it, with gradient g and weight p:
 *
 * <pre>
 *   g += weightDecay * p
 *   v  = alpha * v + (1 - alpha) * g^2
 *   a  = alpha * a + (1 - alpha) * g
 *   b  = momentum * b + g / (sqrt(v - a^2  if centered, else v) + epsilon)
 *   p -= learningRate * b
 * </pre>
 *
 * <p>Where rounding makes {@code v - a^2} negative, zero stands in its place.
 */
public final class RmsProp extends SweepOptimizer {
  private final Slot squares = slot("square");
  private final Slot means = slot("mean");
  private final Slot momenta = slot("momentum");
  private double alpha = 0.99;
  private double epsilon = 1e-8;
  private double momentum;
  private boolean centered;

  /** Makes the optimizer with alpha 0.99, epsilon 1e-8, neither momentum nor weight decay. */
  public RmsProp(List<Parameter> parameters, double learningRate) {
    super(parameters, learningRate);
  }

  /** Makes the optimizer with the same defaults over groups of parameters. */
  public RmsProp(double learningRate, ParameterGroup... groups) {
    super(learningRate, groups);
  }

  /**
   * Sets the part that the running means keep at each step, 0.99 if not set.
   *
   * @throws IllegalArgumentException if it is not from 0 to 1
   */
  public RmsProp alpha(double value) {
    alpha = Check.upToOne("alpha", value);
    return this;
  }

  /**
   * Sets what is added to the root so that it is never zero, 1e-8 if not set.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public RmsProp epsilon(double value) {
    epsilon = Check.atLeastZero("epsilon", value);
    return this;
  }

  /**
   * Sets the momentum, 0 if not set.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public RmsProp momentum(double value) {
    momentum = Check.atLeastZero("momentum", value);
    return this;
  }

  /** Divides by the root of the gradient's variance instead of that of its mean square. */
  public RmsProp centered() {
    centered = true;
    return this;
  }

  /**
   * Sets the weight decay, 0 if not set, of the groups that have none of their own.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public RmsProp weightDecay(double value) {
    setWeightDecay(value);
    return this;
  }

  @Override
  protected List<Slot> slots() {
    List<Slot> slots = new ArrayList<>(List.of(squares));
    if (centered) {
      slots.add(means);
    }
    if (momentum != 0) {
      slots.add(momenta);
    }
    return slots;
  }

  @Override
  protected void update(int index, NDArray value, NDArray gradient) {
    NDArray square = squares.at(index, value);
    NDArray mean = centered ? means.at(index, value) : null;
    NDArray b = momentum == 0 ? null : momenta.at(index, value);
    RootUpdate.rmsProp(
        value.segment(),
        value.offset(),
        gradient.segment(),
        gradient.offset(),
        square.segment(),
        square.offset(),
        mean == null ? null : mean.segment(),
        mean == null ? 0 : mean.offset(),
        b == null ? null : b.segment(),
        b == null ? 0 : b.offset(),
        value.size(),
        rate(index),
        alpha,
        epsilon,
        decay(index),
        momentum);
  }
}
