package dev.lanewise.array;

import java.util.Arrays;

/** A counter over the leading axes of a shape, the last of them turning fastest. */
final class Odometer {
  private final Shape shape;
  private final int[] index;

  Odometer(Shape shape, int axes) {
    this.shape = shape;
    this.index = new int[axes];
  }

  /** Returns to the first index, where it also comes back to after the last. */
  void reset() {
    Arrays.fill(index, 0);
  }

  /** Steps to the next index; false once all were seen. */
  boolean next() {
    for (int axis = index.length - 1; axis >= 0; axis--) {
      if (++index[axis] < shape.at(axis)) {
        return true;
      }
      index[axis] = 0;
    }
    return false;
  }

  /** Returns the current place along {@code axis}. */
  int at(int axis) {
    return index[axis];
  }

  /** Returns how far from the first element of {@code layout} the current index lies. */
  long dot(Layout layout) {
    long distance = 0;
    for (int axis = 0; axis < index.length; axis++) {
      distance += index[axis] * layout.strideAt(axis);
    }
    return distance;
  }
}
