package dev.lanewise.data;

import dev.lanewise.array.NDArray;
import java.util.Arrays;

/** Memory for the samples of a batch, some of which the last one of an epoch may leave unused. */
final class Buffer {
  final NDArray x;
  final NDArray y;
  final int[] labels;

  /** The number of samples that were filled in last. */
  int count;

  Buffer(NDArray x, NDArray y, int[] labels) {
    this.x = x;
    this.y = y;
    this.labels = labels;
  }

  /** The samples filled in, as a batch that shares this memory. */
  Batch batch() {
    return count == x.shape().dim(0)
        ? new Batch(x, y, labels)
        : new Batch(
            x.slice(0, 0, count),
            y.slice(0, 0, count),
            Arrays.copyOf(labels, Math.min(count, labels.length)));
  }
}
