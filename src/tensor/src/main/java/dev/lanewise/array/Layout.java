package dev.lanewise.array;

import java.util.Arrays;

/**
 * Where the elements of a shape lie in a block of floats: element {@code (i, j, ...)} at {@code
 * offset + i * strides[0] + j * strides[1] + ...}. Immutable; a stride of 0 repeats an element.
 */
public final class Layout {
  private final Shape shape;
  private final long[] strides;
  private final long offset;
  private final boolean contiguous;

  Layout(Shape shape, long[] strides, long offset) {
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.contiguous = isRowMajor(shape, strides);
  }

  static Layout rowMajor(Shape shape) {
    long[] strides = new long[shape.rank()];
    long stride = 1;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= Math.max(shape.at(axis), 1);
    }
    return new Layout(shape, strides, 0);
  }

  /** Returns the shape that is laid out. */
  public Shape shape() {
    return shape;
  }

  /** Returns the floats from one element to the next along {@code axis}. */
  public long stride(int axis) {
    return strides[shape.axis(axis)];
  }

  /** Returns the position of the first element. */
  public long offset() {
    return offset;
  }

  /** Says whether the elements lie without a gap in row-major order. */
  public boolean isContiguous() {
    return contiguous;
  }

  /**
   * Says whether the elements fill one stretch of memory without gap or repetition, in any order.
   */
  public boolean isDense() {
    if (contiguous) {
      return true;
    }
    long last = 0;
    long product = 1;
    for (int axis = 0; axis < strides.length; axis++) {
      int dim = shape.at(axis);
      if (dim > 1 && strides[axis] == 0) {
        return false;
      }
      last += (dim - 1) * strides[axis];
      product *= dim;
    }
    return product == 0 || last == product - 1;
  }

  boolean sameStrides(Layout other) {
    return shape.equals(other.shape) && Arrays.equals(strides, other.strides);
  }

  Layout permute(int[] axes) {
    int[] dims = new int[axes.length];
    long[] permuted = new long[axes.length];
    for (int i = 0; i < axes.length; i++) {
      dims[i] = shape.at(axes[i]);
      permuted[i] = strides[axes[i]];
    }
    return new Layout(Shape.of(dims), permuted, offset);
  }

  Layout broadcastTo(Shape target) {
    long[] stretched = new long[target.rank()];
    int missing = target.rank() - shape.rank();
    for (int axis = 0; axis < shape.rank(); axis++) {
      stretched[missing + axis] = shape.at(axis) == 1 ? 0 : strides[axis];
    }
    return new Layout(target, stretched, offset);
  }

  Layout slice(int axis, int from, int to, int step) {
    Shape sliced = shape.with(axis, Math.ceilDiv(to - from, step));
    long[] stepped = strides;
    if (step != 1) {
      stepped = strides.clone();
      stepped[axis] *= step;
    }
    // An empty slice stays where it is: its first element might lie past the end of the block.
    return new Layout(sliced, stepped, sliced.size() == 0 ? offset : offset + from * strides[axis]);
  }

  /** Returns the layout in which the flagged axes run backwards. */
  Layout flip(boolean[] flipped) {
    long[] turned = strides.clone();
    long first = offset;
    for (int axis = 0; axis < turned.length; axis++) {
      if (flipped[axis] && shape.size() > 0) {
        first += (shape.at(axis) - 1) * strides[axis];
        turned[axis] = -strides[axis];
      }
    }
    return new Layout(shape, turned, first);
  }

  /** Returns the same elements in order under another shape of equal size; must be contiguous. */
  Layout reshape(Shape target) {
    return offset == 0 ? target.rowMajor() : new Layout(target, target.rowMajor().strides, offset);
  }

  /** Returns the same shape and strides with the first element at the start of the block. */
  Layout rebased() {
    return new Layout(shape, strides, 0);
  }

  /** Returns the position of the element at {@code index}. */
  long position(int[] index) {
    if (index.length != strides.length) {
      throw new ShapeException(
          "an index of " + index.length + " numbers does not point into shape " + shape);
    }
    long position = offset;
    for (int axis = 0; axis < index.length; axis++) {
      if (index[axis] < 0 || index[axis] >= shape.at(axis)) {
        throw new IndexOutOfBoundsException(
            "index " + Arrays.toString(index) + " is outside shape " + shape);
      }
      position += index[axis] * strides[axis];
    }
    return position;
  }

  /** Returns the stride of axis {@code axis}, counted from 0 and not checked. */
  long strideAt(int axis) {
    return strides[axis];
  }

  private static boolean isRowMajor(Shape shape, long[] strides) {
    long expected = 1;
    for (int axis = strides.length - 1; axis >= 0; axis--) {
      int dim = shape.at(axis);
      if (dim != 1 && strides[axis] != expected && shape.size() != 0) {
        return false;
      }
      expected *= dim;
    }
    return true;
  }
}
