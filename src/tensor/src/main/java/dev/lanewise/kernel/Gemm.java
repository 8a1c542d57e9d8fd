package dev.lanewise.kernel;

import dev.lanewise.memory.Scratch;
import dev.lanewise.memory.Slots;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.jspecify.annotations.Nullable;

/**
 * The product of two matrices, C = act(alpha A B + beta C + bias), in float32.
 *
 * <p>A is M x K and B is K x N, each with any two strides, so a transposed operand is one whose
 * strides are exchanged; C is M x N with contiguous rows. Offsets and strides are in floats.
 *
 * <p>The loops are those of Goto and van de Geijn ("Anatomy of High-Performance Matrix
 * Multiplication", 2008), in the order that keeps B's block in L2 and never moves A where it need
 * not:
 *
 * <pre>
 *   for jc over N by NC                    columns of C and B
 *     for pc over K by KC                  pack B[pc.., jc..] into panels     (L2)
 *       for ic over M by MC                pack A[ic.., pc..] into strips, if its columns are
 *         for i over MC by MR                contiguous; else read it where it is
 *           for j over NC by NR            one call of the micro-kernel       (registers)
 *           after the last pc: bias and activation on the MR x NC strip of C, still in L1
 * </pre>
 *
 * <p>B is read where it is, unpacked, when its rows are contiguous and too few rows of C would
 * repay the copy, or when all its columns fit one block.
 *
 * <p>Threads share M or N, never K: each element of C is one chain of multiply-adds in the order of
 * p, so the result is the same to the bit for any number of threads and any blocking. Only the
 * matrix-vector product over a transposed B ({@link Gemv}) sums in another order, which depends on
 * the shape alone.
 *
 * <p>As in the BLAS, {@code beta == 0} overwrites C without reading it, and {@code alpha == 0} does
 * not read A or B.
 */
// Fields are named as the field names them, M x K times K x N; parameters as Java does.
@SuppressWarnings("InconsistentCapitalization")
public final class Gemm implements Workers.Body {
  private static final Slots<Gemm> CALLS = new Slots<>(64, Gemm::new);
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int LANES = Simd.LANES;
  private static final int MR = Blocking.MR;
  private static final int SCRATCH_B = 0;
  private static final int SCRATCH_A = 1;
  private static final int SCRATCH_TILE = 2;

  private static final MemorySegment NONE = MemorySegment.NULL;

  private int M;
  private int N;
  private int K;
  private float alpha;
  private float beta;
  private MemorySegment A = NONE;
  private MemorySegment B = NONE;
  private MemorySegment C = NONE;
  private @Nullable MemorySegment bias;
  private Activation activation = Activation.IDENTITY;
  // Byte offsets and strides.
  private long a;
  private long aRow;
  private long aCol;
  private long b;
  private long bRow;
  private long bCol;
  private long c;
  private long cRow;
  private long biasOffset;

  // What a product of one column, computed as a row, does at the end.
  private boolean exchanged;
  private @Nullable MemorySegment exchangedBias;
  private Activation exchangedActivation = Activation.IDENTITY;

  private boolean packA;
  private boolean packB;
  private boolean packEdge;
  private boolean dots;
  private boolean splitN;
  private int parts;

  private Gemm() {}

  /**
   * Computes C = alpha A B + beta C.
   *
   * @param m rows of A and C
   * @param n columns of B and C
   * @param k columns of A, rows of B
   * @param aRow floats from one row of A to the next
   * @param aCol floats from one column of A to the next
   * @throws IndexOutOfBoundsException if an operand reaches past its segment
   */
  public static void multiply(
      int m,
      int n,
      int k,
      float alpha,
      MemorySegment a,
      long ao,
      long aRow,
      long aCol,
      MemorySegment b,
      long bo,
      long bRow,
      long bCol,
      float beta,
      MemorySegment c,
      long co,
      long cRow) {
    multiply(
        m,
        n,
        k,
        alpha,
        a,
        ao,
        aRow,
        aCol,
        b,
        bo,
        bRow,
        bCol,
        beta,
        c,
        co,
        cRow,
        null,
        0,
        Activation.IDENTITY);
  }

  /**
   * Computes C = act(alpha A B + beta C + bias), the bias one float per column.
   *
   * @throws IndexOutOfBoundsException if an operand reaches past its segment
   */
  public static void multiply(
      int m,
      int n,
      int k,
      float alpha,
      MemorySegment a,
      long ao,
      long aRow,
      long aCol,
      MemorySegment b,
      long bo,
      long bRow,
      long bCol,
      float beta,
      MemorySegment c,
      long co,
      long cRow,
      @Nullable MemorySegment bias,
      long biasOffset,
      Activation activation) {
    if (m < 0 || n < 0 || k < 0) {
      throw new IllegalArgumentException(
          "a matrix product of "
              + m
              + " x "
              + k
              + " and "
              + k
              + " x "
              + n
              + " has a negative size");
    }
    if (m == 0 || n == 0) {
      return;
    }
    Simd.checkMatrix("C", c, co, m, cRow, n, 1);
    boolean reads = k > 0 && alpha != 0;
    if (reads) {
      Simd.checkMatrix("A", a, ao, m, aRow, k, aCol);
      Simd.checkMatrix("B", b, bo, k, bRow, n, bCol);
    }
    if (bias != null) {
      Simd.check(bias, biasOffset, n);
    }
    Gemm call = CALLS.take();
    try {
      call.M = m;
      call.N = n;
      call.K = reads ? k : 0;
      call.alpha = alpha;
      call.beta = beta;
      call.A = a;
      call.a = 4 * ao;
      call.aRow = 4 * aRow;
      call.aCol = 4 * aCol;
      call.B = b;
      call.b = 4 * bo;
      call.bRow = 4 * bRow;
      call.bCol = 4 * bCol;
      call.C = c;
      call.c = 4 * co;
      call.cRow = 4 * cRow;
      call.bias = bias;
      call.biasOffset = biasOffset;
      call.activation = activation;
      call.exchanged = n == 1 && m > 1 && cRow == 1;
      if (call.exchanged) {
        call.exchange();
      }
      call.plan();
      Workers.run(call.parts, call);
      call.finishExchanged();
    } finally {
      call.A = NONE;
      call.B = NONE;
      call.C = NONE;
      call.bias = null;
      call.exchangedBias = null;
      CALLS.give(call);
    }
  }

  /** Turns C = A b, one column, into the row product C' = b' A', whose columns are contiguous. */
  private void exchange() {
    MemorySegment matrix = A;
    A = B;
    B = matrix;
    long start = a;
    a = b;
    b = start;
    long row = aRow;
    long col = aCol;
    aCol = bRow;
    aRow = 0;
    bRow = col;
    bCol = row;
    N = M;
    M = 1;
    exchangedBias = bias;
    exchangedActivation = activation;
    bias = null;
    activation = Activation.IDENTITY;
  }

  /** Adds the one bias of an exchanged product to its every element, then the activation. */
  private void finishExchanged() {
    if (!exchanged) {
      return;
    }
    if (exchangedBias != null) {
      float value = exchangedBias.get(FLOAT, 4 * biasOffset);
      Elementwise.addScalar(C, c / 4, value, C, c / 4, N);
    }
    if (exchangedActivation != Activation.IDENTITY) {
      Epilogue.apply(exchangedActivation, C, c / 4, N, 1, N, null, 0);
    }
  }

  private void plan() {
    boolean rowsOfB = bCol == 4 || N == 1;
    dots = M < MR && bRow == 4 && !rowsOfB && alpha == 1 && K > 0;
    packB = !rowsOfB || alpha != 1 || (N > Blocking.NC && M >= Blocking.PACK_FROM_ROWS);
    packEdge = packB || !reachesPastItsRows();
    packA = aCol != 4 && aRow == 4 && M >= MR && N > Blocking.NR && K > 1;
    long work = (long) M * N * Math.max(K, 1);
    int threads = work < Blocking.PARALLEL_FROM ? 1 : Workers.threads();
    splitN = N >= 512 || M < 2L * MR * threads;
    long pieces = splitN ? (N + Blocking.NR - 1) / Blocking.NR : (M + MR - 1) / MR;
    parts = (int) Math.min(threads, pieces);
  }

  /**
   * Says whether whole vectors can be read from B's last columns, running into the next row or past
   * the matrix, but not past its memory. What they bring along is not used.
   */
  private boolean reachesPastItsRows() {
    long lastRow = b + Math.max(0, (K - 1) * bRow);
    return lastRow + 4L * (N - N % LANES) + 4L * LANES <= B.byteSize();
  }

  /** Computes one thread's share of C. */
  @Override
  public void run(int part) {
    try (Scratch scratch = Scratch.borrow()) {
      if (splitN) {
        int pieces = (N + Blocking.NR - 1) / Blocking.NR;
        int from = (int) ((long) pieces * part / parts) * Blocking.NR;
        int to = Math.toIntExact(Math.min((long) pieces * (part + 1) / parts * Blocking.NR, N));
        share(scratch, 0, M, from, to);
      } else {
        int pieces = (M + MR - 1) / MR;
        int from = (int) ((long) pieces * part / parts) * MR;
        int to = (int) Math.min((long) pieces * (part + 1) / parts * MR, M);
        share(scratch, from, to, 0, N);
      }
    }
  }

  private void share(Scratch scratch, int i0, int i1, int j0, int j1) {
    if (dots) {
      for (int i = i0; i < i1; i++) {
        startRows(i, 1, j0, j1 - j0);
        Gemv.dots(
            scratch,
            A,
            a + i * aRow,
            aCol,
            B,
            b + j0 * bCol,
            bCol,
            K,
            j1 - j0,
            C,
            c + i * cRow + 4L * j0,
            beta != 0);
        finishRows(i, 1, j0, j1 - j0);
      }
      return;
    }
    int kc = Blocking.kc(K);
    int mc = packA ? Blocking.MC : i1 - i0;
    int columns = packA ? Blocking.NC_PACKED_A : Blocking.NC;
    for (int jc = j0; jc < j1; jc += columns) {
      int nc = Math.min(columns, j1 - jc);
      if (K == 0) {
        emptyProduct(i0, i1, jc, nc);
      }
      for (int pc = 0; pc < K; pc += kc) {
        int k = Math.min(kc, K - pc);
        MemorySegment panels = packPanels(scratch, jc, nc, pc, k);
        for (int ic = i0; ic < i1; ic += mc) {
          int m = Math.min(mc, i1 - ic);
          MemorySegment strips = packA ? packStrips(scratch, ic, m, pc, k) : A;
          for (int i = 0; i < m; i += MR) {
            int rows = Math.min(MR, m - i);
            if (pc == 0) {
              startRows(ic + i, rows, jc, nc);
            }
            long from = packA ? Pack.stripOffset(i, k) : a + (ic + i) * aRow + pc * aCol;
            strip(scratch, strips, from, panels, ic + i, rows, jc, nc, pc, k);
            if (pc + k == K) {
              finishRows(ic + i, rows, jc, nc);
            }
          }
        }
      }
    }
  }

  /** Computes MR rows of one block of C: a call of the micro-kernel per panel. */
  private void strip(
      Scratch scratch,
      MemorySegment strips,
      long from,
      MemorySegment panels,
      int i,
      int rows,
      int jc,
      int nc,
      int pc,
      int k) {
    long rowStep = packA ? 4 : aRow;
    long colStep = packA ? 4L * Pack.STRIP : aCol;
    boolean add = pc > 0 || beta != 0;
    for (int j = 0; j < nc; ) {
      int width = panelWidth(nc - j);
      int valid = Math.min(width, nc - j);
      boolean packed = packB || (packEdge && valid < width);
      MemorySegment source = packed ? panels : B;
      long panel = packed ? panelOffset(j, k) : b + pc * bRow + (jc + j) * bCol;
      long panelRow = packed ? 4L * width : bRow;
      long tile = c + i * cRow + 4L * (jc + j);
      if (valid == width) {
        tile(
            strips,
            from,
            rowStep,
            colStep,
            source,
            panel,
            panelRow,
            C,
            tile,
            cRow,
            rows,
            k,
            width / LANES,
            add);
      } else {
        MemorySegment edge = scratch.floats(SCRATCH_TILE, (long) MR * LANES);
        if (add) {
          copyTile(C, tile, cRow, edge, 0, 4L * LANES, rows, valid);
        }
        tile(
            strips,
            from,
            rowStep,
            colStep,
            source,
            panel,
            panelRow,
            edge,
            0,
            4L * LANES,
            rows,
            k,
            1,
            add);
        copyTile(edge, 0, 4L * LANES, C, tile, cRow, rows, valid);
      }
      j += width;
    }
  }

  private void tile(
      MemorySegment strips,
      long from,
      long rowStep,
      long colStep,
      MemorySegment source,
      long panel,
      long panelRow,
      MemorySegment target,
      long to,
      long toRow,
      int rows,
      int k,
      int vectors,
      boolean add) {
    if (M == 1) {
      switch (vectors) {
        case 8 -> {
          if (add) {
            MicroKernel.add1x8(strips, from, colStep, source, panel, panelRow, target, to, k);
          } else {
            MicroKernel.zero1x8(strips, from, colStep, source, panel, panelRow, target, to, k);
          }
        }
        case 4 -> {
          if (add) {
            MicroKernel.add1x4(strips, from, colStep, source, panel, panelRow, target, to, k);
          } else {
            MicroKernel.zero1x4(strips, from, colStep, source, panel, panelRow, target, to, k);
          }
        }
        default -> {
          if (add) {
            MicroKernel.add1x1(strips, from, colStep, source, panel, panelRow, target, to, k);
          } else {
            MicroKernel.zero1x1(strips, from, colStep, source, panel, panelRow, target, to, k);
          }
        }
      }
      return;
    }
    switch (vectors) {
      case 4 -> {
        if (add) {
          MicroKernel.add4x4(
              strips, from, rowStep, colStep, source, panel, panelRow, target, to, toRow, rows, k);
        } else {
          MicroKernel.zero4x4(
              strips, from, rowStep, colStep, source, panel, panelRow, target, to, toRow, rows, k);
        }
      }
      case 2 -> {
        if (add) {
          MicroKernel.add4x2(
              strips, from, rowStep, colStep, source, panel, panelRow, target, to, toRow, rows, k);
        } else {
          MicroKernel.zero4x2(
              strips, from, rowStep, colStep, source, panel, panelRow, target, to, toRow, rows, k);
        }
      }
      default -> {
        if (add) {
          MicroKernel.add4x1(
              strips, from, rowStep, colStep, source, panel, panelRow, target, to, toRow, rows, k);
        } else {
          MicroKernel.zero4x1(
              strips, from, rowStep, colStep, source, panel, panelRow, target, to, toRow, rows, k);
        }
      }
    }
  }

  /** Returns the width of the next panel where {@code rest} columns are left. */
  private int panelWidth(int rest) {
    if (M == 1) {
      return rest >= 8 * LANES ? 8 * LANES : rest >= 4 * LANES ? 4 * LANES : LANES;
    }
    return rest >= Blocking.NR ? Blocking.NR : rest >= 2 * LANES ? 2 * LANES : LANES;
  }

  /** Returns where the panel of column {@code j} of a block lies among the packed panels. */
  private long panelOffset(int j, int k) {
    return packB ? 4L * j * k : 0;
  }

  /** Packs one block of B, or of an unpacked one the columns that fill no vector, if need be. */
  private MemorySegment packPanels(Scratch scratch, int jc, int nc, int pc, int k) {
    int ragged = nc % LANES;
    if (!packB && (!packEdge || ragged == 0)) {
      return B;
    }
    long columns = packB ? nc + LANES : LANES;
    MemorySegment panels = scratch.floats(SCRATCH_B, columns * k);
    for (int j = packB ? 0 : nc - ragged; j < nc; ) {
      int width = panelWidth(nc - j);
      int valid = Math.min(width, nc - j);
      long to = panelOffset(j, k);
      Pack.panel(B, b + pc * bRow + (jc + j) * bCol, bRow, bCol, k, valid, panels, to, width);
      if (alpha != 1) {
        Elementwise.scale(panels, to / 4, alpha, (long) width * k);
      }
      j += width;
    }
    return panels;
  }

  private MemorySegment packStrips(Scratch scratch, int ic, int m, int pc, int k) {
    long rows = (long) (m + Pack.STRIP - 1) / Pack.STRIP * Pack.STRIP;
    MemorySegment strips = scratch.floats(SCRATCH_A, rows * k);
    Pack.strips(A, a + ic * aRow + pc * aCol, aCol, m, k, strips, 0);
    return strips;
  }

  /** Scales C by a beta that is neither 0 nor 1. */
  private void startRows(int i, int rows, int j, int cols) {
    if (beta == 0 || beta == 1) {
      return;
    }
    for (int r = i; r < i + rows; r++) {
      long row = (c + r * cRow) / 4 + j;
      Elementwise.scale(C, row, beta, cols);
    }
  }

  private void finishRows(int i, int rows, int j, int cols) {
    if (bias != null || activation != Activation.IDENTITY) {
      Epilogue.apply(
          activation, C, (c + i * cRow) / 4 + j, cRow / 4, rows, cols, bias, biasOffset + j);
    }
  }

  private void emptyProduct(int i0, int i1, int j, int cols) {
    startRows(i0, i1 - i0, j, cols);
    if (beta == 0) {
      for (int i = i0; i < i1; i++) {
        Elementwise.fill(C, (c + i * cRow) / 4 + j, 0, cols);
      }
    }
    finishRows(i0, i1 - i0, j, cols);
  }

  /** Copies {@code cols} columns, less than a vector, of the rows of a tile. */
  private static void copyTile(
      MemorySegment source,
      long from,
      long fromRow,
      MemorySegment target,
      long to,
      long toRow,
      int rows,
      int cols) {
    VectorMask<Float> valid = Simd.F.indexInRange(0, cols);
    for (int i = 0; i < rows; i++) {
      FloatVector.fromMemorySegment(Simd.F, source, from + i * fromRow, Simd.ORDER, valid)
          .intoMemorySegment(target, to + i * toRow, Simd.ORDER, valid);
    }
  }
}
