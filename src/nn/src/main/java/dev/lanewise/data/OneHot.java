package dev.lanewise.data;

import dev.lanewise.array.NDArray;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Rows of {@code classes} numbers that say a class: {@code on} at its place, else {@code off}. */
record OneHot(int classes, float off, float on) {
  OneHot {
    if (classes < 0) {
      throw new IllegalArgumentException("there cannot be " + classes + " classes");
    }
  }

  /** Writes the rows of the first {@code count} of {@code labels} into {@code rows}. */
  void write(int[] labels, int count, NDArray rows) {
    MemorySegment to = rows.segment();
    for (int i = 0; i < count; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new IllegalArgumentException(
            "the label " + labels[i] + " at " + i + " is not one of 0 to " + (classes - 1));
      }
      long row = rows.offset() + (long) i * classes;
      for (int j = 0; j < classes; j++) {
        to.setAtIndex(ValueLayout.JAVA_FLOAT, row + j, j == labels[i] ? on : off);
      }
    }
    rows.touch();
  }
}
