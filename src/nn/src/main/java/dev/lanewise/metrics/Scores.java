package dev.lanewise.metrics;

import dev.lanewise.array.NDArray;

/** A score for each class of each sample, none of them NaN. */
final class Scores {
  private final float[] values;
  private final int classes;

  /**
   * The scores in {@code array}, {@code [samples, classes]}, a row for each of {@code labels}.
   *
   * @param metric who asks, for messages
   */
  Scores(String metric, NDArray array, int[] labels) {
    if (array.rank() != 2 || array.shape().dim(0) != labels.length) {
      throw new IllegalArgumentException(
          metric
              + ": scores of shape "
              + array.shape()
              + " are not a row for each of "
              + labels.length
              + " labels");
    }
    values = array.toFloatArray();
    classes = array.shape().dim(1);
    for (int i = 0; i < values.length; i++) {
      if (Float.isNaN(values[i])) {
        throw new IllegalArgumentException(
            metric + ": the score of class " + i % classes + " in row " + i / classes + " is NaN");
      }
    }
  }

  /** Refuses labels that are not among {@code classes}. */
  static void checkLabels(String metric, int[] labels, int classes) {
    checkClasses(metric, "label", labels, classes);
  }

  /** Refuses numbers of classes, each a {@code what}, that are not among {@code classes}. */
  static void checkClasses(String metric, String what, int[] numbers, int classes) {
    for (int i = 0; i < numbers.length; i++) {
      if (numbers[i] < 0 || numbers[i] >= classes) {
        throw new IllegalArgumentException(
            metric
                + ": the "
                + what
                + " "
                + numbers[i]
                + " of row "
                + i
                + " is not one of 0 to "
                + (classes - 1));
      }
    }
  }

  /** Refuses a result of no samples. */
  static void requireSamples(String metric, long samples) {
    if (samples == 0) {
      throw new IllegalStateException(metric + ": there were no samples");
    }
  }

  int classes() {
    return classes;
  }

  float at(int sample, int which) {
    return values[sample * classes + which];
  }

  /** The place of a class in its row, from 0 for the best; of equal ones the first is better. */
  int rank(int sample, int which) {
    float score = at(sample, which);
    int rank = 0;
    for (int other = 0; other < classes; other++) {
      float rival = at(sample, other);
      if (rival > score || (rival == score && other < which)) {
        rank++;
      }
    }
    return rank;
  }

  /** The class with the highest score; of equal ones the first. */
  int best(int sample) {
    int best = 0;
    for (int other = 1; other < classes; other++) {
      if (at(sample, other) > at(sample, best)) {
        best = other;
      }
    }
    return best;
  }
}
