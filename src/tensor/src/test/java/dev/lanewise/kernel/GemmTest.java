package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Matrix products against plain loops. Where the product is an outer product, which is everywhere
 * but in the vector product over a transposed B, each element is one chain of fused multiply-adds
 * in the order of p, so that the plain loop gives the same bits and no tolerance is needed.
 */
class GemmTest {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Around the tile, the panel, the block of A, and the vector. */
  private static final int[] EDGES = edges();

  private static int[] edges() {
    List<Integer> sizes = new ArrayList<>(List.of(1, 2, 3, 4, 5, 7, 11, 13, 23, 37, 97, 101));
    for (int edge :
        new int[] {
          Blocking.MR,
          Simd.LANES,
          2 * Simd.LANES,
          Blocking.NR,
          3 * Blocking.NR,
          5 * Blocking.WHOLE_TILES
        }) {
      sizes.addAll(List.of(edge - 1, edge, edge + 1));
    }
    return sizes.stream().mapToInt(i -> i).filter(i -> i > 0).distinct().toArray();
  }

  @AfterEach
  void defaultThreads() {
    Workers.setThreads(Runtime.getRuntime().availableProcessors());
  }

  /** A matrix in a segment of exactly its size, so that one float too far throws. */
  private record Matrix(MemorySegment data, int rows, int cols, long row, long col) {
    static Matrix random(int rows, int cols, boolean transposed, int gap, Random random) {
      long row = transposed ? 1 : cols + gap;
      long col = transposed ? rows + gap : 1;
      long size = rows == 0 || cols == 0 ? 0 : (rows - 1) * row + (cols - 1) * col + 1;
      MemorySegment data = Arena.ofAuto().allocate(size * 4, 4);
      for (long i = 0; i < size; i++) {
        data.set(FLOAT, 4 * i, (float) random.nextGaussian());
      }
      return new Matrix(data, rows, cols, row, col);
    }

    Matrix copy() {
      MemorySegment copied = Arena.ofAuto().allocate(data.byteSize(), 4);
      return new Matrix(copied.copyFrom(data), rows, cols, row, col);
    }

    /** The same matrix with memory behind it that a whole vector may be read from: NaNs. */
    Matrix withRoomBehind() {
      MemorySegment larger = Arena.ofAuto().allocate(data.byteSize() + 64, 4);
      larger.fill((byte) 0xff).copyFrom(data);
      return new Matrix(larger, rows, cols, row, col);
    }

    float get(int i, int j) {
      return data.get(FLOAT, 4 * (i * row + j * col));
    }

    void set(int i, int j, float value) {
      data.set(FLOAT, 4 * (i * row + j * col), value);
    }
  }

  private static void multiply(float alpha, Matrix a, Matrix b, float beta, Matrix c) {
    Gemm.multiply(
        a.rows, b.cols, a.cols, alpha, a.data, 0, a.row, a.col, b.data, 0, b.row, b.col, beta,
        c.data, 0, c.row);
  }

  /** The same with the bias from its second element on. */
  private static void multiply(
      Matrix a, Matrix b, float beta, Matrix c, Matrix bias, Activation activation) {
    Gemm.multiply(
        a.rows,
        b.cols,
        a.cols,
        1,
        a.data,
        0,
        a.row,
        a.col,
        b.data,
        0,
        b.row,
        b.col,
        beta,
        c.data,
        0,
        c.row,
        bias.data,
        1,
        activation);
  }

  /** Checks every element of {@code c}, computed from {@code before}, and the gaps between rows. */
  private static void check(float alpha, Matrix a, Matrix b, float beta, Matrix before, Matrix c) {
    // A dot product's lanes are summed apart; a scaled operand is rounded before the chain begins.
    boolean dots = b.cols == 1 || (b.row == 1 && a.rows < Blocking.DOTS_BELOW);
    check(alpha == 1 && !dots, alpha, a, b, beta, before, c);
  }

  private static void check(
      boolean exact, float alpha, Matrix a, Matrix b, float beta, Matrix before, Matrix c) {
    for (int i = 0; i < c.rows; i++) {
      for (int j = 0; j < c.cols; j++) {
        float start = beta == 0 ? 0 : beta * before.get(i, j);
        float chain = start;
        double sum = start;
        double magnitude = Math.abs(start);
        for (int p = 0; p < a.cols; p++) {
          chain = Math.fma(a.get(i, p), b.get(p, j), chain);
          double term = (double) alpha * a.get(i, p) * b.get(p, j);
          sum += term;
          magnitude += Math.abs(term);
        }
        if (exact) {
          assertThat(c.get(i, j)).as("element %s, %s", i, j).isEqualTo(chain);
        } else {
          // K + 2 roundings of a partial sum no larger than the sum of magnitudes.
          double bound = (a.cols + 2) * Math.ulp(1f) * magnitude;
          assertThat((double) c.get(i, j))
              .as("element %s, %s", i, j)
              .isBetween(sum - bound, sum + bound);
        }
      }
    }
    for (long at = 0; at < c.data.byteSize() / 4; at++) {
      if (at % c.row >= c.cols) {
        assertThat(c.data.get(FLOAT, 4 * at)).isEqualTo(before.data.get(FLOAT, 4 * at));
      }
    }
  }

  @Property(tries = 600)
  void multiply_awkwardShapesAndViews(
      @ForAll long seed,
      @ForAll boolean transposeA,
      @ForAll boolean transposeB,
      @ForAll @IntRange(max = 3) int gap,
      @ForAll @IntRange(min = 1, max = 3) int threads) {
    Random random = new Random(seed);
    int m = EDGES[random.nextInt(EDGES.length)];
    int n = EDGES[random.nextInt(EDGES.length)];
    int k = EDGES[random.nextInt(EDGES.length)];
    float alpha = random.nextInt(4) == 0 ? -0.75f : 1;
    float beta = new float[] {0, 1, 0.5f}[random.nextInt(3)];
    Matrix a = Matrix.random(m, k, transposeA, gap, random);
    Matrix b = Matrix.random(k, n, transposeB, gap, random);
    if (random.nextBoolean()) {
      b = b.withRoomBehind();
    }
    Matrix c = Matrix.random(m, n, false, gap, random);
    Matrix before = c.copy();
    Workers.setThreads(threads);
    multiply(alpha, a, b, beta, c);
    check(alpha, a, b, beta, before, c);
  }

  /** Only a packed column is multiplied by dot products. */
  @Property(tries = 400)
  void multiply_prepacked(
      @ForAll long seed,
      @ForAll boolean transposeB,
      @ForAll @IntRange(max = 3) int gap,
      @ForAll @IntRange(min = 1, max = 3) int threads) {
    Random random = new Random(seed);
    int m = EDGES[random.nextInt(EDGES.length)];
    int n = EDGES[random.nextInt(EDGES.length)];
    int k = EDGES[random.nextInt(EDGES.length)];
    Matrix a = Matrix.random(m, k, false, gap, random);
    Matrix b = Matrix.random(k, n, transposeB, gap, random);
    Matrix c = Matrix.random(m, n, false, gap, random);
    Matrix before = c.copy();
    PackedMatrix packed = new PackedMatrix(k, n);
    packed.pack(b.data, 0, b.row, b.col);
    Workers.setThreads(threads);
    packed.multiply(m, a.data, 0, a.row, c.data, 0, c.row, null, 0, Activation.IDENTITY);
    check(n > 1, 1, a, b, 0, before, c);
  }

  /** More columns than the caches hold: rows of B are swept, with a rest or without. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void multiply_oneRowOrTwoByAWideMatrix(int m) {
    Random random = new Random(14);
    for (int k : new int[] {7, 8, 19}) {
      int whole = ((int) (Caches.L2 / (2L * k)) / Simd.LANES + 1) * Simd.LANES;
      for (int n : new int[] {whole, whole + 3}) {
        for (float beta : new float[] {0, 1, 0.5f}) {
          Matrix a = Matrix.random(m, k, beta == 1, 1, random);
          Matrix b = Matrix.random(k, n, false, 0, random).withRoomBehind();
          Matrix c = Matrix.random(m, n, false, 2, random);
          Matrix before = c.copy();
          multiply(1, a, b, beta, c);
          check(true, 1, a, b, beta, before, c);
        }
      }
    }
  }

  /** A few rows by a matrix larger than L2: it is read once, or a few of its rows at a time. */
  @Test
  void multiply_fewRowsByAMatrixFromAfar() {
    Random random = new Random(16);
    int k = 141;
    int n = (int) (Caches.L2 / (4L * k)) + 3;
    for (float beta : new float[] {0, 0.5f}) {
      for (int m : new int[] {3, 4, 5, Blocking.PACKED_FROM - 1}) {
        Matrix a = Matrix.random(m, k, beta != 0, 0, random);
        Matrix b = Matrix.random(k, n, false, 0, random).withRoomBehind();
        Matrix c = Matrix.random(m, n, false, 0, random);
        Matrix before = c.copy();
        multiply(1, a, b, beta, c);
        check(true, 1, a, b, beta, before, c);
      }
    }
  }

  /** Rows and columns past their blocks, every operand either way, B packed or read in place. */
  @Test
  void multiply_rowsAndColumnsAroundTheirBlocks() {
    Random random = new Random(15);
    int[][] shapes = {{4 * Blocking.MC + 1, Blocking.NR + 1, 3}, {9, 1030, 5}};
    for (int[] shape : shapes) {
      for (int mask = 0; mask < 8; mask++) {
        Matrix a = Matrix.random(shape[0], shape[2], (mask & 1) != 0, 0, random);
        Matrix b = Matrix.random(shape[2], shape[1], (mask & 2) != 0, 0, random);
        if ((mask & 4) != 0) {
          b = b.withRoomBehind();
        }
        Matrix c = Matrix.random(shape[0], shape[1], false, 0, random);
        Matrix before = c.copy();
        multiply(1, a, b, 1, c);
        check(1, a, b, 1, before, c);
      }
    }
  }

  /** Panels of B that are packed together, the last of them whole, ragged, or reaching back. */
  @Test
  void multiply_columnsAroundTheirBlocks() {
    Random random = new Random(16);
    int k = 256;
    int nc = Blocking.nc(k);
    for (int n : new int[] {nc - 1, nc, nc + 1, nc + Blocking.NR + 1, 2 * nc + 7}) {
      for (float beta : new float[] {0, 1}) {
        for (boolean transposed : new boolean[] {false, true}) {
          Matrix a = Matrix.random(97, k, false, 0, random);
          Matrix b = Matrix.random(k, n, transposed, 0, random);
          Matrix c = Matrix.random(97, n, false, 0, random);
          Matrix before = c.copy();
          multiply(1, a, b, beta, c);
          check(1, a, b, beta, before, c);
        }
      }
    }
  }

  @Test
  void multiply_kAroundItsBlocks() {
    Random random = new Random(5);
    for (int k : new int[] {Blocking.KC - 1, Blocking.KC, Blocking.KC + 1, 2 * Blocking.KC + 17}) {
      for (int mask = 0; mask < 8; mask++) {
        Matrix a = Matrix.random(9, k, (mask & 1) != 0, 0, random);
        Matrix b = Matrix.random(k, Blocking.NR + 3, (mask & 2) != 0, 0, random);
        Matrix c = Matrix.random(9, Blocking.NR + 3, false, 0, random);
        Matrix before = c.copy();
        float beta = (mask & 4) != 0 ? 1 : 0;
        multiply(1, a, b, beta, c);
        check(1, a, b, beta, before, c);
      }
    }
  }

  /** Tiles of every width and height, with and without C, K long enough for the dense ones. */
  @Test
  void multiply_tilesOfAllSizes() {
    Random random = new Random(19);
    int k = Blocking.DENSE_FROM + 1;
    for (int n = 2; n <= Blocking.NR + Simd.LANES; n += Simd.LANES / 2) {
      for (int m : new int[] {2, 5, 7, 13, 22, 97}) {
        for (int mask = 0; mask < 4; mask++) {
          Matrix a = Matrix.random(m, k, (mask & 1) != 0, 1, random);
          Matrix b = Matrix.random(k, n, (mask & 2) != 0, 0, random);
          Matrix c = Matrix.random(m, n, false, 2, random);
          Matrix before = c.copy();
          float beta = n % 3 / 2f;
          multiply(1, a, b, beta, c);
          check(1, a, b, beta, before, c);
        }
      }
    }
  }

  /**
   * Enough rows that B is packed, a few panels at a time, the last of which reaches back if it may.
   */
  @Test
  void multiply_packedPanelsAndKPastItsBlock() {
    Random random = new Random(17);
    int m = 97;
    int k = Blocking.KC + 1;
    for (int n : new int[] {Blocking.NR + 3, 2 * Blocking.NR}) {
      for (float beta : new float[] {0, 1, 0.5f}) {
        Matrix a = Matrix.random(m, k, false, 0, random);
        Matrix b = Matrix.random(k, n, false, 0, random);
        Matrix c = Matrix.random(m, n, false, 0, random);
        Matrix before = c.copy();
        multiply(1, a, b, beta, c);
        check(1, a, b, beta, before, c);
      }
    }
  }

  /** A transposed A of more blocks than one, in K and in rows, beside panels that reach back. */
  @Test
  void multiply_packedRowsOfAPastTheirBlocks() {
    Random random = new Random(18);
    int n = Blocking.NR + 3;
    int deep = Blocking.KC + 1;
    int high = (int) (Blocking.PACKED_A / Pack.rowBytes(deep)) + 3;
    for (int[] shape : new int[][] {{97, Blocking.KC}, {97, deep}, {high, deep}}) {
      for (float beta : new float[] {0, 1}) {
        Matrix a = Matrix.random(shape[0], shape[1], true, 0, random);
        Matrix b = Matrix.random(shape[1], n, false, 0, random);
        Matrix c = Matrix.random(shape[0], n, false, 0, random);
        Matrix before = c.copy();
        multiply(1, a, b, beta, c);
        check(1, a, b, beta, before, c);
      }
    }
  }

  @Test
  void multiply_sizesOfZero() {
    Random random = new Random(6);
    Matrix none = Matrix.random(0, 0, false, 0, random);
    Matrix c = Matrix.random(5, 7, false, 0, random);
    Matrix before = c.copy();
    Gemm.multiply(0, 7, 3, 1, none.data, 0, 3, 1, none.data, 0, 7, 1, 0, c.data, 0, 7);
    Gemm.multiply(5, 0, 3, 1, none.data, 0, 3, 1, none.data, 0, 0, 1, 0, c.data, 0, 7);
    assertThat(c.data.mismatch(before.data)).isEqualTo(-1);
    Gemm.multiply(5, 7, 0, 1, none.data, 0, 0, 1, none.data, 0, 7, 1, 0.5f, c.data, 0, 7);
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < 7; j++) {
        assertThat(c.get(i, j)).isEqualTo(0.5f * before.get(i, j));
      }
    }
    Gemm.multiply(5, 7, 0, 1, none.data, 0, 0, 1, none.data, 0, 7, 1, 0, c.data, 0, 7);
    for (int i = 0; i < 5; i++) {
      assertThat(c.get(i, 6)).isZero();
    }
  }

  @Test
  void multiply_betaOfZeroNeverReadsC() {
    Random random = new Random(7);
    Matrix a = Matrix.random(6, 5, false, 0, random);
    Matrix b = Matrix.random(5, 2 * Simd.LANES + 3, false, 0, random);
    Matrix c = Matrix.random(6, 2 * Simd.LANES + 3, false, 0, random);
    c.data.fill((byte) 0xff); // every float a NaN
    Matrix before = c.copy();
    multiply(1, a, b, 0, c);
    check(1, a, b, 0, before, c);
  }

  @Test
  void multiply_alphaOfZeroReadsNeitherOperand() {
    Random random = new Random(8);
    Matrix a = Matrix.random(6, 5, false, 0, random);
    Matrix b = Matrix.random(5, 9, false, 0, random);
    a.data.fill((byte) 0xff);
    Matrix c = Matrix.random(6, 9, false, 0, random);
    multiply(0, a, b, 0, c);
    assertThat(c.get(5, 8)).isZero();
  }

  @Test
  void multiply_propagatesNaNAndInfinity() {
    Random random = new Random(9);
    for (boolean transposed : new boolean[] {false, true}) {
      for (int m : new int[] {1, 3, 8}) {
        int n = Blocking.NR + 5;
        Matrix a = Matrix.random(m, 20, false, 0, random);
        Matrix b = Matrix.random(20, n, transposed, 0, random);
        Matrix c = Matrix.random(m, n, false, 0, random);
        b.set(3, 2, Float.NaN);
        b.set(19, n - 1, Float.POSITIVE_INFINITY);
        a.set(m - 1, 7, Float.NEGATIVE_INFINITY);
        multiply(1, a, b, 0, c);
        for (int i = 0; i < m; i++) {
          assertThat(c.get(i, 2)).isNaN();
          if (i < m - 1) {
            assertThat(c.get(i, n - 1))
                .isEqualTo(a.get(i, 19) > 0 ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY);
            assertThat(c.get(i, 5)).isFinite();
          }
        }
        assertThat(Float.isFinite(c.get(m - 1, 5))).isFalse();
      }
    }
  }

  /** The same bits as the product alone, then the bias and the activation. */
  @ParameterizedTest
  @EnumSource(Activation.class)
  void multiply_biasAndActivationFollowTheProduct(Activation activation) {
    Random random = new Random(10);
    for (int m : new int[] {1, 4, 33, 300}) {
      for (int n : new int[] {1, Simd.LANES + 3, 3 * Blocking.NR + 10, 600}) {
        for (int k : new int[] {0, 40, Blocking.KC + 1}) {
          int mask = random.nextInt(4);
          Matrix a = Matrix.random(m, k, (mask & 1) != 0, 0, random);
          Matrix b = Matrix.random(k, n, (mask & 2) != 0, 0, random);
          Matrix bias = Matrix.random(1, n + 1, false, 0, random);
          Matrix before = Matrix.random(m, n, false, 2, random);
          for (float beta : new float[] {0, 1, 0.5f}) {
            Matrix expected = before.copy();
            multiply(1, a, b, beta, expected);
            Epilogue.apply(activation, expected.data, 0, expected.row, m, n, bias.data, 1);
            for (int threads : new int[] {1, 2}) {
              Workers.setThreads(threads);
              Matrix c = before.copy();
              multiply(a, b, beta, c, bias, activation);
              assertThat(c.data.mismatch(expected.data))
                  .as("%s x %s x %s, case %s, C times %s, %s threads", m, n, k, mask, beta, threads)
                  .isEqualTo(-1);
            }
          }
        }
      }
    }
  }

  @Test
  void multiply_sameBitsForAnyNumberOfThreads() {
    Random random = new Random(11);
    int[][] shapes = {
      {257, 300, 129}, {64, 700, 65}, {1, 5000, 300}, {3000, 1, 400}, {2, 600, 1500}
    };
    for (int[] shape : shapes) {
      for (int mask = 0; mask < 4; mask++) {
        Matrix a = Matrix.random(shape[0], shape[2], (mask & 1) != 0, 0, random);
        Matrix b = Matrix.random(shape[2], shape[1], (mask & 2) != 0, 0, random);
        Matrix one = Matrix.random(shape[0], shape[1], false, 0, random);
        Workers.setThreads(1);
        multiply(1, a, b, 0, one);
        for (int threads : new int[] {2, 3, 5}) {
          Matrix many = one.copy();
          many.data.fill((byte) 0);
          Workers.setThreads(threads);
          multiply(1, a, b, 0, many);
          assertThat(many.data.mismatch(one.data)).as("%s threads", threads).isEqualTo(-1);
        }
      }
    }
  }

  /** C t = A (B t) for a random t, which finds an error anywhere in a product too large to redo. */
  @Test
  void multiply_largeByARandomVector() {
    Random random = new Random(12);
    int m = 517;
    int n = 643;
    int k = 1291;
    for (int mask = 0; mask < 4; mask++) {
      Matrix a = Matrix.random(m, k, (mask & 1) != 0, 1, random);
      Matrix b = Matrix.random(k, n, (mask & 2) != 0, 1, random);
      Matrix c = Matrix.random(m, n, false, 1, random);
      multiply(1, a, b, 0, c);
      double[] t = random.doubles(n, -1, 1).toArray();
      double[] bt = new double[k];
      double[] magnitude = new double[k];
      for (int p = 0; p < k; p++) {
        for (int j = 0; j < n; j++) {
          bt[p] += b.get(p, j) * t[j];
          magnitude[p] += Math.abs(b.get(p, j) * t[j]);
        }
      }
      for (int i = 0; i < m; i++) {
        double ct = 0;
        double expected = 0;
        double size = 0;
        for (int j = 0; j < n; j++) {
          ct += c.get(i, j) * t[j];
        }
        for (int p = 0; p < k; p++) {
          expected += a.get(i, p) * bt[p];
          size += Math.abs(a.get(i, p)) * magnitude[p];
        }
        // Rounding errors of either sign: a random walk over K steps, with room for its tail.
        double bound = 8 * Math.ulp(1f) * size / Math.sqrt(k);
        assertThat(ct).as("row %s", i).isBetween(expected - bound, expected + bound);
      }
    }
  }

  @Test
  void multiply_warmCallsAllocateNothing() {
    Random random = new Random(13);
    int[][] shapes = {
      {1, 64, 64}, {1, 1, 64}, {64, 1, 8}, {64, 128, 128}, {33, 10, 65}, {64, 300, 40}, {128, 64, 1}
    };
    for (int threads : new int[] {1, 2}) {
      Workers.setThreads(threads);
      for (int[] shape : shapes) {
        for (int mask = 0; mask < 4; mask++) {
          Matrix a = Matrix.random(shape[0], shape[2], (mask & 1) != 0, 0, random);
          Matrix b = Matrix.random(shape[2], shape[1], (mask & 2) != 0, 0, random);
          Matrix c = Matrix.random(shape[0], shape[1], false, 0, random);
          float beta = mask % 2;
          assertThat(Allocations.perCall(() -> multiply(1, a, b, beta, c)))
              .as("bytes a call, %s x %s x %s, case %s", shape[0], shape[1], shape[2], mask)
              .isZero();
        }
      }
    }
  }

  @Test
  void multiply_operandThatReachesPastItsSegment() {
    MemorySegment small = Arena.ofAuto().allocate(4 * 11, 4);
    MemorySegment enough = Arena.ofAuto().allocate(4 * 12, 4);
    assertThatThrownBy(
            () -> Gemm.multiply(3, 3, 4, 1, small, 0, 4, 1, enough, 0, 3, 1, 0, enough, 0, 3))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage(
            "A, 3 rows by 4 columns from offset 0 with strides 4 and 1, does not lie within a"
                + " segment of 11 elements");
    assertThatThrownBy(
            () -> Gemm.multiply(3, 3, 4, 1, enough, 0, 4, 1, enough, 1, 3, 1, 0, enough, 0, 3))
        .hasMessageStartingWith("B, 4 rows by 3 columns from offset 1 ");
    assertThatThrownBy(
            () -> Gemm.multiply(3, 3, 4, 1, enough, 0, 4, 1, enough, 0, 3, 1, 0, enough, 0, 5))
        .hasMessageStartingWith("C, 3 rows by 3 columns from offset 0 with strides 5 and 1, ");
    assertThatThrownBy(
            () -> Gemm.multiply(3, -3, 4, 1, enough, 0, 4, 1, enough, 0, 3, 1, 0, enough, 0, 5))
        .hasMessage("a matrix product of 3 x 4 and 4 x -3 has a negative size");
  }
}
