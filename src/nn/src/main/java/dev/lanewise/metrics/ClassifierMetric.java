package dev.lanewise.metrics;

import dev.lanewise.array.NDArray;
import dev.lanewise.tensor.Tensor;

/**
 * A measure of a classifier, gathered over batches of scores and labels.
 *
 * <p>What it comes to does not depend on how the samples are divided into batches or in which order
 * they come, to the bit. Until there was a sample there is no result: asking for one throws {@link
 * IllegalStateException}.
 */
public interface ClassifierMetric {
  /**
   * Takes in the samples of a batch.
   *
   * @param scores a row for each sample; the higher a score, the likelier the class
   * @param labels the true class of each sample
   * @throws IllegalArgumentException if a label names no class, a score is NaN, or there are not as
   *     many rows as labels
   */
  void update(NDArray scores, int[] labels);

  /** As {@link #update(NDArray, int[])}. */
  default void update(Tensor scores, int[] labels) {
    update(scores.array(), labels);
  }
}
