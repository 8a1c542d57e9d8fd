package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Packed matrices, against plain loops; {@link GemmTest} has their products of awkward shapes. */
class PackedMatrixTest {
  /** Checks C = A B for whole numbers, of which every sum is exact. */
  private static void check(PackedMatrix packed, int m, float[] b) {
    int rows = packed.rows();
    int cols = packed.cols();
    float[] a = whole(m * rows);
    MemorySegment c = Floats.empty((long) m * cols);
    packed.multiply(m, Floats.of(a), 0, rows, c, 0, cols, null, 0, Activation.IDENTITY);
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < cols; j++) {
        float sum = 0;
        for (int p = 0; p < rows; p++) {
          sum += a[i * rows + p] * b[p * cols + j];
        }
        assertThat(Floats.get(c, (long) i * cols + j)).as("element %s, %s", i, j).isEqualTo(sum);
      }
    }
  }

  private static float[] whole(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (i * 7 + i / 5) % 11 - 5;
    }
    return values;
  }

  @Test
  void isZeroUntilPacked() {
    check(new PackedMatrix(5, 9), 2, new float[45]);
  }

  /** Around the blocks of K, whose panels stand one after another. */
  @Test
  void multiply_rowsAroundTheirBlocks() {
    int cols = Blocking.NR + Simd.LANES + 3;
    for (int rows :
        new int[] {Blocking.KC - 1, Blocking.KC, Blocking.KC + 1, 2 * Blocking.KC + 9}) {
      float[] b = whole(rows * cols);
      PackedMatrix packed = new PackedMatrix(rows, cols);
      packed.pack(Floats.of(b), 0, cols, 1);
      check(packed, 1, b);
      check(packed, 5, b);
    }
  }

  @Test
  void pack_transposedOffsetAndAgain() {
    int rows = 13;
    int cols = 2 * Simd.LANES + 5;
    float[] b = whole(rows * cols);
    float[] transposed = new float[3 + rows * cols];
    for (int p = 0; p < rows; p++) {
      for (int j = 0; j < cols; j++) {
        transposed[3 + j * rows + p] = b[p * cols + j];
      }
    }
    PackedMatrix packed = new PackedMatrix(rows, cols);
    packed.pack(Floats.of(transposed), 3, 1, rows);
    check(packed, 4, b);
    float[] other = new float[rows * cols];
    other[7] = 2;
    MemorySegment source = Floats.of(other);
    packed.pack(source, 0, cols, 1);
    check(packed, 4, other);
    source.fill((byte) 0);
    check(packed, 4, other); // a copy: it does not follow its source
  }

  @Test
  void sizesOfZero() {
    MemorySegment none = Floats.empty(0);
    PackedMatrix noRows = new PackedMatrix(0, 3);
    noRows.pack(none, 0, 3, 1);
    MemorySegment c = Floats.of(1, 2, 3);
    noRows.multiply(1, none, 0, 0, c, 0, 3, Floats.of(4, 5, 6), 0, Activation.IDENTITY);
    assertThat(Floats.get(c, 2)).isEqualTo(6);
    noRows.multiply(0, none, 0, 0, none, 0, 3, null, 0, Activation.IDENTITY);
    PackedMatrix noCols = new PackedMatrix(3, 0);
    noCols.pack(none, 0, 0, 1);
    noCols.multiply(1, c, 0, 3, none, 0, 0, null, 0, Activation.IDENTITY);
    assertThat(Floats.get(c, 0)).isEqualTo(4);
  }

  @Test
  void errors() {
    assertThatThrownBy(() -> new PackedMatrix(2, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a matrix of 2 rows and -1 columns cannot be");
    PackedMatrix packed = new PackedMatrix(3, 4);
    MemorySegment small = Floats.empty(11);
    MemorySegment large = Floats.empty(12);
    assertThatThrownBy(() -> packed.pack(small, 0, 4, 1))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage(
            "B, 3 rows by 4 columns from offset 0 with strides 4 and 1, does not lie within a"
                + " segment of 11 elements");
    assertThatThrownBy(
            () -> packed.multiply(4, small, 0, 3, large, 0, 4, null, 0, Activation.IDENTITY))
        .hasMessageStartingWith("A, 4 rows by 3 columns from offset 0 with strides 3 and 1, ");
    assertThatThrownBy(
            () -> packed.multiply(3, large, 0, 3, small, 0, 4, null, 0, Activation.IDENTITY))
        .hasMessageStartingWith("C, 3 rows by 4 columns from offset 0 with strides 4 and 1, ");
    assertThatThrownBy(
            () -> packed.multiply(1, large, 0, 3, large, 0, 4, small, 8, Activation.IDENTITY))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
