package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import dev.lanewise.kernel.RootUpdate;
import dev.lanewise.nn.Parameter;
import java.util.List;

/**
 * Adadelta (Zeiler, 2012) as PyTorch defines it, with gradient g and weight p:
 *
 * <pre>
 *   g += weightDecay * p
 *   v  = rho * v + (1 - rho) * g^2
 *   d  = sqrt(u + epsilon) / sqrt(v + epsilon) * g
 *   u  = rho * u + (1 - rho) * d^2
 *   p -= learningRate * d
 * </pre>
 */
public final class Adadelta extends SweepOptimizer {
  private final Slot squares = slot("square");
  private final Slot moves = slot("move");
  private double rho = 0.9;
  private double epsilon = 1e-6;

  /** Makes the optimizer with learning rate 1, rho 0.9, epsilon 1e-6 and weight decay 0. */
  public Adadelta(List<Parameter> parameters) {
    this(parameters, 1);
  }

  /** Makes the optimizer with rho 0.9, epsilon 1e-6 and weight decay 0. */
  public Adadelta(List<Parameter> parameters, double learningRate) {
    super(parameters, learningRate);
  }

  /** Makes the optimizer with the same defaults over groups of parameters. */
  public Adadelta(double learningRate, ParameterGroup... groups) {
    super(learningRate, groups);
  }

  /**
   * Sets the part that the running means keep at each step, 0.9 if not set.
   *
   * @throws IllegalArgumentException if it is not from 0 to 1
   */
  public Adadelta rho(double value) {
    rho = Check.upToOne("rho", value);
    return this;
  }

  /**
   * Sets what is added under both roots so that neither is zero, 1e-6 if not set.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public Adadelta epsilon(double value) {
    epsilon = Check.atLeastZero("epsilon", value);
    return this;
  }

  /**
   * Sets the weight decay, 0 if not set, of the groups that have none of their own.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public Adadelta weightDecay(double value) {
    setWeightDecay(value);
    return this;
  }

  @Override
  protected List<Slot> slots() {
    return List.of(squares, moves);
  }

  @Override
  protected void update(int index, NDArray value, NDArray gradient) {
    NDArray square = squares.at(index, value);
    NDArray move = moves.at(index, value);
    RootUpdate.adadelta(
        value.segment(),
        value.offset(),
        gradient.segment(),
        gradient.offset(),
        square.segment(),
        square.offset(),
        move.segment(),
        move.offset(),
        value.size(),
        rate(index),
        rho,
        epsilon,
        decay(index));
  }
}
