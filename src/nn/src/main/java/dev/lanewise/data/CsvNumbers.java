package dev.lanewise.data;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.io.FormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** The numbers in some columns of a CSV file, gathered record by record. */
final class CsvNumbers {
  private static final int CHUNK = 1 << 16;

  private final int[] columns;
  private final List<float[]> chunks = new ArrayList<>();
  private long count;

  CsvNumbers(int[] columns) {
    this.columns = columns;
  }

  /** Adds the numbers of the reader's record. */
  void add(CsvReader in) throws FormatException {
    for (int column : columns) {
      int at = (int) (count++ % CHUNK);
      if (at == 0) {
        chunks.add(new float[CHUNK]);
      }
      chunks.getLast()[at] = number(in, column);
    }
  }

  /** The numbers of {@code records} records, {@code [records, columns]}. */
  NDArray toArray(int records) {
    NDArray array = NDArray.persistent(Shape.of(records, columns.length));
    MemorySegment to = array.segment();
    long at = array.offset();
    long end = at + count;
    for (float[] chunk : chunks) {
      int length = (int) Math.min(CHUNK, end - at);
      MemorySegment.copy(chunk, 0, to, ValueLayout.JAVA_FLOAT, Float.BYTES * at, length);
      at += length;
    }
    return array;
  }

  private static float number(CsvReader in, int column) throws FormatException {
    String text = in.field(column).strip();
    if (text.isEmpty()) {
      throw in.broken(column, "the number is missing");
    }
    float number;
    try {
      number = Float.parseFloat(decimal(text));
    } catch (NumberFormatException e) {
      throw in.broken(column, "\"" + CsvReader.shortened(text) + "\" is not a number");
    }
    if (Float.isInfinite(number)) {
      throw in.broken(column, CsvReader.shortened(text) + " is too large for a float32");
    }
    return number;
  }

  /** Refuses what Java takes for a float beside decimal numbers, such as NaN, 1f and 0x1p3. */
  private static String decimal(String text) {
    for (int i = 0; i < text.length(); i++) {
      if ("0123456789+-.eE".indexOf(text.charAt(i)) < 0) {
        throw new NumberFormatException();
      }
    }
    return text;
  }
}
