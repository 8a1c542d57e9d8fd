package dev.lanewise.array;

import dev.lanewise.kernel.Reduction;
import java.util.Arrays;

/**
 * Sums over any axes. Rows of trailing axes and columns of leading axes are summed where they are;
 * any other choice of axes is first brought to the end by a copy.
 */
final class Sums {
  private Sums() {}

  static NDArray over(NDArray array, int[] axes, boolean keepDims) {
    Shape shape = array.shape();
    boolean[] summed = new boolean[shape.rank()];
    for (int axis : axes) {
      int counted = shape.axis(axis);
      if (summed[counted]) {
        throw new ShapeException("sum: axis " + axis + " of shape " + shape + " is named twice");
      }
      summed[counted] = true;
    }
    if (axes.length == 0) {
      Arrays.fill(summed, true);
    }
    NDArray result = sum(array, summed);
    return result.reshape(reduced(shape, summed, keepDims));
  }

  static NDArray to(NDArray array, Shape target) {
    Shape shape = array.shape();
    if (shape.equals(target)) {
      return array;
    }
    int missing = shape.rank() - target.rank();
    boolean[] summed = new boolean[shape.rank()];
    for (int axis = 0; axis < shape.rank(); axis++) {
      summed[axis] = axis < missing || target.at(axis - missing) != shape.at(axis);
    }
    return sum(array, summed).reshape(target);
  }

  /** Returns the shape after a sum. */
  static Shape reduced(Shape shape, boolean[] summed, boolean keepDims) {
    int[] dims = new int[shape.rank()];
    int kept = 0;
    for (int axis = 0; axis < summed.length; axis++) {
      if (!summed[axis]) {
        dims[kept++] = shape.at(axis);
      } else if (keepDims) {
        dims[kept++] = 1;
      }
    }
    return Shape.of(Arrays.copyOf(dims, kept));
  }

  /** Returns the sums, contiguous in the order of the axes that are kept. */
  private static NDArray sum(NDArray array, boolean[] summed) {
    Shape shape = array.shape();
    int rank = shape.rank();
    int lead = 0;
    while (lead < rank && summed[lead]) {
      lead++;
    }
    int trail = rank;
    while (trail > 0 && summed[trail - 1]) {
      trail--;
    }
    NDArray result = NDArray.empty(reduced(shape, summed, false));
    if (lead < rank && !anyBetween(summed, lead, rank)) {
      NDArray dense = array.contiguous();
      long cols = result.size();
      long rows = length(shape, 0, lead);
      Reduction.columnSums(
          dense.segment(),
          dense.offset(),
          cols,
          rows,
          cols,
          result.segment(),
          result.offset(),
          false);
      return result;
    }
    NDArray dense = array;
    if (anyBetween(summed, 0, trail)) {
      int[] order = new int[rank];
      int next = 0;
      for (int pass = 0; pass < 2; pass++) {
        for (int axis = 0; axis < rank; axis++) {
          if (summed[axis] == (pass == 1)) {
            order[next++] = axis;
          }
        }
      }
      dense = array.permute(order);
    }
    dense = dense.contiguous();
    long rows = result.size();
    long cols = 1;
    for (int axis = 0; axis < rank; axis++) {
      cols *= summed[axis] ? shape.at(axis) : 1;
    }
    Reduction.rowSums(
        dense.segment(), dense.offset(), rows, cols, result.segment(), result.offset());
    return result;
  }

  private static boolean anyBetween(boolean[] flags, int from, int to) {
    for (int i = from; i < to; i++) {
      if (flags[i]) {
        return true;
      }
    }
    return false;
  }

  private static long length(Shape shape, int from, int to) {
    long length = 1;
    for (int axis = from; axis < to; axis++) {
      length *= shape.at(axis);
    }
    return length;
  }
}
