package dev.lanewise.parity;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import java.util.Arrays;
import java.util.Random;

/**
 * The random shapes and numbers of one trial of a case: the same for the same case and trial.
 *
 * <p>Trials that are kept in files are small; later ones have lengths beyond a vector's.
 */
public final class Draw {
  private final Random random;
  private final int most;

  Draw(String name, int trial) {
    this.random = new Random(31L * name.hashCode() + trial);
    this.most = trial < Catalogue.KEPT_TRIALS ? 40 : 300;
  }

  /** Returns a differentiable input of a shape. */
  public Input input(Values values, int... dims) {
    return new Input(array(values, dims), true);
  }

  /** Returns an input of a shape that is not differentiable. */
  public Input constant(Values values, int... dims) {
    return new Input(array(values, dims), false);
  }

  /** Returns whole numbers from 0 to {@code length - 1}. */
  public Input indices(int length, int... dims) {
    return constant(random -> random.nextInt(length), dims);
  }

  /** Returns an array of a shape. */
  public NDArray array(Values values, int... dims) {
    float[] numbers = new float[Math.toIntExact(Shape.of(dims).size())];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = values.next(random);
    }
    return dims.length == 0 ? NDArray.scalar(numbers[0]) : NDArray.of(numbers, dims);
  }

  /** Returns a length from 1 to {@code most}. */
  public int length(int most) {
    return random.nextInt(1, most + 1);
  }

  /** Returns a shape of a rank, whose last axis may be longer than a vector. */
  public int[] dims(int rank) {
    while (true) {
      int[] dims = new int[rank];
      Arrays.setAll(dims, axis -> length(4));
      if (rank > 0 && random.nextBoolean()) {
        int[] lengths = {5, 7, 15, 16, 17, 33};
        dims[rank - 1] = lengths[random.nextInt(lengths.length)];
      }
      if (Shape.of(dims).size() <= most) {
        return dims;
      }
    }
  }

  /** Returns a shape of rank 0 to {@code rank}. */
  public int[] dimsUpTo(int rank) {
    return dims(random.nextInt(rank + 1));
  }

  /** Returns a shape that broadcasts to {@code dims}. */
  public int[] narrowed(int... dims) {
    int missing = random.nextInt(3) == 0 ? random.nextInt(dims.length + 1) : 0;
    int[] narrow = Arrays.copyOfRange(dims, missing, dims.length);
    for (int axis = 0; axis < narrow.length; axis++) {
      narrow[axis] = random.nextInt(3) == 0 ? 1 : narrow[axis];
    }
    return narrow;
  }
}
