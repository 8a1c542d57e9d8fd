package dev.lanewise.kernel;

import dev.lanewise.memory.Scratch;
import dev.lanewise.memory.Slots;
import java.lang.foreign.MemorySegment;
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
 *   for jc over N by NC                    columns of C and B: all of them if B stays in place
 *     for pc over K by KC                  pack B[pc.., jc..] into panels         (L2)
 *       for ic over M by MC                rows of C and A                        (L2)
 *         for j over the columns by NR     one panel of B                         (L2)
 *           for i over MC by MR            one call of the micro-kernel           (registers)
 *           after the last pc: bias and activation on the MC x NR block of C, still in L2
 * </pre>
 *
 * <p>An A whose rows are not contiguous is packed so that they are, as much of it at a time as fits
 * L3.
 *
 * <p>{@link SmallGemm} computes the smallest products, without a plan.
 *
 * <p>B is read where it is when its rows are contiguous and too few rows of C would repay the copy,
 * a few of its rows at a time where it comes from beyond L2; a {@link PackedMatrix} was packed
 * before. Where transposing a wide B to pack it would cost more than transposing a low C, or where
 * the columns of a narrow C leave most of a vector empty, the product is computed as C' = B' A',
 * and its tiles are turned as they are stored.
 *
 * <p>Threads share M or N, never K: each element of C is one chain of multiply-adds in the order of
 * p from beta C, or zero, to which the bias is added; so the result is the same to the bit for any
 * number of threads, and a row times a packed B the same among any others. Only dot products of few
 * rows with a transposed B ({@link Gemv#dots}) sum in another order, which depends on the shape
 * alone.
 *
 * <p>As in the BLAS, {@code beta == 0} overwrites C without reading it, and {@code alpha == 0} does
 * not read A or B.
 */
// Fields are named as the field names them, M x K times K x N; parameters as Java does.
@SuppressWarnings("InconsistentCapitalization")
public final class Gemm implements Workers.Body {
  private static final Slots<Gemm> CALLS = new Slots<>(64, Gemm::new);
  private static final int LANES = Simd.LANES;

  /** The rows of C by which threads share it. */
  private static final int PIECE = 8;

  /** Columns of C from which threads share those, or rows where each thread packs its own of A. */
  private static final int SPLIT_FROM = 512;

  private static final int SCRATCH_B = 0;
  private static final int SCRATCH_A = 1;
  private static final int SCRATCH_TILES = 2;

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
  private boolean column;
  private @Nullable MemorySegment columnBias;
  private Activation columnActivation = Activation.IDENTITY;

  // The path.
  private @Nullable PackedMatrix prepacked;
  private boolean transposedC;

  /** Whether the last tile of a row of tiles reaches back to its neighbour's columns. */
  private boolean overlaps;

  private boolean packA;

  /** The length of K's blocks. */
  private int kc;

  /** Whether B is packed, a block at a time, so that all blocks are written to the same memory. */
  private boolean packB;

  private boolean dots;
  private boolean sweeps;
  private boolean splitN;
  private int parts;
  private final Scratch own = Scratch.borrow();

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
    long bEnd = (b.byteSize() >>> 2) - bo;
    if (SmallGemm.takes(m, n, k, alpha, aCol, bRow, bCol, bEnd, beta, cRow)) {
      SmallGemm.multiply(
          m,
          n,
          k,
          a,
          4 * ao,
          4 * aRow,
          b,
          4 * bo,
          4 * bRow,
          beta,
          c,
          4 * co,
          4 * cRow,
          bias,
          biasOffset,
          activation);
      return;
    }
    if (SmallGemm.takesColumn(m, n, k, alpha, aCol, bRow, beta, cRow)) {
      SmallGemm.column(
          m, k, a, 4 * ao, 4 * aRow, b, 4 * bo, beta, c, 4 * co, bias, biasOffset, activation);
      return;
    }
    Gemm call = CALLS.take();
    try {
      call.prepacked = null;
      call.setB(b, 4 * bo, 4 * bRow, 4 * bCol);
      call.set(
          m, n, reads ? k : 0, alpha, beta, a, 4 * ao, 4 * aRow, 4 * aCol, c, 4 * co, 4 * cRow);
      call.compute(bias, biasOffset, activation);
    } finally {
      call.release();
    }
  }

  /** Computes C = act(A B + bias) for a B that was packed before. */
  static void multiply(
      int m,
      MemorySegment a,
      long ao,
      long aRow,
      PackedMatrix b,
      MemorySegment c,
      long co,
      long cRow,
      @Nullable MemorySegment bias,
      long biasOffset,
      Activation activation) {
    Gemm call = CALLS.take();
    try {
      call.prepacked = b;
      call.setB(b.segment(), 0, 0, 4);
      call.set(m, b.cols(), b.rows(), 1, 0, a, 4 * ao, 4 * aRow, 4, c, 4 * co, 4 * cRow);
      call.compute(bias, biasOffset, activation);
    } finally {
      call.release();
    }
  }

  private void set(
      int m,
      int n,
      int k,
      float alpha,
      float beta,
      MemorySegment a,
      long ao,
      long aRow,
      long aCol,
      MemorySegment c,
      long co,
      long cRow) {
    this.M = m;
    this.N = n;
    this.K = k;
    this.alpha = alpha;
    this.beta = beta;
    this.A = a;
    this.a = ao;
    this.aRow = aRow;
    this.aCol = aCol;
    this.C = c;
    this.c = co;
    this.cRow = cRow;
  }

  private void setB(MemorySegment b, long bo, long bRow, long bCol) {
    this.B = b;
    this.b = bo;
    this.bRow = bRow;
    this.bCol = bCol;
  }

  private void compute(@Nullable MemorySegment bias, long biasOffset, Activation activation) {
    this.bias = bias;
    this.biasOffset = biasOffset;
    setActivation(activation);
    plan();
    if (parts == 1) {
      run(0);
    } else {
      Workers.run(parts, this);
    }
    if (column) {
      SmallGemm.finishColumn(C, c, N, columnBias, biasOffset, columnActivation);
    }
  }

  /** Sets what is mostly set already: G1 takes as long to note it as a small tile takes. */
  private void setActivation(Activation activation) {
    if (this.activation != activation) {
      this.activation = activation;
    }
  }

  // Nobody reads the operands between calls; and G1 need not note a null as it must any object that
  // an older one refers to.
  @SuppressWarnings("NullAway")
  private void release() {
    A = null;
    B = null;
    C = null;
    bias = null;
    columnBias = null;
    prepacked = null;
    CALLS.give(this);
  }

  private void plan() {
    column = prepacked == null && N == 1 && M > 1 && cRow == 4;
    transposedC = !column && prepacked == null && exchangePays();
    if (column || transposedC) {
      exchange();
    }
    if (column) {
      columnBias = bias;
      columnActivation = activation;
      bias = null;
      setActivation(Activation.IDENTITY);
    }
    if (N == 1) {
      bCol = bRow == 4 ? 4L * K : 4; // there is no next column: B is a column, or rows of one
    }
    if (K == 1) {
      aCol = 4; // there is no next column
    }
    int threads = isShared(M, N, K) ? Workers.threads() : 1;
    boolean packsOwnRows = aCol != 4 && M >= SPLIT_FROM;
    splitN = (N >= SPLIT_FROM && !packsOwnRows) || M < 2L * Blocking.MR * threads;
    long pieces = splitN ? (N + Blocking.NR - 1) / Blocking.NR : (M + PIECE - 1) / PIECE;
    parts = (int) Math.min(threads, pieces);
    boolean rowsOfB = bCol == 4;
    dots = !transposedC && M < Blocking.DOTS_BELOW && bRow == 4 && !rowsOfB && alpha == 1 && K > 0;
    boolean inPlace = prepacked == null && rowsOfB && alpha == 1 && !Blocking.packsRows(M, N, K);
    boolean readable = reachesPastItsRows();
    sweeps = inPlace && readable && !transposedC && Blocking.sweepsRows(M, N, K);
    packA = aCol != 4 && M > 1 && !sweeps;
    boolean mayOverlap =
        !transposedC && !sweeps && beta == 0 && N >= Blocking.NR && (parts == 1 || !splitN);
    int inPlaceKc = Blocking.kcInPlace(M, N, K, bRow, beta != 0);
    boolean overlapsInPlace = inPlace && mayOverlap && K <= inPlaceKc;
    packB = prepacked == null && !dots && !(inPlace && (readable || overlapsInPlace));
    kc = packB || prepacked != null ? Blocking.kc(K) : inPlaceKc;
    overlaps = overlapsInPlace || (packB && mayOverlap);
  }

  /** Says whether threads share a product. */
  static boolean isShared(int m, int n, int k) {
    return (long) m * n * k >= Blocking.PARALLEL_FROM && Workers.threads() > 1;
  }

  /**
   * Says whether C' = B' A' is the cheaper product: it packs what this one reads in place, and the
   * other way round, fills its vectors with the rows of C, and stores C transposed.
   */
  private boolean exchangePays() {
    boolean rowsOfA = aCol == 4;
    boolean rowsOfB = bCol == 4;
    boolean dotted = M < Blocking.DOTS_BELOW && bRow == 4 && !rowsOfB;
    boolean nothingToGain = rowsOfA && rowsOfB && N > LANES;
    if (alpha != 1 || N == 1 || M < 4 || dotted || nothingToGain) {
      return false;
    }
    long inA = (long) M * K;
    long inB = (long) K * N;
    long straight = (rowsOfA ? 0 : inA) + (rowsOfB ? 0 : inB);
    long exchanged = (aRow == 4 ? 0 : inA) + (bRow == 4 ? 0 : inB) + (long) M * N;
    return Blocking.cycles(N, M, K, exchanged) < Blocking.cycles(M, N, K, straight);
  }

  /** Turns C = A B into C' = B' A'. */
  private void exchange() {
    MemorySegment matrix = A;
    A = B;
    B = matrix;
    long start = a;
    a = b;
    b = start;
    long row = aRow;
    long col = aCol;
    aRow = bCol;
    aCol = bRow;
    bRow = col;
    bCol = row;
    int m = M;
    M = N;
    N = m;
  }

  /**
   * Says whether whole vectors can be read from B's last columns, running into the next row or past
   * the matrix, but not past its memory. What they bring along is not used.
   */
  private boolean reachesPastItsRows() {
    long lastRow = b + Math.max(0, (K - 1) * bRow);
    return lastRow + 4L * Pack.wholeVectors(N) <= B.byteSize();
  }

  /** Computes one thread's share of C. */
  @Override
  public void run(int part) {
    if (part == 0) {
      share(own, 0);
    } else {
      try (Scratch scratch = Scratch.borrow()) {
        share(scratch, part);
      }
    }
  }

  private void share(Scratch scratch, int part) {
    int i0 = 0;
    int i1 = M;
    int j0 = 0;
    int j1 = N;
    if (splitN) {
      int pieces = (N + Blocking.NR - 1) / Blocking.NR;
      j0 = (int) ((long) pieces * part / parts) * Blocking.NR;
      j1 = (int) Math.min((long) pieces * (part + 1) / parts * Blocking.NR, N);
    } else {
      int pieces = (M + PIECE - 1) / PIECE;
      i0 = (int) ((long) pieces * part / parts) * PIECE;
      i1 = (int) Math.min((long) pieces * (part + 1) / parts * PIECE, M);
    }
    if (K == 0) {
      emptyProduct(i0, i1 - i0, j0, j1 - j0);
    } else if (dots) {
      dots(scratch, i0, i1, j0, j1);
    } else {
      blocks(scratch, i0, i1, j0, j1);
    }
  }

  private void dots(Scratch scratch, int i0, int i1, int j0, int j1) {
    for (int i = i0; i < i1; i++) {
      start(i, 1, j0, j1 - j0);
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
      finish(i, 1, j0, j1 - j0);
    }
  }

  /** Computes rows {@code i0} to {@code i1} of C, where A must be packed a part of it at a time. */
  private void blocks(Scratch scratch, int i0, int i1, int j0, int j1) {
    if (!packA) {
      blocks(scratch, A, a, aRow, i0, i1, j0, j1);
      return;
    }
    long row = Pack.rowBytes(K);
    int most = Blocking.packedRows(i1 - i0, row, parts);
    for (int ic = i0; ic < i1; ic += most) {
      int m = Math.min(most, i1 - ic);
      MemorySegment packed = scratch.floats(SCRATCH_A, m * row / 4);
      Pack.rowsOfColumns(A, a + ic * aRow, aRow, aCol, m, K, packed, row);
      blocks(scratch, packed, -ic * row, row, ic, ic + m, j0, j1);
    }
  }

  /** The same for an A whose row i is contiguous at {@code origin + i * row} of {@code source}. */
  private void blocks(
      Scratch scratch,
      MemorySegment source,
      long origin,
      long row,
      int i0,
      int i1,
      int j0,
      int j1) {
    int most = packB ? Blocking.nc(Math.min(kc, K)) : j1 - j0;
    int wide = packB ? Math.min(Blocking.NR, j1 - j0) : j1 - j0;
    int mc = Blocking.mc(i1 - i0, wide, Math.min(kc, K));
    for (int jc = j0, nc; jc < j1; jc += nc) {
      jc = firstColumn(jc, j1);
      nc = columns(Math.min(most, j1 - jc));
      for (int pc = 0; pc < K; pc += kc) {
        int k = Math.min(kc, K - pc);
        MemorySegment panels = packPanels(scratch, jc, nc, pc, k);
        for (int ic = i0; ic < i1; ic += mc) {
          int m = Math.min(mc, i1 - ic);
          if (sweeps) {
            sweep(scratch, panels, jc, nc, pc, k);
          } else if (M == 1) {
            row(scratch, panels, jc, nc, pc, k);
          } else {
            block(scratch, source, origin + ic * row, row, panels, ic, m, jc, nc, pc, k);
          }
        }
      }
    }
  }

  /** Returns the first column of a block of B: the last panel may reach back to its neighbour's. */
  private int firstColumn(int jc, int j1) {
    return packB && overlaps ? Math.min(jc, j1 - Blocking.vectors(j1 - jc) * LANES) : jc;
  }

  /**
   * Returns the columns of B's next block, of {@code n}: a panel that reaches back is a block of
   * its own.
   */
  private int columns(int n) {
    return packB && overlaps && n > Blocking.NR ? n - n % Blocking.NR : n;
  }

  /**
   * Adds A[ic.., pc..] B[pc.., jc..] to a block of C, a column of tiles for each panel; row ic of A
   * is at {@code from}.
   */
  private void block(
      Scratch scratch,
      MemorySegment source,
      long from,
      long row,
      MemorySegment panels,
      int ic,
      int m,
      int jc,
      int nc,
      int pc,
      int k) {
    boolean add = pc > 0 || beta != 0;
    boolean last = pc + k == K;
    boolean hot = (long) m * nc <= Blocking.HOT;
    for (int j = 0; j < nc; ) {
      int vectors = Blocking.vectors(nc - j);
      int width = vectors * LANES;
      if (overlaps && j + width > nc) {
        j = nc - width;
      }
      int valid = Math.min(width, nc - j);
      long panel = panel(jc, j, pc, k);
      long panelRow = panelRow(jc, nc, j);
      if (pc == 0) {
        start(ic, m, jc + j, valid);
      }
      MemorySegment into = C;
      long to = tile(ic, jc + j);
      long toRow = cRow;
      boolean aside = transposedC || valid < width;
      if (aside) {
        into = scratch.floats(SCRATCH_TILES, (long) m * width);
        to = 0;
        toRow = 4L * width;
        if (add) {
          Pack.takeTiles(C, tile(ic, jc + j), cRow, transposedC, into, width, m, valid);
        }
      }
      for (int i = 0; i < m; ) {
        int rows = Math.min(MicroKernel.rows(vectors, add, m - i), m - i);
        long ai = from + i * row + 4L * pc;
        long at = to + i * toRow;
        MicroKernel.tile(
            vectors, add, source, ai, row, panels, panel, panelRow, into, at, toRow, rows, k);
        i += rows;
      }
      if (aside) {
        Pack.putTiles(into, width, C, tile(ic, jc + j), cRow, transposedC, m, valid);
      }
      if (last && !hot) {
        finish(ic, m, jc + j, valid);
      }
      j += width;
    }
    if (last && hot) {
      finish(ic, m, jc, nc);
    }
  }

  private long tile(int i, int j) {
    return transposedC ? c + j * cRow + 4L * i : c + i * cRow + 4L * j;
  }

  /** Adds A[0, pc..] B[pc.., jc..] to the one row of C. */
  private void row(Scratch scratch, MemorySegment panels, int jc, int nc, int pc, int k) {
    if (pc == 0) {
      start(0, 1, jc, nc);
    }
    rowTiles(scratch, panels, 0, jc, nc, 0, pc, k);
    if (pc + k == K) {
      finish(0, 1, jc, nc);
    }
  }

  /** The same to one row or two, rows of B read from end to end. */
  private void sweep(Scratch scratch, MemorySegment panels, int jc, int nc, int pc, int k) {
    if (pc == 0) {
      start(0, M, jc, nc);
    }
    int whole = nc - nc % LANES;
    if (pc == 0 && beta == 0) {
      for (int i = 0; i < M; i++) {
        Elementwise.fill(C, tile(i, jc) / 4, 0, whole);
      }
    }
    long from = a + pc * aCol;
    long block = b + pc * bRow + jc * bCol;
    if (M == 1) {
      Gemv.row(A, from, aCol, B, block, bRow, k, whole, C, tile(0, jc));
    } else {
      Gemv.twoRows(A, from, aRow, aCol, B, block, bRow, k, whole, C, tile(0, jc), cRow);
    }
    if (whole < nc) {
      for (int i = 0; i < M; i++) {
        rowTiles(scratch, panels, i, jc, nc, whole, pc, k);
      }
    }
    if (pc + k == K) {
      finish(0, M, jc, nc);
    }
  }

  /** Computes row i of C from column {@code jc + j} on, tile by tile. */
  private void rowTiles(
      Scratch scratch, MemorySegment panels, int i, int jc, int nc, int j, int pc, int k) {
    boolean add = pc > 0 || beta != 0;
    MemorySegment source = A;
    long from = a + i * aRow + pc * aCol;
    if (aCol != 4) {
      source = scratch.floats(SCRATCH_A, k);
      Pack.column(A, from, aCol, k, source, 0, 4);
      from = 0;
    }
    long row = c + i * cRow + 4L * jc;
    while (j < nc) {
      int vectors = Blocking.rowVectors(nc - j);
      int width = vectors * LANES;
      if (overlaps && j + width > nc) {
        j = nc - width;
      }
      int valid = Math.min(width, nc - j);
      long panel = panel(jc, j, pc, k);
      long panelRow = panelRow(jc, nc, j);
      long half = 4L * Blocking.NR * (packB || prepacked != null ? k : 1);
      long to = row + 4L * j;
      if (valid == width) {
        MicroKernel.row(vectors, add, source, from, panels, panel, panelRow, half, C, to, k);
      } else {
        MemorySegment edge = scratch.floats(SCRATCH_TILES, width);
        if (add) {
          Pack.takeTiles(C, to, 0, false, edge, width, 1, valid);
        }
        MicroKernel.row(vectors, add, source, from, panels, panel, panelRow, half, edge, 0, k);
        Pack.putTiles(edge, width, C, to, 0, false, 1, valid);
      }
      j += width;
    }
  }

  /** Packs one block of B, unless B is read where it is. */
  private MemorySegment packPanels(Scratch scratch, int jc, int nc, int pc, int k) {
    if (!packB) {
      return B;
    }
    long floats = (long) Pack.wholeVectors(nc) * k;
    MemorySegment panels = scratch.floats(SCRATCH_B, floats);
    Pack.panels(B, b + pc * bRow + jc * bCol, bRow, bCol, k, nc, panels, 0);
    if (alpha != 1) {
      Elementwise.scale(panels, 0, alpha, floats);
    }
    return panels;
  }

  /** Returns where rows {@code pc} and on of column {@code jc + j} begin. */
  private long panel(int jc, int j, int pc, int k) {
    if (prepacked != null) {
      return prepacked.offset(jc + j, pc, k);
    }
    return packB ? Pack.panelOffset(j, k) : b + pc * bRow + (jc + j) * bCol;
  }

  /** Returns the bytes from one row to the next at column {@code j} of a block of {@code nc}. */
  private long panelRow(int jc, int nc, int j) {
    if (prepacked != null) {
      return Pack.panelRow(N, jc + j);
    }
    return packB ? Pack.panelRow(nc, j) : bRow;
  }

  /** Scales a block of C by a beta that is neither 0 nor 1. */
  private void start(int i, int rows, int j, int cols) {
    if (beta == 0 || beta == 1) {
      return;
    }
    if (transposedC) {
      scale(j, cols, i, rows);
    } else {
      scale(i, rows, j, cols);
    }
  }

  private void scale(int i, int rows, int j, int cols) {
    for (int r = i; r < i + rows; r++) {
      Elementwise.scale(C, (c + r * cRow) / 4 + j, beta, cols);
    }
  }

  /** Adds the bias and applies the activation. */
  private void finish(int i, int rows, int j, int cols) {
    if (bias == null && activation == Activation.IDENTITY) {
      return;
    }
    if (transposedC) {
      Epilogue.apply(
          activation, C, (c + j * cRow) / 4 + i, cRow / 4, cols, rows, bias, biasOffset + i);
    } else {
      Epilogue.apply(
          activation, C, (c + i * cRow) / 4 + j, cRow / 4, rows, cols, bias, biasOffset + j);
    }
  }

  private void emptyProduct(int i, int rows, int j, int cols) {
    start(i, rows, j, cols);
    if (beta == 0) {
      for (int r = i; r < i + rows; r++) {
        Elementwise.fill(C, (c + r * cRow) / 4 + j, 0, cols);
      }
    }
    finish(i, rows, j, cols);
  }
}
