package dev.lanewise.optim;

import java.util.Arrays;
import java.util.List;

/**
 * Schedules one after another, each from the base and its own step 0 (PyTorch's SequentialLR).
 *
 * <pre>{@code
 * new SequentialSchedule(
 *     List.of(LinearSchedule.warmUp(500), new CosineSchedule(9500)), 500)
 * }</pre>
 *
 * @param milestones the steps at which the second and each later schedule begins, each later than
 *     the one before: one fewer than there are schedules
 */
public record SequentialSchedule(List<Schedule> schedules, List<Integer> milestones)
    implements Schedule {
  /** Makes the schedule. */
  public SequentialSchedule {
    schedules = List.copyOf(schedules);
    milestones = Check.rising(List.copyOf(milestones));
    if (schedules.size() != milestones.size() + 1) {
      throw new IllegalArgumentException(
          schedules.size()
              + " schedules one after another want one milestone fewer, not "
              + milestones.size());
    }
  }

  /** Makes the schedule. */
  public SequentialSchedule(List<Schedule> schedules, int... milestones) {
    this(schedules, Arrays.stream(milestones).boxed().toList());
  }

  @Override
  public double rate(double base, long step) {
    int current = 0;
    long since = step;
    while (current < milestones.size() && milestones.get(current) <= step) {
      since = step - milestones.get(current);
      current++;
    }
    return schedules.get(current).rate(base, since);
  }
}
