package dev.lanewise.data;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the samples of a data set on their way into batches.
 *
 * @param transform what changes their features, if anything
 * @param seed what the transform's randomness depends on, beside epoch and sample
 * @param oneHot what makes targets of their labels, if they do not stay as they are
 */
record Recipe(Dataset data, @Nullable Transform transform, long seed, @Nullable OneHot oneHot) {
  Recipe withTransform(Transform other, long itsSeed) {
    return new Recipe(data, other, itsSeed, oneHot);
  }

  Recipe withOneHot(OneHot other) {
    return new Recipe(data, transform, seed, other);
  }

  /** New memory for {@code rows} samples. */
  Buffer buffer(int rows) {
    return new Buffer(
        Dataset.rowsLike(data.features(), rows),
        oneHot == null
            ? Dataset.rowsLike(data.targets(), rows)
            : NDArray.persistent(Shape.of(rows, oneHot.classes())),
        new int[data.hasLabels() ? rows : 0]);
  }

  /** Fills a buffer with {@code count} samples of an epoch, {@code order[start]} and on. */
  void fill(int epoch, int[] order, int start, int count, Buffer buffer) {
    data.gatherFeatures(order, start, count, buffer.x);
    data.gatherLabels(order, start, count, buffer.labels);
    if (oneHot == null) {
      data.gatherTargets(order, start, count, buffer.y);
    } else {
      oneHot.write(buffer.labels, count, buffer.y);
    }
    if (transform != null) {
      transform(transform, epoch, order, start, count, buffer.x);
    }
    buffer.count = count;
  }

  private void transform(
      Transform change, int epoch, int[] order, int start, int count, NDArray x) {
    long key = Randomness.generator(seed, epoch).nextLong();
    float[] features = new float[Math.toIntExact(x.size() / x.shape().dim(0))];
    MemorySegment rows = x.segment();
    for (int i = 0; i < count; i++) {
      long row = Float.BYTES * (x.offset() + (long) i * features.length);
      MemorySegment.copy(rows, ValueLayout.JAVA_FLOAT, row, features, 0, features.length);
      change.apply(features, Randomness.generator(key, order[start + i]));
      MemorySegment.copy(features, 0, rows, ValueLayout.JAVA_FLOAT, row, features.length);
    }
  }
}
