package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.NATIVE;
import static dev.lanewise.kernel.Simd.VECTOR;

import dev.lanewise.memory.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies of a block of A or B in the order in which the micro-kernel reads it. Offsets and strides
 * are in bytes.
 *
 * <pre>
 *   B, KC x NC, becomes panels of `width` columns, each KC x width, row after row:
 *
 *        | panel 0 | panel 1 | pan|0        a last, partial panel is padded with zeros
 *
 *   A, whose rows are not contiguous, becomes rows that are, an odd number of cache lines apart.
 * </pre>
 */
final class Pack {
  private static final VectorSpecies<Float> F = Simd.F;
  private static final int LANES = Simd.LANES;
  private static final int NR = Blocking.NR;

  /** Bytes of a vector. */
  private static final long V = 4L * Simd.LANES;

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int TRANSPOSED_COLUMNS = 8;
  private static final int ROWS_AT_ONCE = 8;
  private static final int ROWS_OF_COLUMNS = 128;

  /** Squares of as many rows as lanes that are transposed in one pass, in L1. */
  private static final int SQUARES = 8;

  private Pack() {}

  /** Returns {@code n} rounded up to whole vectors. */
  static int wholeVectors(int n) {
    return (n + LANES - 1) & -LANES;
  }

  /** Returns where column {@code j} begins among panels of {@code k} rows. */
  static long panelOffset(int j, int k) {
    int inPanel = j % NR;
    return 4L * (j - inPanel) * k + 4L * inPanel;
  }

  /** Returns the bytes of a row of the panel of column {@code j}, one of {@code n}. */
  static long panelRow(int n, int j) {
    return 4L * Math.min(NR, wholeVectors(n - (j - j % NR)));
  }

  /** Packs the {@code k x n} block of B at {@code b} into panels at {@code to}. */
  static void panels(
      MemorySegment B, long b, long bRow, long bCol, int k, int n, MemorySegment P, long to) {
    // A few rows of B at a time, panel after panel, so that rows are read from end to end.
    int step = bCol == 4 && n > NR ? ROWS_AT_ONCE : k;
    for (int p = 0; p < k; p += step) {
      int rows = Math.min(step, k - p);
      for (int j = 0; j < n; j += NR) {
        long pRow = panelRow(n, j);
        long from = b + p * bRow + j * bCol;
        panel(
            B,
            from,
            bRow,
            bCol,
            rows,
            Math.min(NR, n - j),
            P,
            to + panelOffset(j, k) + p * pRow,
            pRow);
      }
    }
  }

  /**
   * Packs {@code m} rows of {@code k} elements of an A whose columns are contiguous, or neither, so
   * that rows are, {@code pRow} bytes apart. A few rows at a time, so that their pages stay at hand
   * while columns pass by.
   */
  static void rowsOfColumns(
      MemorySegment A, long a, long aRow, long aCol, int m, int k, MemorySegment P, long pRow) {
    for (int i = 0; i < m; i += ROWS_OF_COLUMNS) {
      int rows = Math.min(ROWS_OF_COLUMNS, m - i);
      transposed(A, a + i * aRow, aRow, aCol, rows, k, P, i * pRow, pRow);
    }
  }

  /**
   * Returns the bytes from one packed row of {@code k} elements to the next: an odd number of lines
   * of the cache, as rows 4 KB apart would take each other's places in L1.
   */
  static long rowBytes(int k) {
    return ((4L * k + 63) / 64 | 1) * 64;
  }

  private static void panel(
      MemorySegment B,
      long b,
      long bRow,
      long bCol,
      int k,
      int n,
      MemorySegment P,
      long to,
      long pRow) {
    int written = wholeVectors(n);
    if (bCol != 4) {
      transposed(B, b, bRow, bCol, k, n, P, to, pRow);
      written = n;
    } else if (n == 4 * LANES) {
      wholeRows(B, b, bRow, k, P, to);
    } else {
      rows(B, b, bRow, k, n, P, to, pRow);
    }
    for (int j = written; j < pRow / 4; j++) {
      zeros(k, P, to + 4L * j, pRow);
    }
  }

  private static void wholeRows(
      MemorySegment B, long b, long bRow, int k, MemorySegment P, long to) {
    B = NATIVE.cast(B);
    P = NATIVE.cast(P);
    for (int p = 0; p < k; p++) {
      long from = b + p * bRow;
      long into = to + p * (4 * V);
      FloatVector b0 = VECTOR.cast(FloatVector.fromMemorySegment(F, B, from, ORDER));
      FloatVector b1 = VECTOR.cast(FloatVector.fromMemorySegment(F, B, from + V, ORDER));
      FloatVector b2 = VECTOR.cast(FloatVector.fromMemorySegment(F, B, from + 2 * V, ORDER));
      FloatVector b3 = VECTOR.cast(FloatVector.fromMemorySegment(F, B, from + 3 * V, ORDER));
      b0.intoMemorySegment(P, into, ORDER);
      b1.intoMemorySegment(P, into + V, ORDER);
      b2.intoMemorySegment(P, into + 2 * V, ORDER);
      b3.intoMemorySegment(P, into + 3 * V, ORDER);
    }
  }

  /** Packs rows that are less than a whole panel, the last vector of each filled up with zeros. */
  private static void rows(
      MemorySegment B, long b, long bRow, int k, int n, MemorySegment P, long to, long pRow) {
    int whole = n - n % LANES;
    vectorsOfRows(B, b, bRow, k, whole, P, to, pRow);
    if (whole < n) {
      restOfRows(B, b + 4L * whole, bRow, k, n - whole, P, to + 4L * whole, pRow);
    }
  }

  /** Copies {@code n} columns, whole vectors: a vector of each row, then the next of each. */
  private static void vectorsOfRows(
      MemorySegment B, long b, long bRow, int k, int n, MemorySegment P, long to, long pRow) {
    for (int j = 0; j < n; j += LANES) {
      vectorOfRows(B, b + 4L * j, bRow, k, P, to + 4L * j, pRow);
    }
  }

  private static void vectorOfRows(
      MemorySegment B, long b, long bRow, int k, MemorySegment P, long to, long pRow) {
    B = NATIVE.cast(B);
    P = NATIVE.cast(P);
    for (int p = 0; p < k; p++) {
      FloatVector v = VECTOR.cast(FloatVector.fromMemorySegment(F, B, b + p * bRow, ORDER));
      v.intoMemorySegment(P, to + p * pRow, ORDER);
    }
  }

  /** Packs the last {@code n} elements of rows, fewer than a vector holds, and zeros after them. */
  private static void restOfRows(
      MemorySegment B, long b, long bRow, int k, int n, MemorySegment P, long to, long pRow) {
    B = NATIVE.cast(B);
    P = NATIVE.cast(P);
    VectorMask<Float> valid = F.indexInRange(0, n);
    for (int p = 0; p < k; p++) {
      FloatVector.fromMemorySegment(F, B, b + p * bRow, ORDER, valid)
          .intoMemorySegment(P, to + p * pRow, ORDER);
    }
  }

  private static void zeros(int k, MemorySegment P, long to, long pRow) {
    P = NATIVE.cast(P);
    for (int p = 0; p < k; p++) {
      P.set(FLOAT, to + p * pRow, 0);
    }
  }

  /**
   * Packs {@code k} rows and {@code n} columns whose columns are contiguous, or neither, so that
   * rows are: element (p, j) from {@code b + p * bRow + j * bCol} to {@code to + p * pRow + 4 j}.
   */
  static void transposed(
      MemorySegment B,
      long b,
      long bRow,
      long bCol,
      int k,
      int n,
      MemorySegment P,
      long to,
      long pRow) {
    int j = 0;
    if (LANES == 16 && bRow == 4 && k >= LANES && n >= LANES) {
      try (Scratch scratch = Scratch.borrow()) {
        MemorySegment half = scratch.floats(0, (long) SQUARES * LANES * LANES);
        for (; j + LANES <= n; j += LANES) {
          sixteenColumns(B, b + j * bCol, bCol, k, half, P, to + 4L * j, pRow);
        }
      }
    }
    for (; j + TRANSPOSED_COLUMNS <= n; j += TRANSPOSED_COLUMNS) {
      eightColumns(B, b + j * bCol, bRow, bCol, k, P, to + 4L * j, pRow);
    }
    for (; j < n; j++) {
      column(B, b + j * bCol, bRow, k, P, to + 4L * j, pRow);
    }
  }

  /** Transposes sixteen contiguous columns of sixteen rows or more, the last ones perhaps twice. */
  private static void sixteenColumns(
      MemorySegment B,
      long b,
      long bCol,
      int k,
      MemorySegment half,
      MemorySegment P,
      long to,
      long pRow) {
    int whole = k - k % LANES;
    for (int p = 0; p < whole; p += SQUARES * LANES) {
      int rows = Math.min(SQUARES * LANES, whole - p);
      squares(B, b + 4L * p, bCol, rows, half, P, to + p * pRow, pRow);
    }
    if (whole < k) {
      int p = k - LANES;
      squares(B, b + 4L * p, bCol, LANES, half, P, to + p * pRow, pRow);
    }
  }

  /**
   * Transposes sixteen columns, sixteen rows at a time: four rounds that each exchange the
   * off-diagonal halves of blocks half as large, two rounds a pass. It is too long to be put into
   * its caller, which with it would have too many nodes for C2 to inline all that copies the other
   * columns.
   */
  private static void squares(
      MemorySegment B,
      long b,
      long bCol,
      int k,
      MemorySegment H,
      MemorySegment P,
      long to,
      long pRow) {
    B = NATIVE.cast(B);
    H = NATIVE.cast(H);
    P = NATIVE.cast(P);
    for (int i = 0; i < 4; i++) {
      // Blocks of 8, then of 4, of every fourth column.
      long b0 = b + i * bCol;
      long b1 = b0 + 4 * bCol;
      long b2 = b0 + 8 * bCol;
      long b3 = b0 + 12 * bCol;
      for (int p = 0; p < k; p += LANES) {
        long o = 4L * p;
        FloatVector v0 = VECTOR.cast(FloatVector.fromMemorySegment(F, B, b0 + o, ORDER));
        FloatVector v1 = VECTOR.cast(FloatVector.fromMemorySegment(F, B, b1 + o, ORDER));
        FloatVector v2 = VECTOR.cast(FloatVector.fromMemorySegment(F, B, b2 + o, ORDER));
        FloatVector v3 = VECTOR.cast(FloatVector.fromMemorySegment(F, B, b3 + o, ORDER));
        FloatVector w0 = v0.blend(v2.rearrange(Reduction.SWAP_8), Gemv.UPPER_8);
        FloatVector w2 = v0.rearrange(Reduction.SWAP_8).blend(v2, Gemv.UPPER_8);
        FloatVector w1 = v1.blend(v3.rearrange(Reduction.SWAP_8), Gemv.UPPER_8);
        FloatVector w3 = v1.rearrange(Reduction.SWAP_8).blend(v3, Gemv.UPPER_8);
        FloatVector h0 = w0.blend(w1.rearrange(Reduction.SWAP_4), Gemv.UPPER_4);
        FloatVector h1 = w0.rearrange(Reduction.SWAP_4).blend(w1, Gemv.UPPER_4);
        FloatVector h2 = w2.blend(w3.rearrange(Reduction.SWAP_4), Gemv.UPPER_4);
        FloatVector h3 = w2.rearrange(Reduction.SWAP_4).blend(w3, Gemv.UPPER_4);
        long at = i * V + (4L * LANES) * p;
        h0.intoMemorySegment(H, at, ORDER);
        h1.intoMemorySegment(H, at + 4 * V, ORDER);
        h2.intoMemorySegment(H, at + 8 * V, ORDER);
        h3.intoMemorySegment(H, at + 12 * V, ORDER);
      }
    }
    for (int p = 0; p < k; p += 4) {
      // Blocks of 2, then of 1, of four neighbouring rows.
      long from = p * V;
      FloatVector v0 = VECTOR.cast(FloatVector.fromMemorySegment(F, H, from, ORDER));
      FloatVector v1 = VECTOR.cast(FloatVector.fromMemorySegment(F, H, from + V, ORDER));
      FloatVector v2 = VECTOR.cast(FloatVector.fromMemorySegment(F, H, from + 2 * V, ORDER));
      FloatVector v3 = VECTOR.cast(FloatVector.fromMemorySegment(F, H, from + 3 * V, ORDER));
      FloatVector w0 = v0.blend(v2.rearrange(Reduction.SWAP_2), Gemv.UPPER_2);
      FloatVector w2 = v0.rearrange(Reduction.SWAP_2).blend(v2, Gemv.UPPER_2);
      FloatVector w1 = v1.blend(v3.rearrange(Reduction.SWAP_2), Gemv.UPPER_2);
      FloatVector w3 = v1.rearrange(Reduction.SWAP_2).blend(v3, Gemv.UPPER_2);
      FloatVector p0 = w0.blend(w1.rearrange(Reduction.SWAP_1), Gemv.UPPER_1);
      FloatVector p1 = w0.rearrange(Reduction.SWAP_1).blend(w1, Gemv.UPPER_1);
      FloatVector p2 = w2.blend(w3.rearrange(Reduction.SWAP_1), Gemv.UPPER_1);
      FloatVector p3 = w2.rearrange(Reduction.SWAP_1).blend(w3, Gemv.UPPER_1);
      long at = to + p * pRow;
      p0.intoMemorySegment(P, at, ORDER);
      p1.intoMemorySegment(P, at + pRow, ORDER);
      p2.intoMemorySegment(P, at + 2 * pRow, ORDER);
      p3.intoMemorySegment(P, at + 3 * pRow, ORDER);
    }
  }

  private static void eightColumns(
      MemorySegment B, long b, long bRow, long bCol, int k, MemorySegment P, long to, long pRow) {
    B = NATIVE.cast(B);
    P = NATIVE.cast(P);
    long b1 = b + bCol;
    long b2 = b1 + bCol;
    long b3 = b2 + bCol;
    long b4 = b3 + bCol;
    long b5 = b4 + bCol;
    long b6 = b5 + bCol;
    long b7 = b6 + bCol;
    for (int p = 0; p < k; p++) {
      long from = p * bRow;
      long into = to + p * pRow;
      P.set(FLOAT, into, B.get(FLOAT, b + from));
      P.set(FLOAT, into + 4, B.get(FLOAT, b1 + from));
      P.set(FLOAT, into + 8, B.get(FLOAT, b2 + from));
      P.set(FLOAT, into + 12, B.get(FLOAT, b3 + from));
      P.set(FLOAT, into + 16, B.get(FLOAT, b4 + from));
      P.set(FLOAT, into + 20, B.get(FLOAT, b5 + from));
      P.set(FLOAT, into + 24, B.get(FLOAT, b6 + from));
      P.set(FLOAT, into + 28, B.get(FLOAT, b7 + from));
    }
  }

  /** Copies {@code k} floats {@code bRow} bytes apart to where they are {@code pRow} apart. */
  static void column(
      MemorySegment B, long b, long bRow, int k, MemorySegment P, long to, long pRow) {
    B = NATIVE.cast(B);
    P = NATIVE.cast(P);
    for (int p = 0; p < k; p++) {
      P.set(FLOAT, to + p * pRow, B.get(FLOAT, b + p * bRow));
    }
  }

  /** Loads rows of C, or columns where {@code transposed}, into rows of whole vectors. */
  static void takeTiles(
      MemorySegment C,
      long c,
      long cRow,
      boolean transposed,
      MemorySegment tiles,
      int width,
      int rows,
      int cols) {
    if (transposed) {
      transposed(C, c, 4, cRow, rows, cols, tiles, 0, 4L * width);
    } else {
      copyRows(C, c, cRow, tiles, 0, 4L * width, rows, cols);
    }
  }

  /** Stores what {@link #takeTiles} loads. */
  static void putTiles(
      MemorySegment tiles,
      int width,
      MemorySegment C,
      long c,
      long cRow,
      boolean transposed,
      int rows,
      int cols) {
    if (transposed) {
      transposed(tiles, 0, 4, 4L * width, cols, rows, C, c, cRow);
    } else {
      copyRows(tiles, 0, 4L * width, C, c, cRow, rows, cols);
    }
  }

  private static void copyRows(
      MemorySegment source,
      long from,
      long fromRow,
      MemorySegment target,
      long to,
      long toRow,
      int rows,
      int cols) {
    int whole = cols - cols % LANES;
    vectorsOfRows(source, from, fromRow, rows, whole, target, to, toRow);
    if (whole < cols) {
      maskedRows(
          source, from + 4L * whole, fromRow, target, to + 4L * whole, toRow, rows, cols - whole);
    }
  }

  /** Copies {@code cols} columns, fewer than a vector holds, and touches nothing behind them. */
  private static void maskedRows(
      MemorySegment source,
      long from,
      long fromRow,
      MemorySegment target,
      long to,
      long toRow,
      int rows,
      int cols) {
    source = NATIVE.cast(source);
    target = NATIVE.cast(target);
    VectorMask<Float> valid = F.indexInRange(0, cols);
    for (int i = 0; i < rows; i++) {
      FloatVector.fromMemorySegment(F, source, from + i * fromRow, ORDER, valid)
          .intoMemorySegment(target, to + i * toRow, ORDER, valid);
    }
  }
}
