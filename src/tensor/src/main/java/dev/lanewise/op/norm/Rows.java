package dev.lanewise.op.norm;

import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;

/** The shape rule of normalizations over the last axes, whose elements make a row. */
final class Rows {
  private Rows() {}

  static void check(String name, int axes, double eps) {
    if (axes < 1 || !(eps >= 0) || Double.isInfinite(eps)) {
      throw new IllegalArgumentException(
          (name + ": " + axes + " axes and eps " + eps)
              + " are not one or more, and a finite number from 0 on");
    }
  }

  /** Returns the shape of the result for an input and, where there are any, weight and bias. */
  static Shape infer(String name, int axes, Shape... inputs) {
    Shape x = inputs[0];
    if (x.rank() < axes) {
      throw new ShapeException(
          name + ": input " + x + " does not have " + axes + " axes to normalize over");
    }
    for (int i = 1; i < inputs.length; i++) {
      if (!inputs[i].equals(of(axes, x))) {
        throw new ShapeException(
            (name + ": " + (i == 1 ? "weight " : "bias ") + inputs[i])
                + (" is not of the shape " + of(axes, x) + " in which input " + x + " ends"));
      }
    }
    return x;
  }

  /** Returns the shape of a row. */
  static Shape of(int axes, Shape x) {
    int[] last = new int[axes];
    for (int axis = 0; axis < axes; axis++) {
      last[axis] = x.dim(axis - axes);
    }
    return Shape.of(last);
  }

  /** Returns the number of rows of {@code cols} elements. */
  static long count(Shape x, long cols) {
    return cols == 0 ? 0 : x.size() / cols;
  }
}
