package dev.lanewise.array;

import dev.lanewise.memory.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Whole numbers with a shape, immutable: positions along an axis, classes, words.
 *
 * <p>They live off-heap, as an array of floats made at the same place would.
 */
public final class Indices {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  private final Shape shape;
  private final Storage storage;

  private Indices(Shape shape, Storage storage) {
    this.shape = shape;
    this.storage = storage;
  }

  /**
   * Returns {@code values} in row-major order; {@code dims} default to their number.
   *
   * @throws ShapeException if there are not as many values as the shape has elements
   */
  public static Indices of(int[] values, int... dims) {
    Shape shape = dims.length == 0 ? Shape.of(values.length) : Shape.of(dims);
    if (shape.size() != values.length) {
      throw new ShapeException(values.length + " indices do not fill shape " + shape);
    }
    Storage storage = Storage.allocate(values.length);
    MemorySegment.copy(values, 0, storage.segment(), INT, 4 * storage.offset(), values.length);
    return new Indices(shape, storage);
  }

  /**
   * Returns what {@code numbers} holds, with its shape.
   *
   * @throws IllegalArgumentException naming the first that is not whole and its place
   */
  public static Indices of(NDArray numbers) {
    float[] given = numbers.toFloatArray();
    int[] values = new int[given.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (int) given[i];
      if (values[i] != given[i]) {
        throw new IllegalArgumentException(
            "indices: "
                + given[i]
                + " at place "
                + i
                + " of an array of shape "
                + numbers.shape()
                + " is not a whole number");
      }
    }
    return of(values).reshape(numbers.shape().toArray());
  }

  /** Returns indices whose numbers are undefined: for a kernel to write. */
  static Indices empty(Shape shape) {
    return new Indices(shape, Storage.allocate(shape.size()));
  }

  /** Returns the shape. */
  public Shape shape() {
    return shape;
  }

  /** Returns the memory that holds the numbers as ints, the first at {@link #offset}. */
  public MemorySegment segment() {
    if (!storage.isAlive()) {
      throw new IllegalStateException(
          "indices of shape " + shape + " were used after their scope closed");
    }
    return storage.segment();
  }

  /** Returns where in {@link #segment} the first number lies, in ints. */
  public long offset() {
    return storage.offset();
  }

  /** Returns number {@code i} in row-major order, not checked. */
  int at(long i) {
    return storage.segment().get(INT, (storage.offset() + i) << 2);
  }

  /** Returns the numbers in row-major order. */
  public int[] toIntArray() {
    int[] values = new int[(int) shape.size()];
    MemorySegment.copy(segment(), INT, 4 * offset(), values, 0, values.length);
    return values;
  }

  /**
   * Returns this, if every number is from 0 to {@code length - 1}.
   *
   * @throws IndexOutOfBoundsException naming {@code operation}, the number and its place if not
   */
  public Indices requireBelow(int length, String operation) {
    MemorySegment numbers = segment();
    for (long i = 0; i < shape.size(); i++) {
      int value = numbers.get(INT, (storage.offset() + i) << 2);
      if (value < 0 || value >= length) {
        throw new IndexOutOfBoundsException(
            operation
                + ": index "
                + value
                + " at place "
                + i
                + " of indices "
                + shape
                + " is not from 0 to "
                + (length - 1));
      }
    }
    return this;
  }

  /** Returns the same numbers in order under another shape. */
  public Indices reshape(int... dims) {
    return new Indices(shape.reshape(Shape.of(dims)), storage);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Indices indices
        && shape.equals(indices.shape)
        && Arrays.equals(toIntArray(), indices.toIntArray());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(toIntArray());
  }

  @Override
  public String toString() {
    return "Indices" + shape + (shape.size() <= 12 ? " " + Arrays.toString(toIntArray()) : "");
  }
}
