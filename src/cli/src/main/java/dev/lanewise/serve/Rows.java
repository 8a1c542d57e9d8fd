package dev.lanewise.serve;

import java.io.IOException;
import java.util.Arrays;

/** The rows of one request while they are read, one after the other. */
final class Rows {
  private final int width;
  private final int most;
  private float[] values;
  private int count;

  /** No rows yet, of {@code width} numbers each; there may be up to {@code most}. */
  Rows(int width, int most) {
    this.width = width;
    this.most = most;
    this.values = new float[width];
  }

  /** The numbers of a row. */
  int width() {
    return width;
  }

  /** The rows that were ended. */
  int count() {
    return count;
  }

  /** The numbers of all rows, and room for more behind them. */
  float[] values() {
    return values;
  }

  /** Begins a row. */
  void begin() throws IOException {
    if (count == most) {
      throw new Refusal(413, "there are more than " + most + " rows");
    }
    int start = count * width;
    if (values.length - start < width) {
      long wanted = Math.min(2L * values.length, (long) most * width);
      values = Arrays.copyOf(values, (int) Math.max(wanted, start + width));
    }
  }

  /** Sets number {@code column} of the row that was begun last. */
  void set(int column, float value) throws IOException {
    if (column >= width) {
      throw new Refusal(422, "row " + count + " has more than " + width + " numbers");
    }
    if (!Float.isFinite(value)) {
      throw new Refusal(422, "number " + column + " of row " + count + " is not a finite float32");
    }
    values[count * width + column] = value;
  }

  /** Ends the row that was begun last, of which {@code columns} numbers were set. */
  void end(int columns) throws IOException {
    if (columns != width) {
      throw new Refusal(422, "row " + count + " has " + columns + " numbers, not " + width);
    }
    count++;
  }

  /** Refuses a request without rows. */
  void requireSome() throws IOException {
    if (count == 0) {
      throw new Refusal(422, "there are no rows");
    }
  }
}
