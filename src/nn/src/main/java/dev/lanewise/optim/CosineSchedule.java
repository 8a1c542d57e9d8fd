package dev.lanewise.optim;

/**
 * A rate that falls along half a cosine from the base to {@code floor} in {@code steps} steps, and
 * rises again if it goes on (PyTorch's CosineAnnealingLR; Loshchilov and Hutter, 2017).
 *
 * @param steps the steps to the floor, at least 1
 * @param floor the least rate, the same for every group
 */
public record CosineSchedule(int steps, double floor) implements Schedule {
  /** Makes the schedule. */
  public CosineSchedule {
    Check.atLeast(1, "number of steps", steps);
    Check.atLeastZero("floor", floor);
  }

  /** Makes a schedule that falls to 0. */
  public CosineSchedule(int steps) {
    this(steps, 0);
  }

  @Override
  public double rate(double base, long step) {
    return between(base, floor, (double) step / steps);
  }

  /** Returns the rate at {@code part} of the way from {@code start} to {@code end}. */
  static double between(double start, double end, double part) {
    return end + (start - end) * (1 + Math.cos(Math.PI * part)) / 2;
  }
}
