package dev.lanewise.data;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Grey images of one size, each with the number of its class. */
public final class LabelledImages {
  private static final float WHITE = 255;

  private final byte[] pixels;
  private final int[] labels;
  private final int rows;
  private final int cols;

  private LabelledImages(byte[] pixels, int[] labels, int rows, int cols) {
    this.pixels = pixels;
    this.labels = labels;
    this.rows = rows;
    this.cols = cols;
  }

  /**
   * The images whose grey values, 0 to 255, stand in {@code pixels} image after image, row by row.
   */
  public static LabelledImages of(byte[] pixels, int[] labels, int rows, int cols) {
    if (rows < 0 || cols < 0 || pixels.length != (long) labels.length * rows * cols) {
      throw new IllegalArgumentException(
          labels.length
              + " images of "
              + rows
              + " x "
              + cols
              + " do not take "
              + pixels.length
              + " pixels");
    }
    return owning(pixels.clone(), labels.clone(), rows, cols);
  }

  /** As {@link #of}, for arrays that nobody else will touch. */
  static LabelledImages owning(byte[] pixels, int[] labels, int rows, int cols) {
    return new LabelledImages(pixels, labels, rows, cols);
  }

  /** The count of images. */
  public int size() {
    return labels.length;
  }

  /** The height of every image. */
  public int rows() {
    return rows;
  }

  /** The width of every image. */
  public int cols() {
    return cols;
  }

  /** The grey value of one pixel, 0 to 255. */
  public int pixel(int image, int row, int col) {
    if (row < 0 || row >= rows || col < 0 || col >= cols) {
      throw new IndexOutOfBoundsException(
          "pixel (" + row + ", " + col + ") of an image of " + rows + " x " + cols);
    }
    return pixels[(image * rows + row) * cols + col] & 0xff;
  }

  /** The grey values of one image, row by row, as unsigned bytes. */
  public byte[] pixels(int image) {
    int area = rows * cols;
    return Arrays.copyOfRange(pixels, image * area, (image + 1) * area);
  }

  /** The class of one image. */
  public int label(int image) {
    return labels[image];
  }

  /** A copy of the classes of all images. */
  public int[] labels() {
    return labels.clone();
  }

  /** The images from {@code from} up to but without {@code to}. */
  public LabelledImages subset(int from, int to) {
    int area = rows * cols;
    return owning(
        Arrays.copyOfRange(pixels, from * area, to * area),
        Arrays.copyOfRange(labels, from, to),
        rows,
        cols);
  }

  /** The images as rows of {@code [size, rows * cols]}, grey 0 to 255 scaled to 0 to 1. */
  public NDArray toArray() {
    NDArray array = NDArray.persistent(Shape.of(labels.length, rows * cols));
    MemorySegment to = array.segment();
    long start = array.offset();
    for (int i = 0; i < pixels.length; i++) {
      to.setAtIndex(ValueLayout.JAVA_FLOAT, start + i, (pixels[i] & 0xff) / WHITE);
    }
    return array;
  }

  /**
   * The data set of these images for a classifier.
   *
   * @param classes the width of a target row
   * @param off the target of every class but the image's own
   * @param on the target of the image's own class
   */
  public Dataset toDataset(int classes, float off, float on) {
    return Dataset.of(toArray(), Dataset.oneHot(labels, classes, off, on), labels);
  }
}
