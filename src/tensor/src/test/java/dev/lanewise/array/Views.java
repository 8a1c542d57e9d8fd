package dev.lanewise.array;

import dev.lanewise.memory.Storage;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;

/** Arrays of every kind of layout, and their elements read one by one. */
public final class Views {
  private Views() {}

  /**
   * Returns an array of {@code dims} filled by {@code draw}: contiguous, permuted, sliced out of a
   * larger one, repeated along some axes, or sliced and permuted.
   */
  public static NDArray draw(Random random, DoubleSupplier draw, int... dims) {
    return switch (random.nextInt(6)) {
      case 0 -> permuted(random, draw, dims);
      case 1 -> sliced(random, draw, dims);
      case 2 -> repeated(random, draw, dims);
      case 3 -> permutedSlice(random, draw, dims);
      default -> contiguous(draw, dims);
    };
  }

  /** Returns a contiguous array filled by {@code draw}. */
  public static NDArray contiguous(DoubleSupplier draw, int... dims) {
    float[] values = new float[size(dims)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) draw.getAsDouble();
    }
    return dims.length == 0 ? NDArray.scalar(values[0]) : NDArray.of(values, dims);
  }

  /** Returns a view whose axes lie in memory in any order, without a gap. */
  public static NDArray permuted(Random random, DoubleSupplier draw, int... dims) {
    int[] axes = permutation(random, dims.length);
    return contiguous(draw, unpermuted(axes, dims)).permute(axes);
  }

  /** Returns a view into an array that is longer along some axes. */
  public static NDArray sliced(Random random, DoubleSupplier draw, int... dims) {
    int[] from = new int[dims.length];
    int[] longer = new int[dims.length];
    for (int axis = 0; axis < dims.length; axis++) {
      from[axis] = random.nextInt(3);
      longer[axis] = from[axis] + dims[axis] + random.nextInt(3);
    }
    NDArray view = contiguous(draw, longer);
    for (int axis = 0; axis < dims.length; axis++) {
      view = view.slice(axis, from[axis], from[axis] + dims[axis]);
    }
    return view;
  }

  /** Returns a view that repeats one element along some axes. */
  public static NDArray repeated(Random random, DoubleSupplier draw, int... dims) {
    int[] shorter = dims.clone();
    for (int axis = 0; axis < dims.length; axis++) {
      shorter[axis] = random.nextBoolean() ? 1 : dims[axis];
    }
    return contiguous(draw, shorter).broadcastTo(Shape.of(dims));
  }

  /** Returns the same view of another block. */
  public static NDArray of(Storage block, NDArray like) {
    return new NDArray(block, like.layout());
  }

  /** Returns the elements in row-major order, each read by its index. */
  public static double[] read(NDArray array) {
    int[] dims = array.shape().toArray();
    double[] values = new double[size(dims)];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(index(i, dims));
    }
    return values;
  }

  /** Returns the index of the element that is number {@code position} in row-major order. */
  public static int[] index(int position, int... dims) {
    int[] index = new int[dims.length];
    int rest = position;
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      index[axis] = rest % dims[axis];
      rest /= dims[axis];
    }
    return index;
  }

  /**
   * Returns the number in row-major order of the element of {@code dims} that broadcasting puts at
   * {@code index} of a shape of the same or a higher rank.
   */
  public static int position(int[] index, int... dims) {
    int position = 0;
    int missing = index.length - dims.length;
    for (int axis = 0; axis < dims.length; axis++) {
      position = position * dims[axis] + (dims[axis] == 1 ? 0 : index[missing + axis]);
    }
    return position;
  }

  /** Returns the number of elements. */
  public static int size(int... dims) {
    return Arrays.stream(dims).reduce(1, Math::multiplyExact);
  }

  /** Returns the axes 0 to {@code rank - 1} in any order. */
  public static int[] permutation(Random random, int rank) {
    int[] axes = new int[rank];
    Arrays.setAll(axes, i -> i);
    for (int i = rank - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int axis = axes[i];
      axes[i] = axes[other];
      axes[other] = axis;
    }
    return axes;
  }

  private static NDArray permutedSlice(Random random, DoubleSupplier draw, int... dims) {
    int[] axes = permutation(random, dims.length);
    return sliced(random, draw, unpermuted(axes, dims)).permute(axes);
  }

  /** Returns the lengths that {@code permute(axes)} turns into {@code dims}. */
  private static int[] unpermuted(int[] axes, int... dims) {
    int[] before = new int[dims.length];
    for (int i = 0; i < dims.length; i++) {
      before[axes[i]] = dims[i];
    }
    return before;
  }
}
