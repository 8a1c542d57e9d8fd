package dev.lanewise.optim;

/**
 * A learning rate that falls when a metric no longer improves (PyTorch's ReduceLROnPlateau).
 *
 * <pre>{@code
 * ReduceOnPlateau plateau = new ReduceOnPlateau(optimizer).patience(5);
 * plateau.step(validationLoss);   // after every epoch
 * }</pre>
 */
public final class ReduceOnPlateau {
  private final Optimizer optimizer;
  private boolean maximize;
  private double factor = 0.1;
  private int patience = 10;
  private double threshold = 1e-4;
  private boolean absolute;
  private int cooldown;
  private double floor;
  private double least = 1e-8;
  private double best = Double.POSITIVE_INFINITY;
  private long bad;
  private long resting;

  /**
   * Makes a schedule that multiplies the rates by 0.1 when a metric to be minimized has not fallen
   * by one part in 10,000 for more than 10 steps.
   */
  public ReduceOnPlateau(Optimizer optimizer) {
    this.optimizer = optimizer;
  }

  /** Takes the metric, such as an accuracy, for better the greater it is. */
  public ReduceOnPlateau maximize() {
    best = maximize ? best : Double.NEGATIVE_INFINITY;
    maximize = true;
    return this;
  }

  /**
   * Sets what a reduction leaves of the rates, 0.1 if not set.
   *
   * @throws IllegalArgumentException if it is not from 0 to below 1
   */
  public ReduceOnPlateau factor(double value) {
    factor = Check.belowOne("factor", value);
    return this;
  }

  /**
   * Sets how many bad steps in a row are let pass, 10 if not set.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public ReduceOnPlateau patience(int steps) {
    patience = Check.atLeast(0, "patience", steps);
    return this;
  }

  /**
   * Sets the least improvement that counts, as a part of the best value, 1e-4 if not set.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public ReduceOnPlateau threshold(double value) {
    threshold = Check.atLeastZero("threshold", value);
    return this;
  }

  /** Takes the threshold as a difference from the best value, not as a part of it. */
  public ReduceOnPlateau absolute() {
    absolute = true;
    return this;
  }

  /**
   * Sets for how many steps after a reduction none counts as bad, 0 if not set.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public ReduceOnPlateau cooldown(int steps) {
    cooldown = Check.atLeast(0, "cooldown", steps);
    return this;
  }

  /**
   * Sets the least rate, 0 if not set.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public ReduceOnPlateau floor(double value) {
    floor = Check.atLeastZero("floor", value);
    return this;
  }

  /**
   * Sets the reduction that is not worth making, 1e-8 if not set.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public ReduceOnPlateau epsilon(double value) {
    least = Check.atLeastZero("epsilon", value);
    return this;
  }

  /** Looks at the metric's latest value; NaN is no improvement. */
  public void step(double metric) {
    if (isBetter(metric)) {
      best = metric;
      bad = 0;
    } else {
      bad++;
    }
    if (resting > 0) {
      resting--;
      bad = 0;
    }
    if (bad > patience) {
      reduce();
      resting = cooldown;
      bad = 0;
    }
  }

  /** Returns the best value so far, and the steps counted as bad or for rest. */
  public State stateDict() {
    StateWriter out = new StateWriter();
    out.number("best", best);
    out.count("bad", bad);
    out.count("resting", resting);
    return out.state();
  }

  /**
   * Goes on from what {@link #stateDict} returned; the rates are the optimizer's own state.
   *
   * @throws IllegalArgumentException naming all that is missing, unexpected or does not fit, if
   *     anything is; nothing is then changed
   */
  public void loadStateDict(State state) {
    StateReader.load(
        this,
        state,
        in -> {
          double value = in.number("best");
          long counted = in.count("bad");
          long rest = in.count("resting");
          in.then(() -> {
            best = value;
            bad = counted;
            resting = rest;
          });
        });
  }

  private boolean isBetter(double metric) {
    if (maximize) {
      return metric > (absolute ? best + threshold : best * (1 + threshold));
    }
    return metric < (absolute ? best - threshold : best * (1 - threshold));
  }

  private void reduce() {
    for (int group = 0; group < optimizer.groups(); group++) {
      double rate = optimizer.learningRateOf(group);
      double reduced = Math.max(rate * factor, floor);
      if (rate - reduced > least) {
        optimizer.setLearningRate(group, reduced);
      }
    }
  }
}
