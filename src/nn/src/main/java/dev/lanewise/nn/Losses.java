package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;

/** Losses: scalars that say how far a prediction is from its target. */
public final class Losses {
  private Losses() {}

  /**
   * Returns the mean squared error, the mean of (prediction - target)^2 over all elements.
   *
   * @throws dev.lanewise.array.ShapeException if the shapes differ
   */
  public static Tensor mse(Tensor prediction, Tensor target) {
    return prediction.mse(target);
  }

  /**
   * Returns the mean over the rows of logits [rows, classes] of -log softmax(row)[label].
   *
   * @throws IllegalArgumentException if there is not one label per row, each below {@code classes}
   */
  public static Tensor crossEntropy(Tensor logits, int... labels) {
    return logits.crossEntropy(labels);
  }
}
