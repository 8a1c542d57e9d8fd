package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowKernelsTest {
  private static final int ROWS = 3;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 15, 16, 17, 33, 100})
  void rows_asDefined(int cols) {
    float[] x = Floats.random(ROWS * cols, -1.25f, 1.25f, cols);
    MemorySegment src = Floats.of(x);
    MemorySegment max = Floats.empty(ROWS);
    MemorySegment product = Floats.empty(ROWS);
    MemorySegment sums = Floats.empty(x.length);
    MemorySegment back = Floats.empty(x.length);
    RowKernels.max(src, 0, ROWS, cols, max, 0);
    RowKernels.product(src, 0, ROWS, cols, product, 0);
    RowKernels.cumulativeSum(src, 0, ROWS, cols, false, sums, 0);
    RowKernels.cumulativeSum(src, 0, ROWS, cols, true, back, 0);
    for (int r = 0; r < ROWS; r++) {
      float greatest = Float.NEGATIVE_INFINITY;
      double all = 1;
      double before = 0;
      double after = 0;
      for (int c = 0; c < cols; c++) {
        int from = r * cols + c;
        int to = r * cols + cols - 1 - c;
        greatest = Math.max(greatest, x[from]);
        all *= x[from];
        before += x[from];
        after += x[to];
        // Sums in double precision are rounded once.
        assertThat(Floats.get(sums, from)).isEqualTo((float) before);
        assertThat(Floats.get(back, to)).isEqualTo((float) after);
      }
      assertThat(Floats.get(max, r)).isEqualTo(greatest);
      assertThat(Floats.get(product, r)).isEqualTo((float) all);
    }
  }

  @Test
  void productGrad_zerosDivideNothing() {
    MemorySegment x = Floats.of(2, 0, 3, 0, 5, 0, 4, 5, 6);
    MemorySegment dy = Floats.of(1, 10, 2);
    MemorySegment dx = Floats.empty(9);
    RowKernels.productGrad(x, 0, dy, 0, 3, 3, dx, 0);
    float[] expected = {0, 6, 0, 0, 0, 0, 60, 48, 40};
    for (int i = 0; i < expected.length; i++) {
      assertThat(Floats.get(dx, i)).as("slope %s", i).isCloseTo(expected[i], within(0f));
    }
  }

  @Test
  void max_notANumberWins() {
    MemorySegment max = Floats.empty(2);
    RowKernels.max(Floats.of(1, Float.NaN, 2, 3), 0, 2, 2, max, 0);
    assertThat(Floats.get(max, 0)).isNaN();
    assertThat(Floats.get(max, 1)).isEqualTo(3);
  }

  @Test
  void rows_outsideTheSegment_areRefused() {
    MemorySegment x = Floats.of(1, 2, 3);
    MemorySegment dst = Floats.empty(4);
    assertThatThrownBy(() -> RowKernels.cumulativeSum(x, 0, 2, 2, false, dst, 0))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("4 elements from offset 0");
  }
}
