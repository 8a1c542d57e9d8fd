package dev.lanewise.optim;

import java.util.List;

/** The rules that numbers given by a user keep; each returns what it was given. */
final class Check {
  private Check() {}

  static double atLeastZero(String name, double value) {
    return rule(
        name, value, value >= 0 && value < Double.POSITIVE_INFINITY, "a finite number from 0");
  }

  static double aboveZero(String name, double value) {
    return rule(
        name, value, value > 0 && value < Double.POSITIVE_INFINITY, "a finite number above 0");
  }

  static double belowOne(String name, double value) {
    return rule(name, value, value >= 0 && value < 1, "from 0 to below 1");
  }

  static double upToOne(String name, double value) {
    return rule(name, value, value >= 0 && value <= 1, "from 0 to 1");
  }

  static int atLeast(int least, String name, int value) {
    if (value < least) {
      throw new IllegalArgumentException(
          "the " + name + " must be at least " + least + ", not " + value);
    }
    return value;
  }

  static List<Integer> rising(List<Integer> milestones) {
    int before = 0;
    for (int milestone : milestones) {
      if (milestone <= before) {
        throw new IllegalArgumentException(
            "milestones must be above 0, each later than the one before, not " + milestones);
      }
      before = milestone;
    }
    return milestones;
  }

  private static double rule(String name, double value, boolean kept, String wanted) {
    if (!kept) {
      throw new IllegalArgumentException("the " + name + " must be " + wanted + ", not " + value);
    }
    return value;
  }
}
