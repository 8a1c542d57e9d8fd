package dev.lanewise.kernel;

import dev.lanewise.memory.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products so small that a plan for them would take as long as their tiles: C = act(A B + C
 * + bias), or without C, on one thread, A and B read where they are. They end in the same bits as
 * those of {@link Gemm}.
 */
final class SmallGemm {
  private static final int LANES = Simd.LANES;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private SmallGemm() {}

  /**
   * Says whether a product is computed here: a small one, the rows of its operands contiguous, and
   * its columns whole vectors, or one tile's, or more. The last vectors of more reach back to their
   * neighbours' columns, unless those are added to C, as they would be twice.
   *
   * @param bEnd floats of B's memory from its first element on
   */
  static boolean takes(
      int m,
      int n,
      int k,
      float alpha,
      long aCol,
      long bRow,
      long bCol,
      long bEnd,
      float beta,
      long cRow) {
    return (long) m * n * k < Blocking.PLANNED_FROM
        && k > 0
        && k <= Blocking.KC
        && alpha == 1
        && aCol == 1
        && bCol == 1
        && (n % LANES == 0
            ? beta == 0 || beta == 1
            : beta == 0 && (n > Blocking.NR || takesRagged(m, n, k, bRow, bEnd, cRow)))
        && !Blocking.packsRows(m, n, k);
  }

  /**
   * Says whether ragged columns are one tile's whose vectors may be read and stored into the rows
   * that follow. Where they fill less than half of one vector, several rows are better computed as
   * columns.
   */
  private static boolean takesRagged(int m, int n, int k, long bRow, long bEnd, long cRow) {
    return n < Blocking.NR
        && n > 1
        && (2 * n > LANES || m < 4)
        && Math.max(0, (k - 1) * bRow) + Pack.wholeVectors(n) <= bEnd
        && (m == 1 || cRow == n);
  }

  /**
   * Says whether a product of one column is computed here: a small one of contiguous rows and
   * columns, which is one dot product after another.
   */
  static boolean takesColumn(
      int m, int n, int k, float alpha, long aCol, long bRow, float beta, long cRow) {
    return n == 1
        && (long) m * k < Blocking.PLANNED_FROM
        && k > 0
        && alpha == 1
        && aCol == 1
        && bRow == 1
        && (m == 1 || cRow == 1)
        && (beta == 0 || beta == 1);
  }

  /** Computes a column C = act(A B + beta C + bias); offsets and strides are in bytes. */
  static void column(
      int m,
      int k,
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      float beta,
      MemorySegment C,
      long c,
      @Nullable MemorySegment bias,
      long biasOffset,
      Activation activation) {
    try (Scratch scratch = Scratch.borrow()) {
      Gemv.dots(scratch, B, b, 4, A, a, aRow, k, m, C, c, beta != 0);
    }
    finishColumn(C, c, m, bias, biasOffset, activation);
  }

  /** Adds the one bias of a product of one column to its every element, then the activation. */
  static void finishColumn(
      MemorySegment C,
      long c,
      int m,
      @Nullable MemorySegment bias,
      long biasOffset,
      Activation activation) {
    if (bias != null) {
      Elementwise.addScalar(C, c / 4, bias.get(FLOAT, 4 * biasOffset), C, c / 4, m);
    }
    if (activation != Activation.IDENTITY) {
      Epilogue.apply(activation, C, c / 4, m, 1, m, null, 0);
    }
  }

  /**
   * Computes C = act(A B + beta C + bias); offsets and strides are in bytes, that of the bias in
   * floats.
   */
  static void multiply(
      int m,
      int n,
      int k,
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      float beta,
      MemorySegment C,
      long c,
      long cRow,
      @Nullable MemorySegment bias,
      long biasOffset,
      Activation activation) {
    if (n % LANES != 0 && n < Blocking.NR) {
      ragged(m, n, k, A, a, aRow, B, b, bRow, C, c);
    } else {
      whole(m, n, k, A, a, aRow, B, b, bRow, beta != 0, C, c, cRow);
    }
    if (bias != null || activation != Activation.IDENTITY) {
      Epilogue.apply(activation, C, c / 4, cRow / 4, m, n, bias, biasOffset);
    }
  }

  /** Computes C = A B, or C += A B, in whole vectors. */
  private static void whole(
      int m,
      int n,
      int k,
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      boolean add,
      MemorySegment C,
      long c,
      long cRow) {
    for (int j = 0; j < n; ) {
      int vectors = m == 1 ? Blocking.rowVectors(n - j) : Blocking.vectors(n - j);
      j = Math.min(j, n - vectors * LANES);
      long bj = b + 4L * j;
      long cj = c + 4L * j;
      if (m == 1) {
        long half = 4L * Blocking.NR;
        MicroKernel.row(vectors, add, A, a, B, bj, bRow, half, C, cj, k);
      } else {
        for (int i = 0; i < m; ) {
          int rows = Math.min(MicroKernel.rows(vectors, add, m - i), m - i);
          long ai = a + i * aRow;
          long ci = cj + i * cRow;
          MicroKernel.tile(vectors, add, A, ai, aRow, B, bj, bRow, C, ci, cRow, rows, k);
          i += rows;
        }
      }
      j += vectors * LANES;
    }
  }

  /**
   * Computes C = A B in one column of tiles that is wider than C. Those with rows enough behind
   * them store whole vectors, whose ends the next rows overwrite.
   */
  private static void ragged(
      int m,
      int n,
      int k,
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c) {
    int vectors = Blocking.vectors(n);
    int width = vectors * LANES;
    long row = 4L * n;
    try (Scratch scratch = Scratch.borrow()) {
      MemorySegment aside = scratch.floats(0, (long) Blocking.MR * width);
      for (int i = 0, rows; i < m; i += rows) {
        rows = Math.min(MicroKernel.rows(vectors, false, m - i), m - i);
        boolean inC = (long) (m - i - rows) * n >= width - n;
        MemorySegment into = inC ? C : aside;
        long to = inC ? c + i * row : 0;
        long toRow = inC ? row : 4L * width;
        long ai = a + i * aRow;
        MicroKernel.tile(vectors, false, A, ai, aRow, B, b, bRow, into, to, toRow, rows, k);
        if (!inC) {
          Pack.putTiles(aside, width, C, c + i * row, row, false, rows, n);
        }
      }
    }
  }
}
