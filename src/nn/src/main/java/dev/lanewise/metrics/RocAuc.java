package dev.lanewise.metrics;

import dev.lanewise.array.NDArray;
import java.util.Arrays;

/**
 * The area under the receiver operating characteristic of a classifier of two classes: the
 * probability that a sample of class 1 gets a higher score than one of class 0, where a tie counts
 * as half.
 *
 * <p>It is counted exactly (Mann and Whitney's U), from all scores, which are kept for it. Where
 * all samples are of one class it is NaN, as in scikit-learn.
 */
public final class RocAuc implements ClassifierMetric {
  private static final String METRIC = "ROC AUC";

  private final Numbers positives = new Numbers();
  private final Numbers negatives = new Numbers();

  /** An area over no samples yet. */
  public RocAuc() {}

  /**
   * Takes in the samples of a batch.
   *
   * @param scores the score of class 1 for each sample, {@code [samples]} or {@code [samples, 1]}
   * @param labels 0 or 1 for each sample
   */
  @Override
  public void update(NDArray scores, int[] labels) {
    NDArray column = scores.rank() == 1 ? scores.reshape(scores.shape().dim(0), 1) : scores;
    Scores rows = new Scores(METRIC, column, labels);
    if (rows.classes() != 1) {
      throw new IllegalArgumentException(
          METRIC + ": scores of shape " + scores.shape() + " are not one for each sample");
    }
    Scores.checkLabels(METRIC, labels, 2);
    for (int i = 0; i < labels.length; i++) {
      add(rows.at(i, 0), labels[i] == 1);
    }
  }

  void add(float score, boolean positive) {
    (positive ? positives : negatives).add(score);
  }

  /** The samples of class 1. */
  int positives() {
    return positives.count;
  }

  /** The area, 0 to 1. */
  public double result() {
    Scores.requireSamples(METRIC, (long) positives.count + negatives.count);
    float[] above = positives.sorted();
    float[] below = negatives.sorted();
    long halves = 0;
    int lower = 0;
    int notHigher = 0;
    for (float score : above) {
      while (lower < below.length && below[lower] < score) {
        lower++;
      }
      while (notHigher < below.length && below[notHigher] <= score) {
        notHigher++;
      }
      halves += lower + notHigher;
    }
    return halves / (2.0 * above.length * below.length);
  }

  /** A list of numbers. */
  private static final class Numbers {
    float[] values = new float[64];
    int count;

    void add(float value) {
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
      }
      values[count++] = value;
    }

    float[] sorted() {
      float[] sorted = Arrays.copyOf(values, count);
      Arrays.sort(sorted);
      return sorted;
    }
  }
}
