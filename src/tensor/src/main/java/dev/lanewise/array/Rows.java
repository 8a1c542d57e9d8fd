package dev.lanewise.array;

import java.util.Arrays;

/**
 * The axes of a shape parted in two: those that a reduction runs over, and those that stay. An
 * array is brought to a matrix with one row for each place in the axes that stay, and back.
 */
public final class Rows {
  private final Shape shape;
  private final boolean[] reduced;
  private final int[] order;
  private final Shape split;

  private Rows(Shape shape, boolean[] reduced) {
    this.shape = shape;
    this.reduced = reduced;
    this.order = new int[shape.rank()];
    int next = 0;
    for (int pass = 0; pass < 2; pass++) {
      for (int axis = 0; axis < reduced.length; axis++) {
        if (reduced[axis] == (pass == 1)) {
          order[next++] = axis;
        }
      }
    }
    this.split = shape.permute(order);
  }

  /**
   * Parts the axes of {@code shape} at those named by {@code axes}, all where none is named.
   *
   * @throws ShapeException naming {@code operation} if an axis is not there or named twice
   */
  public static Rows of(Shape shape, String operation, int... axes) {
    boolean[] reduced = shape.flags(operation, axes);
    if (axes.length == 0) {
      Arrays.fill(reduced, true);
    }
    return new Rows(shape, reduced);
  }

  static Rows of(Shape shape, boolean[] reduced) {
    return new Rows(shape, reduced);
  }

  /** Returns the number of rows: the size of the axes that stay. */
  public int rows() {
    return length(false);
  }

  /** Returns the length of a row: the size of the axes that are reduced. */
  public int cols() {
    return length(true);
  }

  /** Returns the shape of a reduction: reduced axes are gone, or of length 1 if {@code keep}. */
  public Shape result(boolean keep) {
    return shape.sum(reduced, keep);
  }

  /** Returns the elements as a contiguous matrix [rows, cols]. */
  public NDArray matrix(NDArray array) {
    return array.permute(order).reshape(Shape.of(rows(), cols())).contiguous();
  }

  /** Returns a matrix [rows, cols] as a view of this shape. */
  public NDArray restore(NDArray matrix) {
    int[] inverse = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      inverse[order[i]] = i;
    }
    return matrix.reshape(split).permute(inverse);
  }

  private int length(boolean which) {
    int length = 1;
    for (int axis = 0; axis < reduced.length; axis++) {
      length = Math.multiplyExact(length, reduced[axis] == which ? shape.at(axis) : 1);
    }
    return length;
  }
}
