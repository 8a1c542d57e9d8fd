package dev.lanewise.optim;

import java.util.List;

/**
 * Several schedules at once, each taking the rate of the one before as its base: factors multiply
 * (PyTorch's ChainedScheduler).
 */
public record ChainedSchedule(List<Schedule> schedules) implements Schedule {
  /** Makes the schedule. */
  public ChainedSchedule {
    schedules = List.copyOf(schedules);
  }

  /** Makes the schedule. */
  public ChainedSchedule(Schedule... schedules) {
    this(List.of(schedules));
  }

  @Override
  public double rate(double base, long step) {
    double rate = base;
    for (Schedule schedule : schedules) {
      rate = schedule.rate(rate, step);
    }
    return rate;
  }
}
