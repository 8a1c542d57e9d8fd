package dev.lanewise.optim;

/**
 * A learning rate over time: a function of the step alone, so that a resumed run finds the rate
 * where it left it.
 *
 * <p>A step is whatever {@link Scheduler#step} is called after, an epoch or a batch. A rule of
 * one's own is a lambda: {@code (base, step) -> base / Math.sqrt(step + 1)}.
 */
@FunctionalInterface
public interface Schedule {
  /**
   * Returns the learning rate after {@code step} steps, from 0.
   *
   * @param base the rate that the optimizer was given
   */
  double rate(double base, long step);
}
