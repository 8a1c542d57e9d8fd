package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.Elementwise;
import dev.lanewise.kernel.Reduction;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** One number for each element of several parameters, in one row: a point or a direction. */
final class FlatVector {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private final NDArray array;
  private final int size;

  /** Makes zeros. */
  FlatVector(int size) {
    this.array = NDArray.persistent(Shape.of(size));
    this.size = size;
  }

  NDArray array() {
    return array;
  }

  /** Returns views of the row with the shapes of the parameters. */
  NDArray[] parts(List<Shape> shapes) {
    NDArray[] parts = new NDArray[shapes.size()];
    int from = 0;
    for (int i = 0; i < parts.length; i++) {
      int to = from + (int) shapes.get(i).size();
      parts[i] = array.slice(0, from, to).reshape(shapes.get(i));
      from = to;
    }
    return parts;
  }

  void set(FlatVector other) {
    array.copyFrom(other.array);
  }

  /** {@code this = factor * other}. */
  void set(double factor, FlatVector other) {
    Elementwise.mulScalar(other.array.segment(), 0, (float) factor, array.segment(), 0, size);
  }

  /** {@code this += factor * other}. */
  void add(double factor, FlatVector other) {
    Elementwise.axpy((float) factor, other.array.segment(), 0, array.segment(), 0, size);
  }

  double dot(FlatVector other) {
    return Reduction.dot(array.segment(), 0, other.array.segment(), 0, size);
  }

  double greatestMagnitude() {
    double greatest = 0;
    for (int i = 0; i < size; i++) {
      greatest = Math.max(greatest, Math.abs(array.segment().getAtIndex(FLOAT, i)));
    }
    return greatest;
  }

  double sumOfMagnitudes() {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += Math.abs(array.segment().getAtIndex(FLOAT, i));
    }
    return sum;
  }
}
