package dev.lanewise.optim;

/**
 * A rate multiplied by {@code factor} every {@code period} steps (PyTorch's StepLR).
 *
 * @param period the steps from one fall to the next, at least 1
 * @param factor what each fall leaves, a finite number above 0
 */
public record StepSchedule(int period, double factor) implements Schedule {
  /** Makes the schedule. */
  public StepSchedule {
    Check.atLeast(1, "period", period);
    Check.aboveZero("factor", factor);
  }

  /** Makes a schedule whose every fall leaves a tenth. */
  public StepSchedule(int period) {
    this(period, 0.1);
  }

  @Override
  public double rate(double base, long step) {
    long falls = step / period;
    return base * Math.pow(factor, (double) falls);
  }
}
