package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Normalized rows and their gradients against their definitions in double precision.
 *
 * <p>The tolerances follow from the bound of a sum, over the sum of its terms' sizes: a relative
 * error of the moments shows in the scale, and so in z as it is, and in the mean, which is at most
 * one and a half deviations from the center; both together are less than the bound times |z| + 2.
 */
class NormRowsTest {
  private static final double HALF_ULP = 0x1p-24;
  private static final double EPS = 1e-5;

  @AfterEach
  void defaultThreads() {
    Workers.setThreads(Runtime.getRuntime().availableProcessors());
  }

  /** Half an ulp for each addition in a lane, for those that fold it, and for some roundings. */
  private static double bound(int n) {
    return (Math.min(n, NormLoops.BLOCK) / (4.0 * Simd.LANES) + 20) * HALF_ULP;
  }

  /** Rows of random operands, what is expected of them, and how far from it one may be. */
  private static final class Case {
    final boolean centered;
    final int rows;
    final int cols;
    final float[] x;
    final float[] w;
    final float[] b;
    final float[] dy;
    final double[] z;
    final double[] scale;

    Case(boolean centered, int rows, int cols, double mean, double deviation) {
      this.centered = centered;
      this.rows = rows;
      this.cols = cols;
      double half = deviation * Math.sqrt(3);
      x = Floats.random(rows * cols, mean - half, mean + half, cols);
      w = Floats.random(cols, -2, 2, cols + 1);
      b = Floats.random(cols, -2, 2, cols + 2);
      dy = Floats.random(rows * cols, -1, 1, cols + 3);
      z = new double[rows * cols];
      scale = new double[rows];
      for (int r = 0; r < rows; r++) {
        double sum = 0;
        double squares = 0;
        for (int i = r * cols; i < (r + 1) * cols; i++) {
          sum += centered ? x[i] : 0;
        }
        for (int i = r * cols; i < (r + 1) * cols; i++) {
          squares += Math.pow(x[i] - sum / cols, 2);
        }
        scale[r] = 1 / Math.sqrt(squares / cols + EPS);
        for (int i = r * cols; i < (r + 1) * cols; i++) {
          z[i] = (x[i] - sum / cols) * scale[r];
        }
      }
    }

    MemorySegment forward(boolean weighted, boolean biased) {
      MemorySegment y = Floats.empty(x.length);
      MemorySegment weight = weighted ? Floats.of(w) : null;
      MemorySegment in = Floats.of(x);
      if (centered) {
        MemorySegment bias = biased ? Floats.of(b) : null;
        NormRows.layer(in, 0, weight, 0, bias, 0, y, 0, rows, cols, EPS);
      } else {
        NormRows.rms(in, 0, weight, 0, y, 0, rows, cols, EPS);
      }
      return y;
    }

    void checkForward(boolean weighted, boolean biased) {
      MemorySegment y = forward(weighted, biased);
      for (int i = 0; i < x.length; i++) {
        double factor = weighted ? w[i % cols] : 1;
        double start = biased ? b[i % cols] : 0;
        double room = bound(cols) * ((Math.abs(z[i]) + 2) * Math.abs(factor) + Math.abs(start));
        close(Floats.get(y, i), z[i] * factor + start, room, "y", i);
      }
    }

    /** Computes dx into dy's place, dw and db. */
    void backward(
        boolean weighted,
        MemorySegment dx,
        MemorySegment dw,
        MemorySegment db,
        boolean accumulate) {
      MemorySegment weight = weighted ? Floats.of(w) : null;
      MemorySegment in = Floats.of(x);
      if (centered) {
        NormRows.layerGrad(
            in, 0, weight, 0, dx, 0, dx, 0, dw, 0, accumulate, db, 0, !accumulate, rows, cols, EPS);
      } else {
        NormRows.rmsGrad(in, 0, weight, 0, dx, 0, dx, 0, dw, 0, accumulate, rows, cols, EPS);
      }
    }

    void checkBackward(boolean weighted, boolean accumulate) {
      MemorySegment dx = Floats.of(dy);
      MemorySegment dw = Floats.of(w);
      MemorySegment db = Floats.of(b);
      backward(weighted, dx, dw, db, accumulate);
      for (int r = 0; r < rows; r++) {
        checkInputGrad(r, weighted, dx);
      }
      for (int c = 0; c < cols; c++) {
        double sum = accumulate ? w[c] : 0;
        double biases = accumulate ? 0 : b[c];
        double size = Math.abs(sum);
        double room = 0;
        double biasSize = Math.abs(biases);
        for (int i = c; i < x.length; i += cols) {
          sum += dy[i] * z[i];
          biases += dy[i];
          size += Math.abs(dy[i] * z[i]);
          room += Math.abs(dy[i]) * (Math.abs(z[i]) + 2) * bound(cols);
          biasSize += Math.abs(dy[i]);
        }
        close(Floats.get(dw, c), sum, room + (rows + 2) * HALF_ULP * size, "dw", c);
        if (centered) {
          close(Floats.get(db, c), biases, (rows + 2) * HALF_ULP * biasSize, "db", c);
        }
      }
    }

    private void checkInputGrad(int r, boolean weighted, MemorySegment dx) {
      double mean = 0;
      double product = 0;
      double size = 0;
      double products = 0;
      for (int i = r * cols; i < (r + 1) * cols; i++) {
        double g = weighted ? (double) dy[i] * w[i % cols] : dy[i];
        mean += g / cols;
        product += g * z[i] / cols;
        size += Math.abs(g) / cols;
        products += Math.abs(g) * (Math.abs(z[i]) + 2) / cols;
      }
      for (int i = r * cols; i < (r + 1) * cols; i++) {
        double g = weighted ? (double) dy[i] * w[i % cols] : dy[i];
        double wanted = scale[r] * (g - (centered ? mean : 0) - z[i] * product);
        double sizes = Math.abs(g) + size + (Math.abs(z[i]) + 2) * products;
        close(Floats.get(dx, i), wanted, 2 * bound(cols) * scale[r] * sizes, "dx", i);
      }
    }

    private void close(float got, double wanted, double room, String what, int i) {
      if (!(Math.abs(got - wanted) <= room)) {
        assertThat((double) got)
            .as("%s[%s] of %s x %s, %s", what, i, rows, cols, centered ? "layer" : "rms")
            .isBetween(wanted - room, wanted + room);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "0.9, 1", "1.1, 1", "30, 1", "-1e6, 1", "1e6, 1e-1", "1e-3, 1e-4", "0, 1e8"})
  void rows_againstDoubles(double mean, double deviation) {
    for (int cols : Floats.sizes()) {
      int rows = cols < 50 ? 11 : 3;
      for (boolean centered : new boolean[] {true, false}) {
        Case c = new Case(centered, rows, cols, mean, deviation);
        c.checkForward(false, false);
        c.checkForward(true, false);
        if (centered) {
          c.checkForward(true, true);
        }
        c.checkBackward(true, false);
        c.checkBackward(false, true);
      }
    }
  }

  /** Many rows are cut into bands: none is lost, none taken twice. */
  @Test
  void manyRows_againstDoubles() {
    for (int rows : new int[] {0, 1, 7, 8, 9, 700, 70_001}) {
      new Case(true, rows, 5, 0.5, 1).checkForward(true, true);
      new Case(true, rows, 5, 0.5, 1).checkBackward(true, true);
    }
  }

  @Test
  void constantRow_isZeros() {
    for (float value : new float[] {0, 1, -3.7f, 1e30f}) {
      for (int cols : new int[] {1, 2, 31, 97}) {
        MemorySegment x = Floats.empty(cols);
        Elementwise.fill(x, 0, value, cols);
        MemorySegment y = Floats.empty(cols);
        NormRows.layer(x, 0, null, 0, null, 0, y, 0, 1, cols, EPS);
        assertThat(Floats.array(y)).as("%s times %s", cols, value).containsOnly(0);
      }
    }
  }

  @Test
  void notANumber_staysInItsRow() {
    MemorySegment x = Floats.of(1, 2, Float.NaN, 4, 5, 6, 1, Float.POSITIVE_INFINITY, 3);
    MemorySegment y = Floats.empty(9);
    NormRows.layer(x, 0, null, 0, null, 0, y, 0, 3, 3, EPS);
    float[] got = Floats.array(y);
    for (int i = 0; i < 9; i++) {
      assertThat(Float.isNaN(got[i])).as("element %s", i).isEqualTo(i < 3 || i > 5);
    }
  }

  @Test
  void grad_ofWhatIsWanted() {
    Case c = new Case(true, 9, 37, 0.2, 1);
    MemorySegment dx = Floats.of(c.dy);
    MemorySegment dw = Floats.empty(c.cols);
    MemorySegment db = Floats.empty(c.cols);
    c.backward(true, dx, dw, db, true);
    MemorySegment x = Floats.of(c.x);
    MemorySegment w = Floats.of(c.w);
    MemorySegment dy = Floats.of(c.dy);
    MemorySegment alone = Floats.empty(c.x.length);
    NormRows.layerGrad(
        x, 0, w, 0, dy, 0, alone, 0, null, 0, false, null, 0, false, c.rows, c.cols, EPS);
    assertThat(alone.mismatch(dx)).isEqualTo(-1);
    assertThat(dy.mismatch(Floats.of(c.dy))).isEqualTo(-1);
    MemorySegment aloneOfW = Floats.empty(c.cols);
    NormRows.layerGrad(
        x, 0, w, 0, dy, 0, null, 0, aloneOfW, 0, false, null, 0, false, c.rows, c.cols, EPS);
    assertThat(aloneOfW.mismatch(dw)).isEqualTo(-1);
    MemorySegment aloneOfB = Floats.empty(c.cols);
    NormRows.layerGrad(
        x, 0, w, 0, dy, 0, null, 0, null, 0, false, aloneOfB, 0, false, c.rows, c.cols, EPS);
    assertThat(aloneOfB.mismatch(db)).isEqualTo(-1);
  }

  @Test
  void rows_sameBitsOnAnyThreads() {
    for (boolean centered : new boolean[] {true, false}) {
      Case c = new Case(centered, 1003, 67, 0.3, 1);
      assertThat(c.x.length).isGreaterThan(Sweep.SHARED_FROM);
      Workers.setThreads(1);
      MemorySegment y = c.forward(true, centered);
      MemorySegment dx = Floats.of(c.dy);
      MemorySegment dw = Floats.empty(c.cols);
      MemorySegment db = Floats.empty(c.cols);
      c.backward(true, dx, dw, db, false);
      for (int threads : new int[] {2, 3, 8}) {
        Workers.setThreads(threads);
        assertThat(c.forward(true, centered).mismatch(y)).as("y").isEqualTo(-1);
        MemorySegment dxAgain = Floats.of(c.dy);
        MemorySegment dwAgain = Floats.empty(c.cols);
        MemorySegment dbAgain = Floats.empty(c.cols);
        c.backward(true, dxAgain, dwAgain, dbAgain, false);
        assertThat(dxAgain.mismatch(dx)).as("dx on %s", threads).isEqualTo(-1);
        assertThat(dwAgain.mismatch(dw)).as("dw on %s", threads).isEqualTo(-1);
        assertThat(dbAgain.mismatch(db)).as("db on %s", threads).isEqualTo(-1);
      }
    }
  }

  @Test
  void operands_tooSmall_areRefused() {
    MemorySegment x = Floats.empty(12);
    MemorySegment w = Floats.empty(4);
    assertThatThrownBy(() -> NormRows.layer(x, 1, w, 0, w, 0, x, 0, 3, 4, EPS))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> NormRows.layer(x, 0, w, 1, w, 0, x, 0, 3, 4, EPS))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> NormRows.layer(x, 0, w, 0, w, 1, x, 0, 3, 4, EPS))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> NormRows.rms(x, 0, w, 0, x, 1, 3, 4, EPS))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> NormRows.rmsGrad(x, 0, w, 0, x, 0, x, 0, w, 1, false, 3, 4, EPS))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> NormRows.rms(x, 0, null, 0, x, 0, 0, 1L << 29, EPS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a row of 536870912 elements is normalized, 268435456 at most");
  }
}
