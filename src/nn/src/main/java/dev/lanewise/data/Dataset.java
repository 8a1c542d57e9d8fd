package dev.lanewise.data;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Samples held in memory: a row of features and a row of targets for each, and perhaps a label.
 *
 * <p>A row is all that stands under one index of the first axis, whatever the rank.
 */
public final class Dataset {
  private final NDArray features;
  private final NDArray targets;
  private final int @Nullable [] labels;

  private Dataset(NDArray features, NDArray targets, int @Nullable [] labels) {
    this.features = features;
    this.targets = targets;
    this.labels = labels;
  }

  /**
   * The samples whose features and targets are the rows of {@code features} and {@code targets}.
   *
   * <p>Arrays that the garbage collector owns and that are contiguous are kept as they are; others
   * are copied, so that a data set outlives every scope.
   */
  public static Dataset of(NDArray features, NDArray targets) {
    return create(features, targets, null);
  }

  /** As {@link #of(NDArray, NDArray)}, with the class of each sample. */
  public static Dataset of(NDArray features, NDArray targets, int[] labels) {
    return create(features, targets, labels.clone());
  }

  /**
   * The samples whose features are the rows of {@code features}, with the class of each. The
   * targets are the same classes as numbers, {@code [size, 1]}.
   */
  public static Dataset of(NDArray features, int[] labels) {
    NDArray targets = NDArray.persistent(Shape.of(labels.length, 1));
    for (int i = 0; i < labels.length; i++) {
      targets.set(labels[i], i, 0);
    }
    return create(features, targets, labels.clone());
  }

  private static Dataset create(NDArray features, NDArray targets, int @Nullable [] labels) {
    if (features.shape().rank() == 0
        || targets.shape().rank() == 0
        || features.shape().dim(0) != targets.shape().dim(0)) {
      throw new IllegalArgumentException(
          "features of shape "
              + features.shape()
              + " and targets of shape "
              + targets.shape()
              + " do not agree in the number of samples");
    }
    if (labels != null && labels.length != features.shape().dim(0)) {
      throw new IllegalArgumentException(
          labels.length + " labels do not go with features of shape " + features.shape());
    }
    return new Dataset(lasting(features), lasting(targets), labels);
  }

  private static NDArray lasting(NDArray array) {
    if (array.isContiguous() && array.storage().owner() == null) {
      return array;
    }
    NDArray copy = NDArray.persistent(array.shape());
    copy.copyFrom(array);
    return copy;
  }

  /**
   * One row of {@code classes} numbers for each label: {@code on} at the label, else {@code off}.
   */
  public static NDArray oneHot(int[] labels, int classes, float off, float on) {
    NDArray rows = NDArray.persistent(Shape.of(labels.length, classes));
    new OneHot(classes, off, on).write(labels, labels.length, rows);
    return rows;
  }

  /** The number of samples. */
  public int size() {
    return features.shape().dim(0);
  }

  /** The features of all samples, {@code [size, ...]}. */
  public NDArray features() {
    return features;
  }

  /** The targets of all samples, {@code [size, ...]}. */
  public NDArray targets() {
    return targets;
  }

  /** Whether each sample has a label. */
  public boolean hasLabels() {
    return labels != null;
  }

  /** A copy of the labels of all samples; without labels, an array of none. */
  public int[] labels() {
    return labels == null ? new int[0] : labels.clone();
  }

  /** The labels themselves, which {@code user} cannot do without. */
  int[] requireLabels(String user) {
    if (labels == null) {
      throw new IllegalArgumentException(user + " needs labels, and the data set has none");
    }
    return labels;
  }

  /** A copy of the samples from {@code from} up to but without {@code to}. */
  public Dataset subset(int from, int to) {
    if (from < 0 || from > to || to > size()) {
      throw new IndexOutOfBoundsException(
          "samples " + from + " to " + to + " of a data set of " + size());
    }
    int[] samples = new int[to - from];
    Arrays.setAll(samples, i -> from + i);
    return subset(samples);
  }

  /** A copy of the samples at {@code indices}, in their order; an index may come twice. */
  public Dataset subset(int[] indices) {
    NDArray x = rowsLike(features, indices.length);
    NDArray y = rowsLike(targets, indices.length);
    int[] classes = new int[labels == null ? 0 : indices.length];
    gatherFeatures(indices, 0, indices.length, x);
    gatherTargets(indices, 0, indices.length, y);
    gatherLabels(indices, 0, indices.length, classes);
    return new Dataset(x, y, labels == null ? null : classes);
  }

  /** A persistent array for {@code count} rows like those of {@code array}. */
  static NDArray rowsLike(NDArray array, int count) {
    int[] dims = array.shape().toArray();
    dims[0] = count;
    return NDArray.persistent(Shape.of(dims));
  }

  /** Copies the features of {@code count} samples, {@code order[start]} and on, into {@code to}. */
  void gatherFeatures(int[] order, int start, int count, NDArray to) {
    copyRows(features, order, start, count, to);
  }

  /** Copies the targets of {@code count} samples, {@code order[start]} and on, into {@code to}. */
  void gatherTargets(int[] order, int start, int count, NDArray to) {
    copyRows(targets, order, start, count, to);
  }

  /** Copies the labels, if there are any, of {@code count} samples, {@code order[start]} and on. */
  void gatherLabels(int[] order, int start, int count, int[] to) {
    if (labels != null) {
      for (int i = 0; i < count; i++) {
        to[i] = labels[order[start + i]];
      }
    }
  }

  private static void copyRows(NDArray from, int[] order, int start, int count, NDArray to) {
    MemorySegment source = from.segment();
    MemorySegment target = to.segment();
    int rows = from.shape().dim(0);
    long row = rows == 0 ? 0 : from.size() / rows * Float.BYTES;
    long sourceStart = from.offset() * Float.BYTES;
    long targetStart = to.offset() * Float.BYTES;
    for (int i = 0; i < count; i++) {
      long index = order[start + i];
      if (index < 0 || index >= rows) {
        throw new IndexOutOfBoundsException("sample " + index + " of a data set of " + rows);
      }
      MemorySegment.copy(source, sourceStart + index * row, target, targetStart + i * row, row);
    }
    to.touch();
  }
}
