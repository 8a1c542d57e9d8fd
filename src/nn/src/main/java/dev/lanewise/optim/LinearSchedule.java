package dev.lanewise.optim;

/**
 * A rate that goes evenly from {@code start} to {@code end} times the base in {@code steps} steps,
 * then stays (PyTorch's LinearLR): a linear warm-up where {@code end} is 1.
 *
 * @param start the first part of the base, above 0 to 1
 * @param end the last part of the base, from 0 to 1
 * @param steps the steps from one to the other, at least 1
 */
public record LinearSchedule(double start, double end, int steps) implements Schedule {
  /** Makes the schedule. */
  public LinearSchedule {
    Check.upToOne("start", Check.aboveZero("start", start));
    Check.upToOne("end", end);
    Check.atLeast(1, "number of steps", steps);
  }

  /** Makes a warm-up from {@code start} times the base to the base. */
  public static LinearSchedule warmUp(double start, int steps) {
    return new LinearSchedule(start, 1, steps);
  }

  /** Makes a warm-up from a third of the base, as PyTorch does. */
  public static LinearSchedule warmUp(int steps) {
    return warmUp(1.0 / 3, steps);
  }

  @Override
  public double rate(double base, long step) {
    return base * (start + (end - start) * Math.min(steps, step) / steps);
  }
}
