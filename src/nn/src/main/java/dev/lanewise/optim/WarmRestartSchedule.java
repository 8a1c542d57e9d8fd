package dev.lanewise.optim;

/**
 * A rate that falls along half a cosine from the base to {@code floor}, then starts from the base
 * again (PyTorch's CosineAnnealingWarmRestarts; Loshchilov and Hutter, 2017).
 *
 * @param period the steps to the first restart, at least 1
 * @param growth by how much each period is longer than the one before, at least 1
 * @param floor the least rate, the same for every group
 */
public record WarmRestartSchedule(int period, int growth, double floor) implements Schedule {
  /** Makes the schedule. */
  public WarmRestartSchedule {
    Check.atLeast(1, "period", period);
    Check.atLeast(1, "growth", growth);
    Check.atLeastZero("floor", floor);
  }

  /** Makes a schedule of equal periods that fall to 0. */
  public WarmRestartSchedule(int period) {
    this(period, 1, 0);
  }

  @Override
  public double rate(double base, long step) {
    long length = period;
    long since = step;
    if (growth == 1) {
      since %= length;
    }
    while (since >= length) {
      since -= length;
      length *= growth;
    }
    return CosineSchedule.between(base, floor, (double) since / length);
  }
}
