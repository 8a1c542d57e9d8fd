package dev.lanewise.array;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The lengths of an array's axes; {@code []} is a scalar's shape. Immutable.
 *
 * <p>Axes are counted from 0, or back from the end with -1 for the last.
 */
public final class Shape {
  /** The shape of a scalar. */
  public static final Shape SCALAR = new Shape(new int[0]);

  private static final long MAX_SIZE = 1L << 60;

  /**
   * Shapes met lately, so that a loop over like arrays makes no new ones. Races only lose entries.
   */
  private static final @Nullable Shape[] RECENT = new Shape[256];

  private final int[] dims;
  private final long size;
  private final Layout rowMajor;

  private Shape(int[] dims) {
    this.dims = dims;
    long product = 1;
    boolean empty = false;
    for (int dim : dims) {
      if (dim < 0) {
        throw new ShapeException("a shape has no negative lengths: " + Arrays.toString(dims));
      }
      empty |= dim == 0;
    }
    for (int dim : dims) {
      if (!empty && product > MAX_SIZE / dim) {
        throw new ShapeException("too many elements to address: " + Arrays.toString(dims));
      }
      product *= dim;
    }
    this.size = product;
    this.rowMajor = Layout.rowMajor(this);
  }

  /**
   * Returns the shape with the given lengths.
   *
   * @throws ShapeException if a length is negative or the number of elements passes 2^60
   */
  public static Shape of(int... dims) {
    if (dims.length == 0) {
      return SCALAR;
    }
    int slot = slot(dims);
    Shape recent = RECENT[slot];
    if (recent == null || !Arrays.equals(recent.dims, dims)) {
      recent = new Shape(dims.clone());
      RECENT[slot] = recent;
    }
    return recent;
  }

  /** Returns the shape of a matrix. */
  public static Shape of(int rows, int cols) {
    int slot = slot(rows, cols);
    Shape recent = RECENT[slot];
    if (recent == null
        || recent.dims.length != 2
        || recent.dims[0] != rows
        || recent.dims[1] != cols) {
      recent = new Shape(new int[] {rows, cols});
      RECENT[slot] = recent;
    }
    return recent;
  }

  private static int slot(int... dims) {
    int hash = dims.length;
    for (int dim : dims) {
      hash = hash * 31 + dim;
    }
    return slot(hash);
  }

  private static int slot(int rows, int cols) {
    return slot(((2 * 31) + rows) * 31 + cols);
  }

  private static int slot(int hash) {
    return (hash * 0x9e3779b9) >>> 24;
  }

  /** Returns the number of axes. */
  public int rank() {
    return dims.length;
  }

  /** Returns the length of {@code axis}, which may count from the end. */
  public int dim(int axis) {
    return dims[axis(axis)];
  }

  /** Returns the number of elements. */
  public long size() {
    return size;
  }

  /**
   * Returns {@code axis} counted from 0.
   *
   * @throws ShapeException if there is no such axis
   */
  public int axis(int axis) {
    int counted = axis < 0 ? axis + dims.length : axis;
    if (counted < 0 || counted >= dims.length) {
      throw new ShapeException("there is no axis " + axis + " in shape " + this);
    }
    return counted;
  }

  /** Returns the lengths. */
  public int[] toArray() {
    return dims.clone();
  }

  /** Returns this shape with the length of {@code axis} replaced. */
  public Shape with(int axis, int length) {
    int counted = axis(axis);
    if (dims.length == 2) {
      return counted == 0 ? of(length, dims[1]) : of(dims[0], length);
    }
    int[] changed = dims.clone();
    changed[counted] = length;
    return of(changed);
  }

  /**
   * Returns the shape to which this one and {@code other} broadcast: aligned at the last axis,
   * equal lengths stay, and a length of 1 stretches to the other.
   *
   * @throws ShapeException naming both shapes and {@code operation} if they do not fit
   */
  public Shape broadcast(Shape other, String operation) {
    if (equals(other)) {
      return this;
    }
    int rank = Math.max(rank(), other.rank());
    int[] result = new int[rank];
    for (int i = 1; i <= rank; i++) {
      int a = i <= rank() ? dims[rank() - i] : 1;
      int b = i <= other.rank() ? other.dims[other.rank() - i] : 1;
      if (a != b && a != 1 && b != 1) {
        throw new ShapeException(
            operation
                + ": shapes "
                + this
                + " and "
                + other
                + " do not broadcast: "
                + a
                + " against "
                + b
                + " at axis "
                + -i);
      }
      result[rank - i] = a == 1 ? b : a;
    }
    return Arrays.equals(result, dims) ? this : Shape.of(result);
  }

  /** Returns the row-major layout of an array of this shape. */
  Layout rowMajor() {
    return rowMajor;
  }

  /** Returns the length of axis {@code axis}, counted from 0 and not checked. */
  int at(int axis) {
    return dims[axis];
  }

  @Override
  public boolean equals(Object other) {
    return this == other || (other instanceof Shape shape && Arrays.equals(dims, shape.dims));
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  @Override
  public String toString() {
    return Arrays.toString(dims);
  }
}
