package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** The exact values of the functions, and the softmax family; bounds are in MapKernelsTest. */
class VectorMathTest {
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  @Test
  void exp_exactly() {
    assertThat(at(VectorMath::exp, 0)).isEqualTo(1);
    assertThat(at(VectorMath::exp, -0f)).isEqualTo(1);
    assertThat(at(VectorMath::exp, 88.72284f)).isEqualTo(INFINITY);
    assertThat(at(VectorMath::exp, 88.72283f)).isLessThan(INFINITY);
    assertThat(at(VectorMath::exp, -103.9f)).isEqualTo(Float.MIN_VALUE);
    assertThat(at(VectorMath::exp, -104.1f)).isEqualTo(0);
    assertThat(at(VectorMath::exp, -INFINITY)).isEqualTo(0);
    assertThat(at(VectorMath::exp, Float.NaN)).isNaN();
  }

  @Test
  void log_exactly() {
    assertThat(at(VectorMath::log, 1)).isEqualTo(0);
    assertThat(at(VectorMath::log, 0)).isEqualTo(-INFINITY);
    assertThat(at(VectorMath::log, -0f)).isEqualTo(-INFINITY);
    assertThat(at(VectorMath::log, -Float.MIN_VALUE)).isNaN();
    assertThat(at(VectorMath::log, -INFINITY)).isNaN();
    assertThat(at(VectorMath::log, INFINITY)).isEqualTo(INFINITY);
    assertThat(at(VectorMath::log, Float.NaN)).isNaN();
  }

  @Test
  void sigmoid_exactly() {
    assertThat(at(VectorMath::sigmoid, 0)).isEqualTo(0.5f);
    assertThat(at(VectorMath::sigmoid, 100)).isEqualTo(1);
    assertThat(at(VectorMath::sigmoid, -INFINITY)).isEqualTo(0);
    assertThat(at(VectorMath::sigmoid, Float.NaN)).isNaN();
  }

  @Test
  void oddFunctions_keepTheSign() {
    for (float x : new float[] {0f, Float.MIN_VALUE, 1e-20f, 0.3f, 1, 20, INFINITY}) {
      for (Kernels.Unary odd : new Kernels.Unary[] {VectorMath::tanh, VectorMath::erf}) {
        assertThat(bits(at(odd, -x))).as("of -%s", x).isEqualTo(bits(-at(odd, x)));
        assertThat(bits(at(odd, x)) >= 0).as("sign of %s", x).isTrue();
      }
    }
    assertThat(at(VectorMath::tanh, INFINITY)).isEqualTo(1);
    assertThat(at(VectorMath::erf, INFINITY)).isEqualTo(1);
  }

  @Test
  void relu_nanAndZero() {
    assertThat(at(VectorMath::relu, Float.NaN)).isNaN();
    assertThat(bits(at(VectorMath::relu, -0f))).isEqualTo(bits(0f));
    MemorySegment dx = Floats.empty(3);
    VectorMath.reluGrad(Floats.of(0, 1, -1), 0, Floats.of(5, 5, 5), 0, dx, 0, 3);
    assertThat(Floats.array(dx)).containsExactly(0, 5, 0);
  }

  /**
   * An exponential is within an ulp, the sum's error grows with the length of a row by far less
   * than its block: 16 ulp cover both for all sizes here. An argument rounded by its own half ulp
   * adds that to the relative error.
   */
  @Test
  void softmax_againstDoubles() {
    for (int cols : Floats.sizes()) {
      for (int rows : new int[] {1, 3}) {
        float[] x = Floats.random(rows * cols, -6, 9, cols);
        float[] dy = Floats.random(rows * cols, -1, 1, cols + 1);
        MemorySegment y = Floats.empty(x.length);
        MemorySegment log = Floats.empty(x.length);
        SoftmaxRows.softmax(Floats.of(x), 0, y, 0, rows, cols);
        SoftmaxRows.logSoftmax(Floats.of(x), 0, log, 0, rows, cols);
        MemorySegment dx = Floats.of(dy);
        SoftmaxRows.softmaxGrad(y, 0, dx, 0, dx, 0, rows, cols);
        MemorySegment dxOfLog = Floats.of(dy);
        SoftmaxRows.logSoftmaxGrad(log, 0, dxOfLog, 0, dxOfLog, 0, rows, cols);
        for (int r = 0; r < rows; r++) {
          int from = r * cols;
          double sum = 0;
          for (int c = 0; c < cols; c++) {
            sum += Math.exp(x[from + c]);
          }
          double dot = 0;
          double total = 0;
          double size = 0;
          for (int c = 0; c < cols; c++) {
            dot += dy[from + c] * Math.exp(x[from + c]) / sum;
            total += dy[from + c];
            size += Math.abs(dy[from + c]);
          }
          for (int c = 0; c < cols; c++) {
            int i = from + c;
            double p = Math.exp(x[i]) / sum;
            double eps = 16 * Math.ulp(1f);
            close(Floats.get(y, i), p, eps * p);
            close(Floats.get(log, i), Math.log(p), 2 * Math.ulp((float) Math.log(p)) + eps);
            close(Floats.get(dx, i), p * (dy[i] - dot), 2 * eps * p);
            close(Floats.get(dxOfLog, i), dy[i] - p * total, eps * (1 + p * size));
          }
        }
      }
    }
  }

  @Test
  void softmax_extremes() {
    MemorySegment y = Floats.empty(3);
    SoftmaxRows.softmax(Floats.of(-INFINITY, 1e30f, 1e30f), 0, y, 0, 1, 3);
    assertThat(Floats.array(y)).containsExactly(0, 0.5f, 0.5f);
    SoftmaxRows.logSoftmax(Floats.of(-1000, 0, -1000), 0, y, 0, 1, 3);
    assertThat(Floats.array(y)).containsExactly(-1000, 0, -1000);
    SoftmaxRows.softmax(Floats.of(1, Float.NaN, 2), 0, y, 0, 1, 3);
    assertThat(Floats.array(y)).containsOnly(Float.NaN);
  }

  /** What is masked is 0 beside any other numbers, those whose exponentials are denormal too. */
  @Test
  void softmax_ofMaskedRows() {
    float[] beside = {0, -50, -86.9f, -87, -87.1f, -95, -103.9f, -104, -104.1f, -1e30f};
    for (int cols : new int[] {8, 32, 64, 67}) {
      for (float low : beside) {
        float[] x = new float[cols];
        for (int i = 0; i < cols; i++) {
          x[i] = i % 3 == 1 ? -INFINITY : i % 3 == 2 ? low : 2;
        }
        x[0] = 2;
        MemorySegment y = Floats.empty(cols);
        SoftmaxRows.softmax(Floats.of(x), 0, y, 0, 1, cols);
        double sum = 0;
        for (float v : x) {
          sum += Math.exp(v - 2.0);
        }
        for (int i = 0; i < cols; i++) {
          double exact = Math.exp(x[i] - 2.0) / sum;
          // A few roundings of the exponential and of the quotient, or of the smallest number.
          assertThat(y.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i))
              .as("%s of %s columns beside %s", x[i], cols, low)
              .isCloseTo((float) exact, within((float) Math.max(4e-7 * exact, 3e-45)));
          if (x[i] == -INFINITY) {
            assertThat(y.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i)).isZero();
          }
        }
      }
    }
  }

  @Test
  void softmax_ofMinusInfinitiesAlone() {
    MemorySegment x = Floats.of(-INFINITY, -INFINITY, 0, -INFINITY, Float.NaN, -INFINITY);
    MemorySegment y = Floats.empty(6);
    SoftmaxRows.softmax(x, 0, y, 0, 3, 2, true);
    assertThat(Floats.array(y)).containsExactly(0, 0, 1, 0, Float.NaN, Float.NaN);
    SoftmaxRows.softmax(x, 0, y, 0, 1, 2, false);
    assertThat(Floats.array(y)).startsWith(Float.NaN, Float.NaN);
  }

  @Test
  void softmax_aRowDoesNotDependOnItsNeighbours() {
    float[] x = Floats.random(5 * 37, -3, 3, 7);
    MemorySegment all = Floats.empty(x.length);
    SoftmaxRows.softmax(Floats.of(x), 0, all, 0, 5, 37);
    MemorySegment one = Floats.empty(37);
    SoftmaxRows.softmax(Floats.of(x), 3 * 37, one, 0, 1, 37);
    assertThat(one.mismatch(all.asSlice(3 * 37 * 4, 37 * 4))).isEqualTo(-1);
  }

  @Test
  void crossEntropy_againstDoubles() {
    int rows = 4;
    for (int cols : Floats.sizes()) {
      if (cols == 0) {
        continue;
      }
      float[] x = Floats.random(rows * cols, -6, 9, cols);
      MemorySegment labels = Floats.ints(0, cols - 1, cols / 2, cols / 3);
      MemorySegment losses = Floats.empty(rows);
      SoftmaxRows.crossEntropyRows(Floats.of(x), 0, labels, 0, losses, 0, rows, cols);
      MemorySegment dx = Floats.of(x);
      SoftmaxRows.crossEntropyRowsGrad(dx, 0, labels, 0, dx, 0, rows, cols, 0.25f);
      for (int r = 0; r < rows; r++) {
        int label = new int[] {0, cols - 1, cols / 2, cols / 3}[r];
        double sum = 0;
        for (int c = 0; c < cols; c++) {
          sum += Math.exp(x[r * cols + c]);
        }
        double loss = Math.log(sum) - x[r * cols + label];
        double eps = 16 * Math.ulp(1f);
        close(Floats.get(losses, r), loss, eps + Math.ulp((float) loss));
        for (int c = 0; c < cols; c++) {
          double exact = 0.25 * (Math.exp(x[r * cols + c]) / sum - (c == label ? 1 : 0));
          close(Floats.get(dx, r * cols + c), exact, 0.25 * eps);
        }
      }
    }
  }

  @Test
  void crossEntropy_wrongLabel() {
    MemorySegment x = Floats.empty(20);
    for (int wrong : new int[] {-1, 10}) {
      MemorySegment labels = Floats.ints(9, wrong);
      String sentence = "label " + wrong + " of row 1 is not one of 10 classes";
      assertThatThrownBy(
              () -> SoftmaxRows.crossEntropyRows(x, 0, labels, 0, Floats.empty(2), 0, 2, 10))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessage(sentence);
      assertThatThrownBy(() -> SoftmaxRows.crossEntropyRowsGrad(x, 0, labels, 0, x, 0, 2, 10, 1))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessage(sentence);
      assertThat(Floats.array(x)).as("untouched").containsOnly(0);
    }
  }

  @Test
  void rows_refuseWhatTheyMustNotTouch() {
    MemorySegment a = Floats.empty(12);
    MemorySegment b = Floats.empty(11);
    assertThatThrownBy(() -> SoftmaxRows.softmax(a, 0, b, 0, 3, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SoftmaxRows.logSoftmax(b, 0, a, 0, 3, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SoftmaxRows.softmaxGrad(a, 0, b, 0, a, 0, 3, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SoftmaxRows.logSoftmaxGrad(a, 0, a, 0, b, 0, 3, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SoftmaxRows.softmax(a, 0, a, 0, -3, 4))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static float at(Kernels.Unary kernel, float x) {
    MemorySegment dst = Floats.empty(1);
    kernel.run(Floats.of(x), 0, dst, 0, 1);
    return Floats.get(dst, 0);
  }

  private static int bits(float x) {
    return Float.floatToIntBits(x);
  }

  private static void close(float got, double exact, double room) {
    if (!(Math.abs(got - exact) <= room)) {
      assertThat((double) got).isCloseTo(exact, within(room));
    }
  }
}
