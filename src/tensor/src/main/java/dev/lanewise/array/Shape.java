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

  /**
   * Returns {@code axes} counted from 0, for a permutation.
   *
   * @throws ShapeException if they do not name each axis once
   */
  public int[] permutation(int... axes) {
    int[] counted = new int[rank()];
    boolean[] seen = new boolean[rank()];
    boolean fits = axes.length == rank();
    for (int i = 0; fits && i < axes.length; i++) {
      counted[i] = axis(axes[i]);
      fits = !seen[counted[i]];
      seen[counted[i]] = true;
    }
    if (!fits) {
      throw new ShapeException(
          "permute: "
              + Arrays.toString(axes)
              + " does not name each axis of shape "
              + this
              + " once");
    }
    return counted;
  }

  /** Returns the shape whose axis {@code i} is this one's axis {@code axes[i]}. */
  public Shape permute(int... axes) {
    int[] permuted = permutation(axes);
    for (int i = 0; i < permuted.length; i++) {
      permuted[i] = dims[permuted[i]];
    }
    return of(permuted);
  }

  /**
   * Returns which axes a sum over {@code axes} runs over: all where none is named.
   *
   * @throws ShapeException if an axis is not there or named twice
   */
  boolean[] summed(int... axes) {
    boolean[] summed = flags("sum", axes);
    if (axes.length == 0) {
      Arrays.fill(summed, true);
    }
    return summed;
  }

  /** Returns which axes are named by {@code axes}, none of them twice. */
  boolean[] flags(String operation, int... axes) {
    boolean[] flags = new boolean[rank()];
    for (int axis : axes) {
      int counted = axis(axis);
      if (flags[counted]) {
        throw new ShapeException(
            operation + ": axis " + axis + " of shape " + this + " is named twice");
      }
      flags[counted] = true;
    }
    return flags;
  }

  /** Returns the shape of a sum over the flagged axes, which stay with length 1 if {@code keep}. */
  Shape sum(boolean[] summed, boolean keep) {
    int[] left = new int[rank()];
    int rank = 0;
    for (int axis = 0; axis < summed.length; axis++) {
      if (!summed[axis]) {
        left[rank++] = dims[axis];
      } else if (keep) {
        left[rank++] = 1;
      }
    }
    return of(Arrays.copyOf(left, rank));
  }

  /**
   * Returns the shape of a sum over {@code axes}, all where none is named; they stay with length 1
   * if {@code keepDims}.
   *
   * @throws ShapeException if an axis is not there or named twice
   */
  public Shape sum(int[] axes, boolean keepDims) {
    return sum(summed(axes), keepDims);
  }

  /**
   * Returns the shape of every {@code step}-th element from {@code from} to {@code to - 1} along
   * {@code axis}.
   *
   * @throws ShapeException if they do not lie within the axis, or the step is not positive
   */
  public Shape slice(int axis, int from, int to, int step) {
    int counted = axis(axis);
    if (from < 0 || to < from || to > dims[counted] || step < 1) {
      throw new ShapeException(
          "slice: "
              + from
              + " to "
              + to
              + (step == 1 ? "" : " by " + step)
              + " is outside axis "
              + axis
              + " of shape "
              + this);
    }
    return with(counted, Math.ceilDiv(to - from, step));
  }

  /**
   * Returns {@code target}, if this shape has as many elements.
   *
   * @throws ShapeException if it has not
   */
  public Shape reshape(Shape target) {
    if (target.size != size) {
      throw new ShapeException(
          "reshape: shape "
              + this
              + " has "
              + size
              + " elements, "
              + target
              + " has "
              + target.size);
    }
    return target;
  }

  /**
   * Returns {@code target}, if lengths of 1 and missing leading axes of this shape stretch to it.
   *
   * @throws ShapeException naming both shapes and {@code operation} if they do not
   */
  public Shape stretch(Shape target, String operation) {
    if (!broadcast(target, operation).equals(target)) {
      throw new ShapeException(operation + ": shape " + this + " does not stretch to " + target);
    }
    return target;
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
