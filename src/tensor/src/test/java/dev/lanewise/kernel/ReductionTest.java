package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class ReductionTest {
  private static final double HALF_ULP = 0x1p-24;

  /**
   * The bound of the error of a sum, over the sum of the sizes of its terms: half an ulp for each
   * addition a term goes through, in a lane of one of four accumulators over a block at most, up to
   * three more whole vectors and a tail, two to join the accumulators, four to fold, and one for
   * the product and for the result.
   */
  private static double bound(int n) {
    int block = Math.min(n, Reduction.BLOCK);
    return (block / (4.0 * Simd.LANES) + 4 + 2 + 4 + 2) * HALF_ULP;
  }

  @Test
  void sums_againstDoubles() {
    int[] sizes = Floats.sizes();
    for (int k = 0; k <= sizes.length; k++) {
      int n = k < sizes.length ? sizes[k] : 3_000_001;
      float[] a = Floats.random(n, -1, 3, n);
      float[] b = Floats.random(n, -2, 2, n + 1);
      double sum = 0;
      double size = 0;
      double squares = 0;
      double dot = 0;
      double dotSize = 0;
      double difference = 0;
      for (int i = 0; i < n; i++) {
        sum += a[i];
        size += Math.abs(a[i]);
        squares += (double) a[i] * a[i];
        dot += (double) a[i] * b[i];
        dotSize += Math.abs((double) a[i] * b[i]);
        difference += Math.pow((double) a[i] - b[i], 2);
      }
      MemorySegment x = Floats.of(a);
      MemorySegment y = Floats.of(b);
      double bound = bound(n);
      close(Reduction.sum(x, 0, n), sum, bound * size);
      close(Reduction.sumOfSquares(x, 0, n), squares, bound * squares);
      close(Reduction.dot(x, 0, y, 0, n), dot, bound * dotSize);
      // The difference itself is rounded, and then squared.
      double room = (bound + 2 * HALF_ULP) * difference;
      close(Reduction.squaredDifference(x, 0, y, 0, n), difference, room);
    }
  }

  /** Each number added in one lane only, in one place only: none is lost, none taken twice. */
  @Test
  void sums_takeEveryElementOnce() {
    for (int n : Floats.sizes()) {
      for (int i = 0; i < n; i += Math.max(1, n / 50)) {
        MemorySegment x = Floats.empty(n);
        x.setAtIndex(ValueLayout.JAVA_FLOAT, i, 3);
        assertThat(Reduction.sum(x, 0, n)).isEqualTo(3);
        assertThat(Reduction.sumOfSquares(x, 0, n)).isEqualTo(9);
        assertThat(Reduction.dot(x, 0, x, 0, n)).isEqualTo(9);
        assertThat(Reduction.squaredDifference(x, 0, Floats.empty(n), 0, n)).isEqualTo(9);
        assertThat(Reduction.max(x, 0, n)).isEqualTo(3);
      }
    }
  }

  @Test
  void sums_repeatBitByBitAtAnyOffset() {
    for (int n : Floats.sizes()) {
      float[] a = Floats.random(n, -1, 3, n);
      float sum = Reduction.sum(Floats.of(a), 0, n);
      MemorySegment shifted = Floats.empty(n + 5);
      MemorySegment.copy(Floats.of(a), 0, shifted, 5 * 4, 4L * n);
      assertThat(Reduction.sum(shifted, 5, n)).isEqualTo(sum);
    }
  }

  /** Many sums, so that the interpreter and every compiler take part: all must agree. */
  @Test
  void sums_doNotDependOnTheCompiler() {
    int n = 4 * Simd.LANES + 3;
    MemorySegment x = Floats.of(Floats.random(n, -1, 1, 11));
    float first = Reduction.sum(x, 0, n);
    for (int i = 0; i < 30_000; i++) {
      float again = Reduction.sum(x, 0, n);
      if (again != first) {
        assertThat(again).isEqualTo(first);
      }
    }
  }

  @Test
  void max_valuesAndNaN() {
    for (int n : Floats.sizes()) {
      float[] a = Floats.random(n, -9, -1, n);
      float max = Float.NEGATIVE_INFINITY;
      for (float v : a) {
        max = Math.max(max, v);
      }
      assertThat(Reduction.max(Floats.of(a), 0, n)).isEqualTo(max);
      for (int i = 0; i < n; i += Math.max(1, n / 20)) {
        float kept = a[i];
        a[i] = Float.NaN;
        assertThat(Reduction.max(Floats.of(a), 0, n)).isNaN();
        a[i] = kept;
      }
    }
  }

  @Test
  void allFinite_findsEach() {
    for (int n : Floats.sizes()) {
      float[] a = Floats.random(n, -1, 1, n);
      if (n > 0) {
        a[0] = Float.MAX_VALUE;
        a[n - 1] = Float.MIN_VALUE;
      }
      assertThat(Reduction.allFinite(Floats.of(a), 0, n)).isTrue();
      for (int i = 0; i < n; i += Math.max(1, n / 20)) {
        float kept = a[i];
        for (float bad : new float[] {Float.NaN, 1 / 0f, -1 / 0f}) {
          a[i] = bad;
          assertThat(Reduction.allFinite(Floats.of(a), 0, n)).as("%s at %d", bad, i).isFalse();
        }
        a[i] = kept;
      }
    }
  }

  @Test
  void rowSums_areSums() {
    for (int cols : Floats.sizes()) {
      MemorySegment x = Floats.of(Floats.random(3 * cols, -1, 1, cols));
      MemorySegment sums = Floats.empty(3);
      Reduction.rowSums(x, 0, 3, cols, sums, 0);
      for (int r = 0; r < 3; r++) {
        assertThat(Floats.get(sums, r)).isEqualTo(Reduction.sum(x, (long) r * cols, cols));
      }
    }
  }

  /** Half an ulp for each addition: a band's rows, and then the bands. */
  @Test
  void columnSums_againstDoubles() {
    for (int cols : Floats.sizes()) {
      for (int rows : cols < 100 ? new int[] {0, 1, 2, 31, 255, 256, 257, 700} : new int[] {3}) {
        int stride = cols + 2;
        float[] x = Floats.random(rows * stride, -1, 1, cols);
        float[] before = Floats.random(cols, -1, 1, 17);
        MemorySegment fresh = Floats.empty(cols);
        Elementwise.fill(fresh, 0, Float.NaN, cols);
        MemorySegment added = Floats.of(before);
        Reduction.columnSums(Floats.of(x), 0, stride, rows, cols, fresh, 0, false);
        Reduction.columnSums(Floats.of(x), 0, stride, rows, cols, added, 0, true);
        double room = (Math.min(rows, 256) + rows / 256 + 2) * HALF_ULP;
        for (int c = 0; c < cols; c++) {
          double sum = 0;
          double size = Math.abs(before[c]);
          for (int r = 0; r < rows; r++) {
            sum += x[r * stride + c];
            size += Math.abs(x[r * stride + c]);
          }
          close(Floats.get(fresh, c), sum, room * size);
          close(Floats.get(added, c), before[c] + sum, room * size);
        }
      }
    }
  }

  @Test
  void argmaxRows_firstOfEqualsAndNaN() {
    float nan = Float.NaN;
    MemorySegment x =
        Floats.of(
            new float[] {
              1, 3, 3, 2, -1, -1, -1, -1, 0, nan, 5, nan, -1 / 0f, -1 / 0f, -1 / 0f, -1 / 0f
            });
    MemorySegment at = Floats.empty(4);
    Reduction.argmaxRows(x, 0, 4, 4, at, 0);
    assertThat(at.toArray(ValueLayout.JAVA_INT)).containsExactly(1, 0, 1, 0);
    assertThatThrownBy(() -> Reduction.argmaxRows(x, 0, 4, 0, at, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the greatest of 0 columns has no int index");
  }

  @Test
  void argmaxRows_everyPlace() {
    for (int cols : Floats.sizes()) {
      for (int i = 0; i < cols; i += Math.max(1, cols / 20)) {
        MemorySegment x = Floats.empty(cols);
        x.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1);
        MemorySegment at = Floats.empty(1);
        Reduction.argmaxRows(x, 0, 1, cols, at, 0);
        assertThat(at.get(ValueLayout.JAVA_INT, 0)).isEqualTo(i);
      }
    }
  }

  @Test
  void reductions_refuseWhatTheyMustNotTouch() {
    MemorySegment x = Floats.empty(10);
    MemorySegment heap = MemorySegment.ofArray(new float[10]);
    assertThatThrownBy(() -> Reduction.sum(x, 1, 10)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Reduction.sum(heap, 0, 10))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Reduction.dot(x, 0, x, 1, 10))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Reduction.max(x, 0, 11)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Reduction.allFinite(x, 0, 11))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Reduction.rowSums(x, 0, 2, 5, Floats.empty(1), 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Reduction.columnSums(x, 0, 6, 2, 5, x, 0, false))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Reduction.columnSums(x, 0, 5, 2, 5, Floats.empty(4), 0, false))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static void close(float got, double exact, double room) {
    if (!(Math.abs(got - exact) <= room + Math.ulp((float) exact))) {
      assertThat((double) got).isCloseTo(exact, within(room + Math.ulp((float) exact)));
    }
  }
}
