package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.F;
import static dev.lanewise.kernel.Simd.LANES;
import static dev.lanewise.kernel.Simd.ORDER;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Rectangles of larger matrices: copied, and added to others. Offsets and the distances from row to
 * row and from column to column are in bytes.
 */
final class Rectangles {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private Rectangles() {}

  /** {@code dst = src}, of rows that are contiguous. */
  static void copy(
      MemorySegment src,
      long s,
      long srcRow,
      MemorySegment dst,
      long d,
      long dstRow,
      int rows,
      int cols) {
    int j = 0;
    for (; j <= cols - LANES; j += LANES) {
      copyStrip(src, s + 4L * j, srcRow, dst, d + 4L * j, dstRow, rows);
    }
    if (j < cols) {
      copyEdge(src, s + 4L * j, srcRow, dst, d + 4L * j, dstRow, rows, cols - j);
    }
  }

  private static void copyStrip(
      MemorySegment src, long s, long srcRow, MemorySegment dst, long d, long dstRow, int rows) {
    if (!src.isNative() || !dst.isNative()) {
      throw Simd.onHeap();
    }
    for (int i = 0; i < rows; i++) {
      FloatVector.fromMemorySegment(F, src, s + i * srcRow, ORDER)
          .intoMemorySegment(dst, d + i * dstRow, ORDER);
    }
  }

  private static void copyEdge(
      MemorySegment src,
      long s,
      long srcRow,
      MemorySegment dst,
      long d,
      long dstRow,
      int rows,
      int cols) {
    if (!src.isNative() || !dst.isNative()) {
      throw Simd.onHeap();
    }
    VectorMask<Float> m = F.indexInRange(0, cols);
    for (int i = 0; i < rows; i++) {
      FloatVector.fromMemorySegment(F, src, s + i * srcRow, ORDER, m)
          .intoMemorySegment(dst, d + i * dstRow, ORDER, m);
    }
  }

  /** {@code dst += src}, of rows that are contiguous. */
  static void add(
      MemorySegment src,
      long s,
      long srcRow,
      MemorySegment dst,
      long d,
      long dstRow,
      int rows,
      int cols) {
    int j = 0;
    for (; j <= cols - LANES; j += LANES) {
      addStrip(src, s + 4L * j, srcRow, dst, d + 4L * j, dstRow, rows);
    }
    if (j < cols) {
      addEdge(src, s + 4L * j, srcRow, dst, d + 4L * j, dstRow, rows, cols - j);
    }
  }

  private static void addStrip(
      MemorySegment src, long s, long srcRow, MemorySegment dst, long d, long dstRow, int rows) {
    if (!src.isNative() || !dst.isNative()) {
      throw Simd.onHeap();
    }
    for (int i = 0; i < rows; i++) {
      long at = d + i * dstRow;
      FloatVector.fromMemorySegment(F, dst, at, ORDER)
          .add(FloatVector.fromMemorySegment(F, src, s + i * srcRow, ORDER))
          .intoMemorySegment(dst, at, ORDER);
    }
  }

  private static void addEdge(
      MemorySegment src,
      long s,
      long srcRow,
      MemorySegment dst,
      long d,
      long dstRow,
      int rows,
      int cols) {
    if (!src.isNative() || !dst.isNative()) {
      throw Simd.onHeap();
    }
    VectorMask<Float> m = F.indexInRange(0, cols);
    for (int i = 0; i < rows; i++) {
      long at = d + i * dstRow;
      FloatVector.fromMemorySegment(F, dst, at, ORDER, m)
          .add(FloatVector.fromMemorySegment(F, src, s + i * srcRow, ORDER, m))
          .intoMemorySegment(dst, at, ORDER, m);
    }
  }

  /** {@code dst = src}, of columns that lie {@code srcCol} apart in {@code src}. */
  static void gather(
      MemorySegment src,
      long s,
      long srcRow,
      long srcCol,
      MemorySegment dst,
      long d,
      long dstRow,
      int rows,
      int cols) {
    if (srcCol == 4) {
      copy(src, s, srcRow, dst, d, dstRow, rows, cols);
      return;
    }
    for (int i = 0; i < rows; i++) {
      gatherRow(src, s + i * srcRow, srcCol, dst, d + i * dstRow, cols);
    }
  }

  private static void gatherRow(
      MemorySegment src, long s, long step, MemorySegment dst, long d, int n) {
    if (!src.isNative() || !dst.isNative()) {
      throw Simd.onHeap();
    }
    for (int j = 0; j < n; j++) {
      dst.set(FLOAT, d + 4L * j, src.get(FLOAT, s + j * step));
    }
  }

  /** {@code dst += src}, of columns that lie {@code dstCol} apart in {@code dst}. */
  static void scatter(
      MemorySegment src,
      long s,
      long srcRow,
      MemorySegment dst,
      long d,
      long dstRow,
      long dstCol,
      int rows,
      int cols) {
    if (dstCol == 4) {
      add(src, s, srcRow, dst, d, dstRow, rows, cols);
      return;
    }
    for (int i = 0; i < rows; i++) {
      scatterRow(src, s + i * srcRow, dst, d + i * dstRow, dstCol, cols);
    }
  }

  private static void scatterRow(
      MemorySegment src, long s, MemorySegment dst, long d, long step, int n) {
    if (!src.isNative() || !dst.isNative()) {
      throw Simd.onHeap();
    }
    for (int j = 0; j < n; j++) {
      long at = d + j * step;
      dst.set(FLOAT, at, dst.get(FLOAT, at) + src.get(FLOAT, s + 4L * j));
    }
  }
}
