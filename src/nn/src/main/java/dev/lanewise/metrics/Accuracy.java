package dev.lanewise.metrics;

import dev.lanewise.array.NDArray;

/**
 * The share of samples whose label is the class with the highest score, or among those with the k
 * highest.
 *
 * <p>Of equal scores that of the class with the lower number counts as higher, as in NumPy's {@code
 * argmax}. (scikit-learn's {@code top_k_accuracy_score} takes the higher number.)
 */
public final class Accuracy implements ClassifierMetric {
  private final int k;
  private long right;
  private long samples;

  /** The accuracy of the one class with the highest score. */
  public Accuracy() {
    this(1);
  }

  private Accuracy(int k) {
    this.k = k;
  }

  /** The accuracy that counts a sample as right if its label is among the {@code k} best. */
  public static Accuracy top(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("accuracy: there is no top " + k);
    }
    return new Accuracy(k);
  }

  @Override
  public void update(NDArray scores, int[] labels) {
    Scores rows = new Scores("accuracy", scores, labels);
    Scores.checkLabels("accuracy", labels, rows.classes());
    for (int i = 0; i < labels.length; i++) {
      if (rows.rank(i, labels[i]) < k) {
        right++;
      }
    }
    samples += labels.length;
  }

  /** The share of samples that were right, 0 to 1. */
  public double result() {
    Scores.requireSamples("accuracy", samples);
    return (double) right / samples;
  }
}
