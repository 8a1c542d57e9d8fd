package dev.lanewise.optim;

/**
 * A rate multiplied by {@code factor} at every step (PyTorch's ExponentialLR).
 *
 * @param factor what a step leaves, a finite number above 0
 */
public record ExponentialSchedule(double factor) implements Schedule {
  /** Makes the schedule. */
  public ExponentialSchedule {
    Check.aboveZero("factor", factor);
  }

  @Override
  public double rate(double base, long step) {
    return base * Math.pow(factor, (double) step);
  }
}
