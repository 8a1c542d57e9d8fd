package dev.lanewise.array;

import dev.lanewise.kernel.Elementwise;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Elements picked by indices along an axis, and what is picked added back to its places: in the
 * order of the indices, so that repeated ones always add up the same.
 */
public final class Selections {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private Selections() {}

  /**
   * Returns the shape of {@link #select}.
   *
   * @throws ShapeException if the indices have more than one axis
   * @throws IndexOutOfBoundsException if one of them is outside the axis
   */
  public static Shape selectShape(Shape shape, int axis, Indices indices) {
    int counted = shape.axis(axis);
    if (indices.shape().rank() != 1) {
      throw new ShapeException(
          "indexSelect: indices of shape " + indices.shape() + " are not one row of numbers");
    }
    indices.requireBelow(shape.at(counted), "indexSelect");
    return shape.with(counted, indices.shape().at(0));
  }

  /** Returns {@code x[.., indices[i], ..]} for every i along {@code axis}. */
  public static NDArray select(NDArray x, int axis, Indices indices) {
    Shape shape = selectShape(x.shape(), axis, indices);
    NDArray source = x.contiguous();
    NDArray result = NDArray.empty(shape);
    Blocks blocks =
        new Blocks(x.shape(), x.shape().axis(axis), indices) {
          @Override
          void at(long whole, long picked, long block) {
            Elementwise.copy(
                source.segment(),
                source.offset() + whole,
                result.segment(),
                result.offset() + picked,
                block);
          }
        };
    Recording.launch(blocks::each);
    return result;
  }

  /** Adds {@code part[.., i, ..]} to {@code target[.., indices[i], ..]} for every i in turn. */
  public static void addSelected(NDArray target, int axis, Indices indices, NDArray part) {
    NDArray source = part.contiguous();
    NDArray dense = target.isContiguous() ? target : target.copy();
    Blocks blocks =
        new Blocks(target.shape(), target.shape().axis(axis), indices) {
          @Override
          void at(long whole, long picked, long block) {
            Elementwise.accumulate(
                source.segment(),
                source.offset() + picked,
                dense.segment(),
                dense.offset() + whole,
                block);
          }
        };
    Recording.launch(blocks::each);
    store(dense, target);
  }

  /**
   * Returns the shape of {@link #gather}.
   *
   * @throws ShapeException if the indices have other axes than the array, or reach past one
   * @throws IndexOutOfBoundsException if an index is outside the axis
   */
  public static Shape gatherShape(Shape shape, int axis, Indices indices, String operation) {
    int counted = shape.axis(axis);
    Shape index = indices.shape();
    boolean fits = index.rank() == shape.rank();
    for (int i = 0; fits && i < shape.rank(); i++) {
      fits = i == counted || index.at(i) <= shape.at(i);
    }
    if (!fits) {
      throw new ShapeException(
          operation
              + ": indices "
              + index
              + " do not fit into shape "
              + shape
              + " beside axis "
              + axis);
    }
    indices.requireBelow(shape.at(counted), operation);
    return index;
  }

  /**
   * Returns {@code x[i][indices[i][j][k]][k]} for every place (i, j, k) of the indices, here along
   * axis 1.
   */
  public static NDArray gather(NDArray x, int axis, Indices indices) {
    NDArray source = x.contiguous();
    NDArray result = NDArray.empty(indices.shape());
    Places places = new Places(x.shape(), x.shape().axis(axis), indices);
    Recording.launch(() -> {
      MemorySegment from = source.segment();
      MemorySegment to = result.segment();
      places.reset();
      for (long i = 0; i < result.size(); i++) {
        to.set(
            FLOAT,
            (result.offset() + i) << 2,
            from.get(FLOAT, (source.offset() + places.next()) << 2));
      }
    });
    return result;
  }

  /** Adds {@code part} to the places of {@code target} that {@link #gather} reads. */
  public static void addGathered(NDArray target, int axis, Indices indices, NDArray part) {
    NDArray source = part.contiguous();
    NDArray dense = target.isContiguous() ? target : target.copy();
    Places places = new Places(target.shape(), target.shape().axis(axis), indices);
    Recording.launch(() -> {
      MemorySegment from = source.segment();
      MemorySegment to = dense.segment();
      places.reset();
      for (long i = 0; i < source.size(); i++) {
        long at = (dense.offset() + places.next()) << 2;
        to.set(FLOAT, at, to.get(FLOAT, at) + from.get(FLOAT, (source.offset() + i) << 2));
      }
    });
    store(dense, target);
  }

  /** Ends a sum into a target, or into the copy of one that is not contiguous. */
  private static void store(NDArray dense, NDArray target) {
    if (target.isContiguous()) {
      target.touch();
    } else {
      target.copyFrom(dense);
    }
  }

  /** A walk over the contiguous blocks that indices along one axis pick. */
  private abstract static class Blocks {
    private final Indices indices;
    private final long outer;
    private final long length;
    private final long block;

    Blocks(Shape shape, int axis, Indices indices) {
      this.indices = indices;
      this.length = shape.at(axis);
      long before = 1;
      long after = 1;
      for (int i = 0; i < shape.rank(); i++) {
        before *= i < axis ? shape.at(i) : 1;
        after *= i > axis ? shape.at(i) : 1;
      }
      this.outer = before;
      this.block = after;
    }

    /** Visits a block at {@code whole} floats into the array and {@code picked} into the picks. */
    abstract void at(long whole, long picked, long block);

    final void each() {
      long count = indices.shape().size();
      for (long o = 0; o < outer; o++) {
        for (long i = 0; i < count; i++) {
          at((o * length + indices.at(i)) * block, (o * count + i) * block, block);
        }
      }
    }
  }

  /** The places in a row-major array that indices of as many axes point at, one after the other. */
  private static final class Places {
    private final Layout layout;
    private final int axis;
    private final Indices indices;
    private final Odometer index;
    private long next;

    Places(Shape shape, int axis, Indices indices) {
      this.layout = shape.rowMajor();
      this.axis = axis;
      this.indices = indices;
      this.index = new Odometer(indices.shape(), indices.shape().rank());
    }

    void reset() {
      index.reset();
      next = 0;
    }

    long next() {
      long own = index.at(axis);
      long place = index.dot(layout) + (indices.at(next++) - own) * layout.strideAt(axis);
      index.next();
      return place;
    }
  }
}
