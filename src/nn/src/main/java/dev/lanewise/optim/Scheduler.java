package dev.lanewise.optim;

/**
 * Sets an optimizer's learning rates by a schedule: each group's from the rate that the group had
 * when this was made.
 *
 * <pre>{@code
 * Scheduler scheduler = new Scheduler(optimizer, new CosineSchedule(epochs));
 * for (int epoch = 0; epoch < epochs; epoch++) {
 *   // train
 *   scheduler.step();
 * }
 * }</pre>
 */
public final class Scheduler {
  private final Optimizer optimizer;
  private final Schedule schedule;
  private final double[] bases;
  private long steps;

  /** Makes a scheduler and sets the rates of step 0. */
  public Scheduler(Optimizer optimizer, Schedule schedule) {
    this.optimizer = optimizer;
    this.schedule = schedule;
    this.bases = new double[optimizer.groups()];
    for (int group = 0; group < bases.length; group++) {
      bases[group] = optimizer.learningRateOf(group);
    }
    setRates();
  }

  /** Goes to the next step of the schedule and sets its rates. */
  public void step() {
    steps++;
    setRates();
  }

  /** Returns the number of steps so far. */
  public long steps() {
    return steps;
  }

  /** Returns the number of steps and the rates from which the schedule goes. */
  public State stateDict() {
    StateWriter out = new StateWriter();
    out.count("steps", steps);
    for (int group = 0; group < bases.length; group++) {
      out.number("group." + group + ".base", bases[group]);
    }
    return out.state();
  }

  /**
   * Goes on from what {@link #stateDict} returned, and sets the rates of its step.
   *
   * @throws IllegalArgumentException naming all that is missing, unexpected or does not fit, if
   *     anything is; nothing is then changed
   */
  public void loadStateDict(State state) {
    StateReader.load(this, state, this::read);
  }

  private void read(StateReader in) {
    long taken = in.count("steps");
    double[] rates = new double[bases.length];
    for (int group = 0; group < rates.length; group++) {
      rates[group] = in.atLeastZero("group." + group + ".base");
    }
    in.then(() -> {
      steps = taken;
      System.arraycopy(rates, 0, bases, 0, rates.length);
      setRates();
    });
  }

  private void setRates() {
    for (int group = 0; group < bases.length; group++) {
      optimizer.setLearningRate(group, schedule.rate(bases[group], steps));
    }
  }
}
