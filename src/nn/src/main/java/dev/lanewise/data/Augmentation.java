package dev.lanewise.data;

import java.util.Arrays;

/** Transforms that change a sample at random into another that means the same. */
public final class Augmentation {
  private Augmentation() {}

  /**
   * Moves an image by up to {@code most} pixels up or down and as many to a side, each distance as
   * likely as the others; what comes free is {@code fill}.
   *
   * @param rows the height of an image
   * @param cols the width of an image; a sample is one image or several of this size, its channels,
   *     which move together
   */
  public static Transform shift(int rows, int cols, int most, float fill) {
    if (most < 0 || most > Math.min(rows, cols)) {
      throw new IllegalArgumentException(
          "an image of " + rows + " x " + cols + " cannot be shifted by up to " + most);
    }
    return (features, random) -> {
      int planes = planes("a shift", features, rows, cols);
      int down = random.nextInt(-most, most + 1);
      int right = random.nextInt(-most, most + 1);
      float[] before = features.clone();
      Arrays.fill(features, fill);
      int width = cols - Math.abs(right);
      for (int plane = 0; plane < planes; plane++) {
        for (int row = Math.max(0, down); row < rows + Math.min(0, down); row++) {
          int line = (plane * rows + row) * cols;
          int from = line - down * cols + Math.max(0, -right);
          System.arraycopy(before, from, features, line + Math.max(0, right), width);
        }
      }
    };
  }

  /**
   * Mirrors an image left to right with probability {@code p}.
   *
   * @param rows the height of an image
   * @param cols the width of an image; a sample is one image or several of this size, its channels,
   *     which are mirrored together
   */
  public static Transform flip(int rows, int cols, double p) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("a flip wants 0 <= p <= 1, not " + p);
    }
    return (features, random) -> {
      int lines = planes("a flip", features, rows, cols) * rows;
      if (random.nextDouble() >= p) {
        return;
      }
      for (int line = 0; line < lines; line++) {
        int left = line * cols;
        int right = left + cols - 1;
        while (left < right) {
          float other = features[left];
          features[left++] = features[right];
          features[right--] = other;
        }
      }
    };
  }

  /** Adds to each feature a number from the normal distribution of mean 0. */
  public static Transform noise(double deviation) {
    if (!(deviation >= 0 && deviation < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("noise cannot have the deviation " + deviation);
    }
    return (features, random) -> {
      for (int i = 0; i < features.length; i++) {
        features[i] += (float) (deviation * random.nextGaussian());
      }
    };
  }

  private static int planes(String transform, float[] features, int rows, int cols) {
    long area = (long) rows * cols;
    if (area <= 0 || features.length % area != 0) {
      throw new IllegalArgumentException(
          transform
              + " of images of "
              + rows
              + " x "
              + cols
              + " cannot be applied to a sample of "
              + features.length
              + " features");
    }
    return (int) (features.length / area);
  }
}
