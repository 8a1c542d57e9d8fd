package dev.lanewise.data;

import dev.lanewise.array.NDArray;
import dev.lanewise.tensor.Tensor;

/**
 * Some samples of a data set, side by side.
 *
 * <p>A batch lives in a buffer of the {@link DataLoader} that dealt it out, and is valid until the
 * next one is asked for; from then on using it throws. {@link #copy} gives one to keep.
 */
public final class Batch {
  private final NDArray features;
  private final NDArray targets;
  private final Tensor x;
  private final Tensor y;
  private final int[] labels;
  private boolean replaced;

  Batch(NDArray features, NDArray targets, int[] labels) {
    this.features = features;
    this.targets = targets;
    this.labels = labels;
    x = Tensor.of(features);
    y = Tensor.of(targets);
  }

  /** The features, {@code [size, ...]}. */
  public Tensor x() {
    checkValid();
    return x;
  }

  /** The targets, {@code [size, ...]}. */
  public Tensor y() {
    checkValid();
    return y;
  }

  /** The labels, as valid as the batch itself; none if the data set has none. */
  public int[] labels() {
    checkValid();
    return labels;
  }

  /** The number of samples. */
  public int size() {
    return features.shape().dim(0);
  }

  /** The same samples in memory of their own. */
  public Batch copy() {
    checkValid();
    Dataset copied = Dataset.of(features, targets).subset(0, size());
    return new Batch(copied.features(), copied.targets(), labels.clone());
  }

  /**
   * Ends the validity of this batch, whose buffer is about to be written, if need be by another
   * thread.
   */
  void replace() {
    var _ = x.array(); // runs the layer that this thread may have held back, on what is here still
    features.touch();
    targets.touch();
    replaced = true;
  }

  private void checkValid() {
    if (replaced) {
      throw new IllegalStateException(
          "this batch of "
              + size()
              + " samples was replaced by the next one of its loader; copy() gives one to keep");
    }
  }
}
