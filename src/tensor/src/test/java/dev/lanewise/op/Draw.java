package dev.lanewise.op;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Views;
import dev.lanewise.kernel.Simd;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;

/**
 * Random numbers, shapes and arrays for the calls to check: shapes with lengths 0 and 1 and around
 * the vector width, views of every kind.
 */
final class Draw {
  private static final int MOST_ELEMENTS = 160;

  final Random random;

  Draw(Random random) {
    this.random = random;
  }

  static Sample sample(Op op, Reference reference, int terms, NDArray... inputs) {
    return new Sample(op, List.of(inputs), reference, terms);
  }

  NDArray array(DoubleSupplier draw, int... dims) {
    return Views.draw(random, draw, dims);
  }

  double any() {
    return random.nextDouble(-2, 2);
  }

  double positive() {
    return random.nextDouble(0.25, 3);
  }

  double awayFromZero() {
    double x = random.nextDouble(0.5, 2);
    return random.nextBoolean() ? x : -x;
  }

  /** A multiple of 1/32 between -2 and 2. */
  double even() {
    return random.nextInt(-64, 65) / 32.0;
  }

  /** A number between -2 and 2 that is 1/64 away from every {@link #even} one. */
  double odd() {
    return even() + 1 / 64.0;
  }

  /** Returns some axes of {@code dims}, each at most once, counted from either end. */
  int[] axes(int... dims) {
    return Arrays.stream(Views.permutation(random, dims.length))
        .filter(axis -> random.nextBoolean())
        .map(axis -> random.nextBoolean() ? axis : axis - dims.length)
        .toArray();
  }

  /** Returns an axis of {@code dims}, counted from either end. */
  int axis(int... dims) {
    return random.nextInt(-dims.length, dims.length);
  }

  /** Returns which of {@code dims} are named by {@code axes}: all where none is. */
  static boolean[] named(int[] axes, int... dims) {
    boolean[] named = new boolean[dims.length];
    Arrays.fill(named, axes.length == 0);
    for (int axis : axes) {
      named[Math.floorMod(axis, dims.length)] = true;
    }
    return named;
  }

  static List<Integer> list(int... values) {
    return Arrays.stream(values).boxed().toList();
  }

  /** Returns a shape of rank 1 to {@code highest} without a length of 0. */
  int[] filled(int highest) {
    int[] dims = dims(highest);
    return dims.length == 0
        ? new int[] {1 + random.nextInt(5)}
        : Arrays.stream(dims).map(dim -> Math.max(dim, 1)).toArray();
  }

  /** Returns a shape of rank 0 to {@code highest}. */
  int[] dims(int highest) {
    while (true) {
      int[] dims = new int[random.nextInt(highest + 1)];
      Arrays.setAll(dims, axis -> axis == dims.length - 1 ? dim() : small());
      if (Views.size(dims) <= MOST_ELEMENTS) {
        return dims;
      }
    }
  }

  int[] small(int highest) {
    int[] dims = new int[random.nextInt(highest + 1)];
    Arrays.setAll(dims, axis -> random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(3));
    return dims;
  }

  int small() {
    return random.nextInt(16) == 0 ? 0 : 1 + random.nextInt(7);
  }

  /** Returns a small length, or one beside a multiple of the vector width. */
  int dim() {
    return random.nextInt(3) > 0
        ? small()
        : Simd.LANES * (1 + random.nextInt(2)) + random.nextInt(3) - 1;
  }

  /** Returns a shape that broadcasts to {@code dims}. */
  int[] narrowed(int... dims) {
    int missing = random.nextInt(4) == 0 ? random.nextInt(dims.length + 1) : 0;
    int[] narrow = Arrays.copyOfRange(dims, missing, dims.length);
    for (int axis = 0; axis < narrow.length; axis++) {
      narrow[axis] = random.nextInt(3) == 0 ? 1 : narrow[axis];
    }
    return narrow;
  }

  static int[] append(int[] dims, int... more) {
    int[] all = Arrays.copyOf(dims, dims.length + more.length);
    System.arraycopy(more, 0, all, dims.length, more.length);
    return all;
  }
}
