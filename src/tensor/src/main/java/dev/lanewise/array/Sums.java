package dev.lanewise.array;

import dev.lanewise.kernel.Reduction;

/**
 * Sums over any axes. Rows of trailing axes and columns of leading axes are summed where they are;
 * any other choice of axes is first brought to the end by a copy.
 */
final class Sums {
  private Sums() {}

  static NDArray over(NDArray array, int[] axes, boolean keepDims) {
    Shape shape = array.shape();
    boolean[] summed = shape.summed(axes);
    NDArray result = sum(array, summed);
    return result.reshape(shape.sum(summed, keepDims));
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
    NDArray result = NDArray.empty(shape.sum(summed, false));
    if (lead < rank && !anyBetween(summed, lead, rank)) {
      NDArray dense = array.contiguous();
      long cols = result.size();
      long rows = length(shape, 0, lead);
      Recording.launch(() ->
          Reduction.columnSums(
              dense.segment(),
              dense.offset(),
              cols,
              rows,
              cols,
              result.segment(),
              result.offset(),
              false));
      return result;
    }
    NDArray dense =
        anyBetween(summed, 0, trail) ? Rows.of(shape, summed).matrix(array) : array.contiguous();
    long rows = result.size();
    long cols = length(shape, summed);
    Recording.launch(() ->
        Reduction.rowSums(
            dense.segment(), dense.offset(), rows, cols, result.segment(), result.offset()));
    return result;
  }

  private static long length(Shape shape, boolean[] counted) {
    long length = 1;
    for (int axis = 0; axis < counted.length; axis++) {
      length *= counted[axis] ? shape.at(axis) : 1;
    }
    return length;
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
