package dev.lanewise.optim;

/**
 * A rate that rises to the base and falls far below where it began, once (PyTorch's OneCycleLR;
 * Smith and Topin, 2018). The base is the peak: PyTorch's max_lr is what the optimizer was given.
 *
 * <p>The momentum is left alone, as with PyTorch's {@code cycle_momentum=False}. After the last of
 * {@code steps} the rate stays.
 *
 * @param steps the steps of the whole cycle, at least 2
 * @param rise the part of the steps in which the rate rises, above 0 and below 1
 * @param startDivisor the base over the first rate, a finite number above 0
 * @param endDivisor the first rate over the last, a finite number above 0
 * @param linear whether the rate goes along straight lines, not along cosines
 * @param threePhases whether the rate falls to the first rate as fast as it rose, and only then to
 *     the last; {@code rise} is then at most 0.5
 */
public record OneCycleSchedule(
    int steps,
    double rise,
    double startDivisor,
    double endDivisor,
    boolean linear,
    boolean threePhases)
    implements Schedule {
  /** Makes the schedule. */
  public OneCycleSchedule {
    Check.atLeast(2, "number of steps", steps);
    Check.belowOne("rise", Check.aboveZero("rise", rise));
    Check.aboveZero("start divisor", startDivisor);
    Check.aboveZero("end divisor", endDivisor);
    if (threePhases && rise > 0.5) {
      throw new IllegalArgumentException(
          "a cycle of three phases wants a rise of at most 0.5, not " + rise);
    }
  }

  /** Makes a cycle of two cosines: 30% of it from base / 25 up, the rest down to base / 250,000. */
  public OneCycleSchedule(int steps) {
    this(steps, 0.3, 25, 1e4, false, false);
  }

  /** Returns this schedule along straight lines. */
  public OneCycleSchedule withLines() {
    return new OneCycleSchedule(steps, rise, startDivisor, endDivisor, true, threePhases);
  }

  /** Returns this schedule with a fall to the first rate before that to the last. */
  public OneCycleSchedule withThreePhases() {
    return new OneCycleSchedule(steps, rise, startDivisor, endDivisor, linear, true);
  }

  @Override
  public double rate(double base, long step) {
    double first = base / startDivisor;
    double last = first / endDivisor;
    double end = steps - 1;
    double peak = rise * steps - 1;
    if (step < peak) {
      return between(first, base, step / peak);
    }
    if (!threePhases) {
      return between(base, last, (step - peak) / (end - peak));
    }
    double back = 2 * rise * steps - 2;
    if (step < back) {
      return between(base, first, (step - peak) / (back - peak));
    }
    return between(first, last, (step - back) / (end - back));
  }

  private double between(double start, double end, double part) {
    double done = Math.min(part, 1);
    return linear ? start + (end - start) * done : CosineSchedule.between(start, end, done);
  }
}
