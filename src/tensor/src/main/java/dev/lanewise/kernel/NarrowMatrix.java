package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.NATIVE;

import dev.lanewise.memory.Scratch;
import dev.lanewise.memory.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A right-hand matrix kept as bfloat16 or bytes, for many products: constant weights, where reading
 * them is what takes the time.
 *
 * <p>The columns stand in panels, row after row of a panel, the last one only as wide as it must
 * be. Those of bfloat16 stand in pairs within a row: one of a vector, then one of the next. Weights
 * are widened in registers, whatever the number of rows of A ({@link NarrowKernel}).
 *
 * <p>Every element of C is one chain of fused multiply-adds in the order of p; for bytes the sum is
 * multiplied by the column's scale; then the bias is added. So a row has the same result in any
 * batch and for any number of threads.
 */
public final class NarrowMatrix {
  /** Columns of a panel. */
  static final int PANEL = 8 * Simd.LANES;

  /** Columns of two vectors. */
  private static final int PAIR = 2 * Simd.LANES;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(NarrowKernel.PAIRED);

  /** The largest magnitude of a byte: as much to either side of zero. */
  private static final int LARGEST = 127;

  private static final int SCRATCH_TILES = 0;

  private final int rows;
  private final int cols;

  /** Bytes of a weight. */
  private final int size;

  private final Storage weights;

  /** The factor of each column of bytes. */
  private final @Nullable Storage scales;

  /**
   * Makes a matrix of {@code rows x cols} zeros.
   *
   * @throws IllegalArgumentException if a size is negative, or the weights are to stay as they are
   */
  public NarrowMatrix(int rows, int cols, Weights weights) {
    if ((rows | cols) < 0) {
      throw new IllegalArgumentException(
          "a matrix of " + rows + " rows and " + cols + " columns cannot be");
    }
    this.rows = rows;
    this.cols = cols;
    this.size =
        switch (weights) {
          case BFLOAT16 -> 2;
          case INT8 -> 1;
          case FLOAT32 ->
              throw new IllegalArgumentException("float32 is not narrow: take a PackedMatrix");
        };
    // Behind the last row stands what a kernel reads of a panel that is not whole.
    long elements = (long) rows * panelWidth(cols) + PANEL;
    this.weights = Storage.persistent(elements * size / Float.BYTES);
    this.scales = weights == Weights.INT8 ? Storage.persistent(cols) : null;
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
   * Rounds and packs element (p, j) from {@code bo + p * bRow + j * bCol} of {@code b}, in floats.
   *
   * <p>As bfloat16, NaN and the infinities stay what they are, and a number past the largest one is
   * rounded to it or to infinity, whichever is nearer. As a byte, a weight is at most half its
   * column's scale away from what it was.
   *
   * @throws IndexOutOfBoundsException if the matrix reaches past its segment
   * @throws IllegalArgumentException if a weight that is to be a byte is not finite
   */
  public void pack(MemorySegment b, long bo, long bRow, long bCol) {
    Simd.checkMatrix("B", b, bo, rows, bRow, cols, bCol);
    for (int j = 0; j < cols; j++) {
      long from = 4 * (bo + j * bCol);
      if (scales == null) {
        int inPair = j % PAIR;
        long paired = size * (2L * (inPair % Simd.LANES) + inPair / Simd.LANES);
        long to = offset(j - inPair) + paired;
        packBfloats(b, from, 4 * bRow, rows, weights.segment(), to, panelRow(j));
      } else {
        float max = largest(b, from, 4 * bRow, rows);
        if (!(max <= Float.MAX_VALUE)) {
          throw new IllegalArgumentException(
              "weights kept as int8 must be finite: among those of output " + j + " is " + max);
        }
        // A scale below the normal numbers would be too coarse for the bound; a larger one holds
        // it, and a column of zeros needs no rule of its own.
        float scale = Math.max(max / LARGEST, Float.MIN_NORMAL);
        scales.segment().setAtIndex(FLOAT, scales.offset() + j, scale);
        packBytes(b, from, 4 * bRow, rows, scale, weights.segment(), offset(j), panelRow(j));
      }
    }
  }

  private static void packBfloats(
      MemorySegment B, long b, long bRow, int k, MemorySegment W, long to, long wRow) {
    B = NATIVE.cast(B);
    W = NATIVE.cast(W);
    for (int p = 0; p < k; p++) {
      W.set(SHORT, to + p * wRow, toBfloat(B.get(FLOAT, b + p * bRow)));
    }
  }

  /** Returns the bits of the nearest bfloat16, the even one where two are. */
  private static short toBfloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> 16 | 0x40); // not infinity, should all that is set be cut away
    }
    return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
  }

  /** Returns the largest magnitude of a column; NaN where one is NaN. */
  private static float largest(MemorySegment B, long b, long bRow, int k) {
    B = NATIVE.cast(B);
    float max = 0;
    for (int p = 0; p < k; p++) {
      max = Math.max(max, Math.abs(B.get(FLOAT, b + p * bRow)));
    }
    return max;
  }

  private static void packBytes(
      MemorySegment B, long b, long bRow, int k, float scale, MemorySegment W, long to, long wRow) {
    B = NATIVE.cast(B);
    W = NATIVE.cast(W);
    for (int p = 0; p < k; p++) {
      double nearest = Math.rint((double) B.get(FLOAT, b + p * bRow) / scale);
      W.set(ValueLayout.JAVA_BYTE, to + p * wRow, (byte) nearest);
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
    if (m == 0 || cols == 0) {
      return;
    }
    if (Gemm.isShared(m, cols, rows)) {
      NarrowProduct.share(m, a, ao, aRow, this, c, co, cRow, bias, biasOffset, activation);
    } else {
      multiply(m, a, ao, aRow, 0, cols, c, co, cRow, bias, biasOffset, activation);
    }
  }

  /**
   * Computes columns {@code j0}, the first of a panel, to {@code j1} of {@code m} rows on the
   * calling thread; {@code co} is where C begins.
   */
  void multiply(
      int m,
      MemorySegment a,
      long ao,
      long aRow,
      int j0,
      int j1,
      MemorySegment c,
      long co,
      long cRow,
      @Nullable MemorySegment bias,
      long biasOffset,
      Activation activation) {
    int n = j1 - j0;
    int mc = Blocking.mc(m, n, rows);
    for (int i = 0; i < m; i += mc) {
      int height = Math.min(mc, m - i);
      long to = co + i * cRow + j0;
      block(height, a, 4 * (ao + i * aRow), 4 * aRow, j0, j1, c, 4 * to, 4 * cRow);
      if (scales != null) {
        for (int r = 0; r < height; r++) {
          long at = to + r * cRow;
          Elementwise.mul(c, at, scales.segment(), scales.offset() + j0, c, at, n);
        }
      }
      if (bias != null || activation != Activation.IDENTITY) {
        Epilogue.apply(activation, c, to, cRow, height, n, bias, biasOffset + j0);
      }
    }
  }

  /** Computes a block of C, a column of tiles after the other. From here on in bytes. */
  private void block(
      int m,
      MemorySegment a,
      long from,
      long aRow,
      int j0,
      int j1,
      MemorySegment c,
      long to,
      long cRow) {
    int width = Blocking.narrowVectors(m) * Simd.LANES;
    for (int j = j0; j < j1; j += width) {
      long at = to + 4L * (j - j0);
      if (j + width <= j1) {
        tiles(m, a, from, aRow, j, c, at, cRow);
      } else {
        raggedTiles(m, a, from, aRow, j, width, c, at, cRow, j1 - j);
      }
    }
  }

  /** Computes the last columns aside, where tiles may be stored whole. */
  private void raggedTiles(
      int m,
      MemorySegment a,
      long from,
      long aRow,
      int j,
      int width,
      MemorySegment c,
      long to,
      long cRow,
      int valid) {
    try (Scratch scratch = Scratch.borrow()) {
      MemorySegment edge = scratch.floats(SCRATCH_TILES, (long) m * width);
      tiles(m, a, from, aRow, j, edge, 0, 4L * width);
      Pack.putTiles(edge, width, c, to, cRow, false, m, valid);
    }
  }

  private void tiles(
      int m, MemorySegment a, long from, long aRow, int j, MemorySegment c, long to, long cRow) {
    MemorySegment b = weights.segment();
    long panel = offset(j);
    long bRow = panelRow(j);
    int height = Blocking.narrowRows(m);
    for (int i = 0; i < m; i += height) {
      NarrowKernel.tile(
          scales == null,
          height,
          a,
          from + i * aRow,
          aRow,
          b,
          panel,
          bRow,
          c,
          to + i * cRow,
          cRow,
          Math.min(height, m - i),
          rows);
    }
  }

  /** Returns where column {@code j} of the first row is, in bytes. */
  private long offset(int j) {
    int inPanel = j % PANEL;
    return 4 * weights.offset() + size * ((long) (j - inPanel) * rows + inPanel);
  }

  /** Returns the bytes of a row of the panel of column {@code j}. */
  private long panelRow(int j) {
    return (long) size * Math.min(PANEL, panelWidth(cols - (j - j % PANEL)));
  }

  /** Returns the columns that {@code n} take up: whole vectors, or whole pairs of them. */
  private int panelWidth(int n) {
    int whole = size == 2 ? PAIR : Simd.LANES;
    return (n + whole - 1) & -whole;
  }
}
