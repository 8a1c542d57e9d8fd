package dev.lanewise.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
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
 *   A, MC x KC, whose columns are contiguous (a transposed operand), becomes strips of 16 rows, each
 *   KC x 16: the sixteen rows' elements of one p stand side by side.
 * </pre>
 */
final class Pack {
  /** Rows of a packed strip of A. */
  static final int STRIP = 16;

  private static final VectorSpecies<Float> F = Simd.F;
  private static final int LANES = Simd.LANES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int TRANSPOSED_COLUMNS = 8;

  private Pack() {}

  /**
   * Packs columns 0 to {@code n - 1} of the {@code k} rows of B at {@code b} into one panel of
   * {@code width >= n} columns at {@code to}.
   */
  static void panel(
      MemorySegment B,
      long b,
      long bRow,
      long bCol,
      int k,
      int n,
      MemorySegment P,
      long to,
      int width) {
    if (bCol == 4) {
      rows(B, b, bRow, k, n, P, to, width);
    } else {
      int j = 0;
      for (; j + TRANSPOSED_COLUMNS <= n; j += TRANSPOSED_COLUMNS) {
        eightColumns(B, b + j * bCol, bRow, bCol, k, P, to + 4L * j, 4L * width);
      }
      for (; j < n; j++) {
        column(B, b + j * bCol, bRow, k, P, to + 4L * j, 4L * width);
      }
    }
    if (n < width) {
      pad(k, n, P, to, width);
    }
  }

  /**
   * Packs {@code m} rows of A, elements {@code (i, p)} at {@code a + 4 i + p * aCol}, into strips
   * of {@link #STRIP} rows at {@code to}; rows past {@code m} in the last strip are undefined.
   */
  static void strips(MemorySegment A, long a, long aCol, int m, int k, MemorySegment P, long to) {
    int whole = m - m % LANES;
    // All strips of one p before the next: the rows of A that follow each other lie side by side.
    for (int p = 0; p < k; p++) {
      long from = a + p * aCol;
      long into = to + 4L * STRIP * p;
      for (int i = 0; i < whole; i += LANES) {
        FloatVector.fromMemorySegment(F, A, from + 4L * i, ORDER)
            .intoMemorySegment(P, into + stripOffset(i, k), ORDER);
      }
      for (int i = whole; i < m; i++) {
        P.set(FLOAT, into + stripOffset(i, k), A.get(FLOAT, from + 4L * i));
      }
    }
  }

  /** Returns where row {@code i} of {@code k} columns begins among the strips. */
  static long stripOffset(int i, int k) {
    int inStrip = i % STRIP;
    return 4L * (i - inStrip) * k + 4L * inStrip;
  }

  private static void rows(
      MemorySegment B, long b, long bRow, int k, int n, MemorySegment P, long to, int width) {
    int whole = n - n % LANES;
    for (int p = 0; p < k; p++) {
      long from = b + p * bRow;
      long into = to + 4L * p * width;
      for (int j = 0; j < whole; j += LANES) {
        FloatVector.fromMemorySegment(F, B, from + 4L * j, ORDER)
            .intoMemorySegment(P, into + 4L * j, ORDER);
      }
      for (int j = whole; j < n; j++) {
        P.set(FLOAT, into + 4L * j, B.get(FLOAT, from + 4L * j));
      }
    }
  }

  private static void pad(int k, int n, MemorySegment P, long to, int width) {
    for (int p = 0; p < k; p++) {
      for (int j = n; j < width; j++) {
        P.set(FLOAT, to + 4L * ((long) p * width + j), 0);
      }
    }
  }

  private static void eightColumns(
      MemorySegment B, long b, long bRow, long bCol, int k, MemorySegment P, long to, long pRow) {
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

  private static void column(
      MemorySegment B, long b, long bRow, int k, MemorySegment P, long to, long pRow) {
    for (int p = 0; p < k; p++) {
      P.set(FLOAT, to + p * pRow, B.get(FLOAT, b + p * bRow));
    }
  }
}
