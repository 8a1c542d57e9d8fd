package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.F;
import static dev.lanewise.kernel.Simd.LANES;
import static dev.lanewise.kernel.Simd.NATIVE;
import static dev.lanewise.kernel.Simd.ORDER;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Rectangles of larger matrices: copied, and added to others. Offsets and the distances from row to
 * row and from column to column are in bytes.
 */
final class Rectangles {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** The bytes of a vector. */
  private static final long V = 4L * LANES;

  /** The even lanes, in order, in each half. */
  static final VectorShuffle<Float> EVEN = F.shuffleFromOp(i -> 2 * i % LANES);

  /** Each lane of the lower half, and of the upper, twice. */
  static final VectorShuffle<Float> LOW_TWICE = F.shuffleFromOp(i -> i / 2);

  static final VectorShuffle<Float> HIGH_TWICE = F.shuffleFromOp(i -> (i + LANES) / 2);

  static final VectorMask<Float> UPPER =
      VectorMask.fromLong(F, (1L << LANES) - (1L << (LANES / 2)));

  static final VectorMask<Float> ODD = VectorMask.fromLong(F, 0xaaaaaaaaL);

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
    if (j < cols && cols > LANES) {
      long last = 4L * (cols - LANES);
      copyStrip(src, s + last, srcRow, dst, d + last, dstRow, rows);
    } else if (j < cols) {
      copyEdge(src, s, srcRow, dst, d, dstRow, rows, cols);
    }
  }

  /** {@code dst = src}, of rows of one vector each. */
  static void copyStrip(
      MemorySegment src, long s, long srcRow, MemorySegment dst, long d, long dstRow, int rows) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
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
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
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
    if (j < cols && cols > LANES) {
      long last = 4L * (cols - LANES);
      addRest(src, s + last, srcRow, dst, d + last, dstRow, rows, LANES - (cols - j));
    } else if (j < cols) {
      addEdge(src, s, srcRow, dst, d, dstRow, rows, cols);
    }
  }

  private static void addStrip(
      MemorySegment src, long s, long srcRow, MemorySegment dst, long d, long dstRow, int rows) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    for (int i = 0; i < rows; i++) {
      long at = d + i * dstRow;
      FloatVector.fromMemorySegment(F, dst, at, ORDER)
          .add(FloatVector.fromMemorySegment(F, src, s + i * srcRow, ORDER))
          .intoMemorySegment(dst, at, ORDER);
    }
  }

  /** Adds what is left of rows of one vector each, whose first elements were added before. */
  private static void addRest(
      MemorySegment src,
      long s,
      long srcRow,
      MemorySegment dst,
      long d,
      long dstRow,
      int rows,
      int done) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    VectorMask<Float> before = F.indexInRange(0, done);
    for (int i = 0; i < rows; i++) {
      long at = d + i * dstRow;
      FloatVector rest =
          FloatVector.fromMemorySegment(F, src, s + i * srcRow, ORDER).blend(0f, before);
      FloatVector.fromMemorySegment(F, dst, at, ORDER).add(rest).intoMemorySegment(dst, at, ORDER);
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
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
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
    } else if (srcCol == 8) {
      int j = 0;
      for (; j < cols - LANES; j += LANES) {
        gatherStrip(src, s + 8L * j, srcRow, dst, d + 4L * j, dstRow, rows);
      }
      gatherEdge(src, s + 8L * j, srcRow, dst, d + 4L * j, dstRow, rows, cols - j);
    } else {
      for (int i = 0; i < rows; i++) {
        gatherRow(src, s + i * srcRow, srcCol, dst, d + i * dstRow, cols);
      }
    }
  }

  /** Every other element of rows of two vectors each, of which the last is not needed. */
  private static void gatherStrip(
      MemorySegment src, long s, long srcRow, MemorySegment dst, long d, long dstRow, int rows) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    for (int i = 0; i < rows; i++) {
      long at = s + i * srcRow;
      FloatVector low = FloatVector.fromMemorySegment(F, src, at, ORDER);
      FloatVector high = FloatVector.fromMemorySegment(F, src, at + V, ORDER);
      low.rearrange(EVEN)
          .blend(high.rearrange(EVEN), UPPER)
          .intoMemorySegment(dst, d + i * dstRow, ORDER);
    }
  }

  /** As {@link #gatherStrip}, of one to {@link Simd#LANES} columns, and nothing behind them. */
  private static void gatherEdge(
      MemorySegment src,
      long s,
      long srcRow,
      MemorySegment dst,
      long d,
      long dstRow,
      int rows,
      int cols) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    VectorMask<Float> m = F.indexInRange(0, cols);
    VectorMask<Float> inLow = F.indexInRange(0, 2 * cols - 1);
    VectorMask<Float> inHigh = F.indexInRange(LANES, Math.max(LANES, 2 * cols - 1));
    for (int i = 0; i < rows; i++) {
      long at = s + i * srcRow;
      FloatVector low = FloatVector.fromMemorySegment(F, src, at, ORDER, inLow);
      FloatVector high = FloatVector.fromMemorySegment(F, src, at + V, ORDER, inHigh);
      low.rearrange(EVEN)
          .blend(high.rearrange(EVEN), UPPER)
          .intoMemorySegment(dst, d + i * dstRow, ORDER, m);
    }
  }

  private static void gatherRow(
      MemorySegment src, long s, long step, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
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
    } else if (dstCol == 8) {
      int j = 0;
      for (; j < cols - LANES; j += LANES) {
        scatterStrip(src, s + 4L * j, srcRow, dst, d + 8L * j, dstRow, rows);
      }
      scatterEdge(src, s + 4L * j, srcRow, dst, d + 8L * j, dstRow, rows, cols - j);
    } else {
      for (int i = 0; i < rows; i++) {
        scatterRow(src, s + i * srcRow, dst, d + i * dstRow, dstCol, cols);
      }
    }
  }

  /** Adds to every other element of rows of two vectors each; the last one stays. */
  private static void scatterStrip(
      MemorySegment src, long s, long srcRow, MemorySegment dst, long d, long dstRow, int rows) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    for (int i = 0; i < rows; i++) {
      long at = d + i * dstRow;
      FloatVector x = FloatVector.fromMemorySegment(F, src, s + i * srcRow, ORDER);
      FloatVector low = FloatVector.fromMemorySegment(F, dst, at, ORDER);
      FloatVector high = FloatVector.fromMemorySegment(F, dst, at + V, ORDER);
      low.add(x.rearrange(LOW_TWICE).blend(0f, ODD)).intoMemorySegment(dst, at, ORDER);
      high.add(x.rearrange(HIGH_TWICE).blend(0f, ODD)).intoMemorySegment(dst, at + V, ORDER);
    }
  }

  /** As {@link #scatterStrip}, of one to {@link Simd#LANES} columns, and nothing behind them. */
  private static void scatterEdge(
      MemorySegment src,
      long s,
      long srcRow,
      MemorySegment dst,
      long d,
      long dstRow,
      int rows,
      int cols) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    VectorMask<Float> m = F.indexInRange(0, cols);
    VectorMask<Float> inLow = F.indexInRange(0, 2 * cols - 1);
    VectorMask<Float> inHigh = F.indexInRange(LANES, Math.max(LANES, 2 * cols - 1));
    for (int i = 0; i < rows; i++) {
      long at = d + i * dstRow;
      FloatVector x = FloatVector.fromMemorySegment(F, src, s + i * srcRow, ORDER, m);
      FloatVector low = FloatVector.fromMemorySegment(F, dst, at, ORDER, inLow);
      FloatVector high = FloatVector.fromMemorySegment(F, dst, at + V, ORDER, inHigh);
      low.add(x.rearrange(LOW_TWICE).blend(0f, ODD)).intoMemorySegment(dst, at, ORDER, inLow);
      high.add(x.rearrange(HIGH_TWICE).blend(0f, ODD))
          .intoMemorySegment(dst, at + V, ORDER, inHigh);
    }
  }

  private static void scatterRow(
      MemorySegment src, long s, MemorySegment dst, long d, long step, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    for (int j = 0; j < n; j++) {
      long at = d + j * step;
      dst.set(FLOAT, at, dst.get(FLOAT, at) + src.get(FLOAT, s + 4L * j));
    }
  }
}
