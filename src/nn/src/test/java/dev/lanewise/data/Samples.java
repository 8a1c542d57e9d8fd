package dev.lanewise.data;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Data sets whose samples tell which they are, and what loaders make of them. */
final class Samples {
  private Samples() {}

  /**
   * Samples of ascending features [n, 2, 3], with twice the label, which is the index, as target.
   */
  static Dataset numbered(int samples) {
    NDArray x = NDArray.persistent(Shape.of(samples, 2, 3));
    NDArray y = NDArray.persistent(Shape.of(samples, 1));
    int[] labels = new int[samples];
    for (int i = 0; i < samples; i++) {
      for (int j = 0; j < 6; j++) {
        x.set(6 * i + j, i, j / 3, j % 3);
      }
      y.set(2 * i, i, 0);
      labels[i] = i;
    }
    return Dataset.of(x, y, labels);
  }

  /** The labels of an epoch. */
  static List<Integer> order(DataLoader loader) {
    List<Integer> order = new ArrayList<>();
    for (Batch batch : loader) {
      for (int label : batch.labels()) {
        order.add(label);
      }
    }
    return order;
  }

  /** All that the batches of an epoch hold, in a form that can be compared. */
  static List<String> contents(DataLoader loader) {
    List<String> contents = new ArrayList<>();
    for (Batch batch : loader) {
      contents.add(content(batch));
    }
    return contents;
  }

  /** All that a batch holds; of each float, its shortest decimal, which no other float has. */
  static String content(Batch batch) {
    return batch.x().shape()
        + Arrays.toString(batch.x().toFloatArray())
        + batch.y().shape()
        + Arrays.toString(batch.y().toFloatArray())
        + Arrays.toString(batch.labels());
  }

  /** Labels of up to {@code classes} classes, some of which are rarer than others. */
  static int[] labels(int samples, int classes, RandomGenerator random) {
    int[] labels = new int[samples];
    Arrays.setAll(labels, _ -> random.nextInt(random.nextInt(1, classes + 1)));
    return labels;
  }
}
