package dev.lanewise.kernel;

import dev.lanewise.memory.Scratch;
import dev.lanewise.memory.Storage;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A right-hand matrix packed once, for many products: constant weights.
 *
 * <p>It holds a copy in the order of the micro-kernel, all panels of the first KC rows before those
 * of the next, and does not follow changes to its source until it is packed again.
 */
public final class PackedMatrix {
  private final int rows;
  private final int cols;
  private final Storage storage;

  /** Makes a matrix of {@code rows x cols} zeros. */
  public PackedMatrix(int rows, int cols) {
    if ((rows | cols) < 0) {
      throw new IllegalArgumentException(
          "a matrix of " + rows + " rows and " + cols + " columns cannot be");
    }
    this.rows = rows;
    this.cols = cols;
    this.storage = Storage.persistent((long) rows * (cols == 1 ? 1 : Pack.wholeVectors(cols)));
  }

  /** Returns K, the rows. */
  public int rows() {
    return rows;
  }

  /** Returns N, the columns. */
  public int cols() {
    return cols;
  }

  /**
   * Packs element (p, j) from {@code bo + p * bRow + j * bCol} of {@code b}, in floats.
   *
   * @throws IndexOutOfBoundsException if the matrix reaches past its segment
   */
  public void pack(MemorySegment b, long bo, long bRow, long bCol) {
    Simd.checkMatrix("B", b, bo, rows, bRow, cols, bCol);
    if (cols == 1) {
      Pack.column(b, 4 * bo, 4 * bRow, rows, segment(), 4 * storage.offset(), 4);
      return;
    }
    int kc = Blocking.kc(rows);
    for (int pc = 0; pc < rows; pc += kc) {
      int k = Math.min(kc, rows - pc);
      Pack.panels(
          b, 4 * (bo + pc * bRow), 4 * bRow, 4 * bCol, k, cols, segment(), offset(0, pc, k));
    }
  }

  /**
   * Computes C = act(A B + bias), where this is B: A is {@code m x rows} with contiguous rows
   * {@code aRow} floats apart, C {@code m x cols} with rows {@code cRow} apart.
   *
   * @param bias one float for each column, or null
   * @throws IndexOutOfBoundsException if an operand reaches past its segment
   */
  public void multiply(
      int m,
      MemorySegment a,
      long ao,
      long aRow,
      MemorySegment c,
      long co,
      long cRow,
      @Nullable MemorySegment bias,
      long biasOffset,
      Activation activation) {
    Simd.checkMatrix("A", a, ao, m, aRow, rows, 1);
    Simd.checkMatrix("C", c, co, m, cRow, cols, 1);
    if (bias != null) {
      Simd.check(bias, biasOffset, cols);
    }
    if (cols == 1) {
      // The column is packed as it is: its products are dot products.
      Gemm.multiply(
          m,
          1,
          rows,
          1,
          a,
          ao,
          aRow,
          1,
          segment(),
          storage.offset(),
          1,
          rows,
          0,
          c,
          co,
          cRow,
          bias,
          biasOffset,
          activation);
    } else if (m == 1 && cols > 0 && rows > 0 && !Gemm.isShared(1, cols, rows)) {
      row(a, ao, c, co, bias, biasOffset, activation);
    } else if (m > 0 && cols > 0) {
      Gemm.multiply(m, a, ao, aRow, this, c, co, cRow, bias, biasOffset, activation);
    }
  }

  /** The product of one row on the calling thread, without the ceremony of the larger ones. */
  private void row(
      MemorySegment a,
      long ao,
      MemorySegment c,
      long co,
      @Nullable MemorySegment bias,
      long biasOffset,
      Activation activation) {
    int kc = Blocking.kc(rows);
    for (int pc = 0; pc < rows; pc += kc) {
      int k = Math.min(kc, rows - pc);
      boolean add = pc > 0;
      for (int j = 0; j < cols; ) {
        int vectors = Blocking.rowVectors(cols - j);
        int width = vectors * Simd.LANES;
        long panel = offset(j, pc, k);
        long panelRow = Pack.panelRow(cols, j);
        long half = 4L * Blocking.NR * k;
        if (j + width <= cols) {
          MicroKernel.row(
              vectors, add, a, 4 * (ao + pc), segment(), panel, panelRow, half, c, 4 * (co + j), k);
        } else {
          raggedRow(vectors, add, a, 4 * (ao + pc), panel, panelRow, c, 4 * (co + j), cols - j, k);
        }
        j += width;
      }
    }
    if (bias != null || activation != Activation.IDENTITY) {
      Epilogue.apply(activation, c, co, cols, 1, cols, bias, biasOffset);
    }
  }

  private void raggedRow(
      int vectors,
      boolean add,
      MemorySegment a,
      long from,
      long panel,
      long panelRow,
      MemorySegment c,
      long to,
      int valid,
      int k) {
    try (Scratch scratch = Scratch.borrow()) {
      MemorySegment edge = scratch.floats(0, (long) vectors * Simd.LANES);
      if (add) {
        MemorySegment.copy(c, to, edge, 0, 4L * valid);
      }
      MicroKernel.row(vectors, add, a, from, segment(), panel, panelRow, 0, edge, 0, k);
      MemorySegment.copy(edge, 0, c, to, 4L * valid);
    }
  }

  MemorySegment segment() {
    return storage.segment();
  }

  /** Returns where column {@code j} of the {@code k} rows from {@code pc} on is, in bytes. */
  long offset(int j, int pc, int k) {
    return 4 * storage.offset() + 4L * pc * Pack.wholeVectors(cols) + Pack.panelOffset(j, k);
  }
}
