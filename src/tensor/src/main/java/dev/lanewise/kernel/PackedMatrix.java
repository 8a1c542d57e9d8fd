package dev.lanewise.kernel;

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
    this.storage = Storage.persistent((long) rows * Pack.wholeVectors(cols));
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
    if (m > 0 && cols > 0) {
      Gemm.multiply(m, a, ao, aRow, this, c, co, cRow, bias, biasOffset, activation);
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
