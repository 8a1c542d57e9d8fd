package dev.lanewise.optim;

import java.util.Arrays;
import java.util.List;

/**
 * A rate multiplied by {@code factor} at each milestone (PyTorch's MultiStepLR).
 *
 * @param milestones the steps at which the rate falls, each later than the one before
 * @param factor what each fall leaves, a finite number above 0
 */
public record MultiStepSchedule(List<Integer> milestones, double factor) implements Schedule {
  /** Makes the schedule. */
  public MultiStepSchedule {
    milestones = Check.rising(List.copyOf(milestones));
    Check.aboveZero("factor", factor);
  }

  /** Makes a schedule whose every fall leaves a tenth. */
  public MultiStepSchedule(int... milestones) {
    this(Arrays.stream(milestones).boxed().toList(), 0.1);
  }

  @Override
  public double rate(double base, long step) {
    int passed = 0;
    while (passed < milestones.size() && milestones.get(passed) <= step) {
      passed++;
    }
    return base * Math.pow(factor, passed);
  }
}
