package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Narrow matrices against plain loops over weights that these tests round themselves. Each element
 * is one chain of fused multiply-adds in the order of p, so that the loop gives the same bits and
 * no tolerance is needed.
 */
class NarrowMatrixTest {
  private static final int[] EDGES = edges();

  private static int[] edges() {
    List<Integer> sizes = new ArrayList<>(List.of(1, 2, 3, 4, 5, 7, 11, 13, 37, 97, 131));
    for (int edge : new int[] {Simd.LANES, 4 * Simd.LANES, Blocking.NR, NarrowMatrix.PANEL}) {
      sizes.addAll(List.of(edge - 1, edge, edge + 1, 2 * edge + 1));
    }
    return sizes.stream().mapToInt(i -> i).distinct().toArray();
  }

  @AfterEach
  void defaultThreads() {
    Workers.setThreads(Runtime.getRuntime().availableProcessors());
  }

  private static int edge(Random random) {
    return EDGES[random.nextInt(EDGES.length)];
  }

  private static float[] normal(int n, Random random) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Weights as they are kept: the factors of the sums, and those of the columns. */
  private static final class Kept {
    private final float[] weights;
    private final float[] scales;
    private final boolean bfloats;

    /** Keeps weights [rows, cols]. */
    Kept(float[] b, int cols, Weights form) {
      weights = new float[b.length];
      scales = new float[cols];
      bfloats = form == Weights.BFLOAT16;
      for (int j = 0; j < cols; j++) {
        float max = 0;
        for (int i = j; i < b.length; i += cols) {
          max = Math.max(max, Math.abs(b[i]));
        }
        scales[j] = Math.max(max / 127, Float.MIN_NORMAL);
        for (int i = j; i < b.length; i += cols) {
          weights[i] = bfloats ? nearestBfloat(b[i]) : (float) Math.rint((double) b[i] / scales[j]);
        }
      }
    }

    float product(float[] a, int i, int k, int j, float bias) {
      float chain = 0;
      for (int p = 0; p < k; p++) {
        chain = Math.fma(a[i * k + p], weights[p * scales.length + j], chain);
      }
      return (bfloats ? chain : chain * scales[j]) + bias;
    }
  }

  /**
   * The nearer of the two floats around a value whose lower halves are zero; even in the middle.
   */
  private static float nearestBfloat(float value) {
    float low = Float.intBitsToFloat(Float.floatToRawIntBits(value) & 0xffff0000);
    float high = Float.intBitsToFloat(Float.floatToRawIntBits(low) + 0x10000);
    if (low == value || Float.isNaN(value) || Float.isInfinite(value)) {
      return value;
    }
    double up = Float.isInfinite(high) ? Math.copySign(0x1p128, high) : high;
    int nearer = Double.compare(Math.abs(value - (double) low), Math.abs(up - value));
    boolean even = (Float.floatToRawIntBits(low) & 0x10000) == 0;
    return nearer < 0 || (nearer == 0 && even) ? low : high;
  }

  private static NarrowMatrix pack(float[] b, int rows, int cols, Weights weights, boolean turned) {
    NarrowMatrix matrix = new NarrowMatrix(rows, cols, weights);
    if (turned) {
      float[] t = new float[b.length];
      for (int i = 0; i < b.length; i++) {
        t[i % cols * rows + i / cols] = b[i];
      }
      matrix.pack(Floats.of(t), 0, 1, rows);
    } else {
      matrix.pack(Floats.of(b), 0, cols, 1);
    }
    return matrix;
  }

  private static void check(
      int m,
      int k,
      int n,
      Weights weights,
      boolean turned,
      boolean biased,
      int gap,
      Random random) {
    float[] a = normal(m * k, random);
    float[] b = normal(k * n, random);
    float[] bias = biased ? normal(n, random) : new float[n];
    NarrowMatrix matrix = pack(b, k, n, weights, turned);
    Kept kept = new Kept(b, n, weights);
    int row = n + gap;
    float[] before = normal((m - 1) * row + n, random);
    MemorySegment c = Floats.of(before);
    matrix.multiply(
        m, Floats.of(a), 0, k, c, 0, row, biased ? Floats.of(bias) : null, 0, Activation.RELU);
    float[] after = Floats.array(c);
    for (int i = 0; i < after.length; i++) {
      int j = i % row;
      float expected = j < n ? Math.max(0, kept.product(a, i / row, k, j, bias[j])) : before[i];
      assertThat(after[i]).as("%s x %s x %s, element %s", m, k, n, i).isEqualTo(expected);
    }
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void multiply_awkwardShapes(
      @ForAll long seed,
      @ForAll boolean bytes,
      @ForAll boolean turned,
      @ForAll boolean biased,
      @ForAll @IntRange(max = 3) int gap,
      @ForAll @IntRange(min = 1, max = 3) int threads) {
    Random random = new Random(seed);
    int m = random.nextBoolean() ? 1 + random.nextInt(5) : edge(random);
    Workers.setThreads(threads);
    Weights weights = bytes ? Weights.INT8 : Weights.BFLOAT16;
    check(m, edge(random), edge(random), weights, turned, biased, gap, random);
  }

  /** More rows than a block of A has, and threads that share columns as well as rows. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FLOAT32")
  void multiply_large(Weights weights) {
    Workers.setThreads(3);
    Random random = new Random(1);
    check(2 * Blocking.MC + 3, 19, 130, weights, true, true, 1, random);
    check(3, 300, 1300, weights, true, true, 0, random);
  }

  /** A row has the same bits alone and in any batch. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FLOAT32")
  void multiply_aRowOfABatch(Weights weights) {
    Random random = new Random(2);
    int k = 45;
    int n = NarrowMatrix.PANEL + 9;
    NarrowMatrix matrix = pack(normal(k * n, random), k, n, weights, false);
    MemorySegment bias = Floats.of(normal(n, random));
    MemorySegment a = Floats.of(normal(9 * k, random));
    MemorySegment batch = Floats.empty(9L * n);
    matrix.multiply(9, a, 0, k, batch, 0, n, bias, 0, Activation.GELU);
    for (int m = 1; m <= 7; m++) {
      MemorySegment c = Floats.empty((long) m * n);
      matrix.multiply(m, a, 2L * k, k, c, 0, n, bias, 0, Activation.GELU);
      assertThat(c.mismatch(batch.asSlice(8L * n, c.byteSize()))).as("%s rows", m).isEqualTo(-1);
    }
  }

  /** The identity times a matrix: the weights as they are kept. */
  private static float[] kept(float[] b, int rows, int cols, Weights weights) {
    float[] identity = new float[rows * rows];
    for (int i = 0; i < rows; i++) {
      identity[i * rows + i] = 1;
    }
    MemorySegment c = Floats.empty((long) rows * cols);
    pack(b, rows, cols, weights, false)
        .multiply(rows, Floats.of(identity), 0, rows, c, 0, cols, null, 0, Activation.IDENTITY);
    return Floats.array(c);
  }

  @Test
  void bfloats_areTheNearest() {
    for (float[] values : List.of(Floats.patterns(1 << 16), Floats.SPECIAL)) {
      float[] expected = new float[values.length];
      for (int i = 0; i < values.length; i++) {
        expected[i] = nearestBfloat(values[i]) + 0f; // a sum from zero has no negative zero
      }
      assertThat(kept(values, 1, values.length, Weights.BFLOAT16)).isEqualTo(expected);
    }
    // Halfway: to the even one, up and down; a NaN whose upper half alone is that of infinity.
    assertThat(kept(new float[] {0x1.01p0f, 0x1.03p0f}, 1, 2, Weights.BFLOAT16))
        .containsExactly(1, 0x1.04p0f);
    assertThat(kept(new float[] {Float.intBitsToFloat(0x7f800001)}, 1, 1, Weights.BFLOAT16)[0])
        .isNaN();
    assertThat(kept(new float[] {-Float.MAX_VALUE}, 1, 1, Weights.BFLOAT16)[0])
        .isEqualTo(Float.NEGATIVE_INFINITY);
  }

  /** At most half a scale from what they were, whatever the column's magnitude. */
  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void bytes_areNear(@ForAll long seed, @ForAll @IntRange(min = -149, max = 126) int exponent) {
    Random random = new Random(seed);
    int rows = 1 + random.nextInt(40);
    float[] b = new float[rows];
    float max = 0;
    for (int i = 0; i < rows; i++) {
      b[i] = Math.scalb(2 * random.nextFloat() - 1, exponent);
      max = Math.max(max, Math.abs(b[i]));
    }
    float scale = Math.max(max / 127, Float.MIN_NORMAL);
    float[] kept = kept(b, rows, 1, Weights.INT8);
    for (int i = 0; i < rows; i++) {
      // The product of a byte and its scale is rounded once more, to a float.
      double bound = scale / 2.0 + Math.ulp(kept[i]) / 2.0;
      assertThat(Math.abs((double) kept[i] - b[i]))
          .as("%s of scale %s", b[i], new BigDecimal(scale))
          .isLessThanOrEqualTo(bound);
    }
  }

  @Test
  void bytes_ofZerosAndExtremes() {
    assertThat(kept(new float[] {0, -0f, 0}, 3, 1, Weights.INT8)).containsOnly(0);
    float max = Float.MAX_VALUE;
    assertThat(kept(new float[] {max, -max, 0}, 3, 1, Weights.INT8))
        .containsExactly(127 * (max / 127), -127 * (max / 127), 0);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FLOAT32")
  void pack_again(Weights weights) {
    int k = 5;
    int n = NarrowMatrix.PANEL + 3;
    Random random = new Random(3);
    NarrowMatrix matrix = pack(normal(k * n, random), k, n, weights, false);
    float[] b = new float[k * n];
    b[7] = 2;
    matrix.pack(Floats.of(b), 0, n, 1);
    MemorySegment c = Floats.empty(n);
    matrix.multiply(1, Floats.of(1, 1, 1, 1, 1), 0, k, c, 0, n, null, 0, Activation.IDENTITY);
    float[] expected = new float[n];
    expected[7] = new Kept(b, n, weights).product(new float[] {1, 1, 1, 1, 1}, 0, k, 7, 0);
    assertThat(Floats.array(c)).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FLOAT32")
  void sizesOfZero(Weights weights) {
    MemorySegment none = Floats.empty(0);
    NarrowMatrix noRows = new NarrowMatrix(0, 3, weights);
    noRows.pack(none, 0, 3, 1);
    MemorySegment c = Floats.of(1, 2, 3);
    noRows.multiply(1, none, 0, 0, c, 0, 3, Floats.of(4, 5, -6), 0, Activation.RELU);
    assertThat(Floats.array(c)).containsExactly(4, 5, 0);
    noRows.multiply(0, none, 0, 0, none, 0, 3, null, 0, Activation.IDENTITY);
    NarrowMatrix noCols = new NarrowMatrix(3, 0, weights);
    noCols.pack(none, 0, 0, 1);
    noCols.multiply(1, c, 0, 3, none, 0, 0, null, 0, Activation.IDENTITY);
    assertThat(Floats.get(c, 0)).isEqualTo(4);
  }

  @Test
  void errors() {
    assertThatThrownBy(() -> new NarrowMatrix(2, -1, Weights.INT8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a matrix of 2 rows and -1 columns cannot be");
    assertThatThrownBy(() -> new NarrowMatrix(2, 1, Weights.FLOAT32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("float32 is not narrow: take a PackedMatrix");
    NarrowMatrix matrix = new NarrowMatrix(3, 4, Weights.INT8);
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      float[] b = new float[12];
      b[6] = bad;
      b[10] = bad;
      assertThatThrownBy(() -> matrix.pack(Floats.of(b), 0, 4, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "weights kept as int8 must be finite: among those of output 2 is " + Math.abs(bad));
    }
    MemorySegment small = Floats.empty(11);
    MemorySegment large = Floats.empty(12);
    assertThatThrownBy(() -> matrix.pack(small, 0, 4, 1))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageStartingWith("B, 3 rows by 4 columns from offset 0 with strides 4 and 1, ");
    assertThatThrownBy(
            () -> matrix.multiply(4, small, 0, 3, large, 0, 4, null, 0, Activation.IDENTITY))
        .hasMessageStartingWith("A, 4 rows by 3 columns from offset 0 with strides 3 and 1, ");
    assertThatThrownBy(
            () -> matrix.multiply(3, large, 0, 3, small, 0, 4, null, 0, Activation.IDENTITY))
        .hasMessageStartingWith("C, 3 rows by 4 columns from offset 0 with strides 4 and 1, ");
    assertThatThrownBy(
            () -> matrix.multiply(1, large, 0, 3, large, 0, 4, small, 8, Activation.IDENTITY))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
