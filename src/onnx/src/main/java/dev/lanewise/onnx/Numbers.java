package dev.lanewise.onnx;

import dev.lanewise.array.Shape;

/** Whole numbers of files, which are 64 bits wide, as this library's, which are 32. */
final class Numbers {
  private Numbers() {}

  static int[] ints(long[] numbers) {
    int[] ints = new int[numbers.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = whole(numbers[i]);
    }
    return ints;
  }

  /**
   * Returns a number that fits an int.
   *
   * @throws IllegalArgumentException if it does not
   */
  static int whole(long number) {
    if (number != (int) number) {
      throw new IllegalArgumentException("the number " + number + " is past 32 bits");
    }
    return (int) number;
  }

  static long[] longs(Shape shape) {
    int[] dims = shape.toArray();
    long[] longs = new long[dims.length];
    for (int i = 0; i < longs.length; i++) {
      longs[i] = dims[i];
    }
    return longs;
  }
}
