package dev.lanewise.optim;

/**
 * A rate that falls from the base to 0 as a power of the part of {@code steps} that is left
 * (PyTorch's PolynomialLR).
 *
 * @param steps the steps to 0, at least 1
 * @param power the power, a finite number above 0
 */
public record PolynomialSchedule(int steps, double power) implements Schedule {
  /** Makes the schedule. */
  public PolynomialSchedule {
    Check.atLeast(1, "number of steps", steps);
    Check.aboveZero("power", power);
  }

  /** Makes a schedule that falls evenly. */
  public PolynomialSchedule(int steps) {
    this(steps, 1);
  }

  @Override
  public double rate(double base, long step) {
    return base * Math.pow(1 - (double) Math.min(steps, step) / steps, power);
  }
}
