package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Initial values that are more than a draw: gains, fans, orthogonal and truncated ones. */
final class InitTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "5, 3", "3, 5", "20, 20", "40, 7"})
  void orthogonal_hasOrthonormalRowsOrColumns(int rows, int cols) {
    NDArray weight = NDArray.zeros(Shape.of(rows, cols));
    Init.orthogonal(weight, 3, new Random(rows));
    NDArray product =
        rows > cols ? weight.transpose().matmul(weight) : weight.matmul(weight.transpose());
    int n = Math.min(rows, cols);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        // Numbers of at most 3, rounded, in a sum of at most 40 products.
        assertThat((double) product.get(i, j)).isCloseTo(i == j ? 9 : 0, within(0x1p-24 * 9 * 42));
      }
    }
  }

  @Test
  void orthogonal_takesAKernelAsAMatrix() {
    NDArray kernel = NDArray.zeros(Shape.of(4, 2, 3, 3));
    Init.orthogonal(kernel, 1, new Random(1));
    NDArray rows = kernel.reshape(4, 18);
    assertThat((double) rows.matmul(rows.transpose()).get(2, 2)).isCloseTo(1, within(1e-5));
    assertThat((double) rows.matmul(rows.transpose()).get(2, 1)).isCloseTo(0, within(1e-5));
    assertThatThrownBy(() -> Init.orthogonal(NDArray.zeros(Shape.of(4)), 1, new Random(1)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("shape [4] is not a weight [out, in, ...]: it has no fan-in");
  }

  /** Moments of what is left from a to b, by Simpson's rule. */
  @ParameterizedTest
  @CsvSource({"0, 1, -2, 2", "0, 0.02, -2, 2", "1, 2, 0, 1.5", "0, 1, 3, 9", "5, 0.5, -9, 4"})
  void truncatedNormal_hasItsMomentsAndBounds(double mean, double sigma, double a, double b) {
    int n = 20_000;
    NDArray array = NDArray.zeros(Shape.of(n));
    Init.truncatedNormal(array, mean, sigma, a, b, new Random(7));
    double[] drawn = Exact.widen(array.toFloatArray());
    double sum = 0;
    for (double value : drawn) {
      assertThat(value).isBetween(a - Math.ulp((float) a), b + Math.ulp((float) b));
      sum += value;
    }
    double from = Math.max(a, mean - 12 * sigma);
    double to = Math.min(b, mean + 12 * sigma);
    double[] moments = new double[3];
    int pieces = 20_000;
    for (int i = 0; i <= pieces; i++) {
      double x = from + (to - from) * i / pieces;
      double density = Math.exp(-(x - mean) * (x - mean) / (2 * sigma * sigma));
      double simpson = i == 0 || i == pieces ? 1 : 2 + 2 * (i % 2);
      for (int k = 0; k < 3; k++) {
        moments[k] += simpson * density * Math.pow(x, k);
      }
    }
    double expected = moments[1] / moments[0];
    double variance = moments[2] / moments[0] - expected * expected;
    assertThat(sum / n).isCloseTo(expected, within(5 * Math.sqrt(variance / n)));
    double squares = 0;
    for (double value : drawn) {
      squares += (value - expected) * (value - expected);
    }
    // The fourth moment of what has no longer tails than the normal is at most 9 of the square.
    assertThat(squares / n).isCloseTo(variance, within(5 * variance * Math.sqrt(8.0 / n)));
  }

  @Test
  void truncatedNormal_withNothingLeft_isRefused() {
    NDArray array = NDArray.zeros(Shape.of(2));
    assertThatThrownBy(() -> Init.truncatedNormal(array, 0, 1, 2, 1, new Random(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "truncatedNormal: there is nothing to draw from 2.0 to 1.0 of a distribution with mean"
                + " 0.0 and deviation 1.0");
    assertThatThrownBy(() -> Init.truncatedNormal(array, 0, 1, 11, 12, new Random(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void gains_arePyTorchs() {
    assertThat(Init.RELU_GAIN).isEqualTo(Math.sqrt(2));
    assertThat(Init.TANH_GAIN).isEqualTo(5.0 / 3);
    assertThat(Init.SELU_GAIN).isEqualTo(0.75);
    assertThat(Init.leakyReluGain(0.5)).isEqualTo(Math.sqrt(2 / 1.25));
  }

  @ParameterizedTest
  @CsvSource({"IN, 45", "OUT, 72"})
  void kaiming_ofAKernel_countsItsPlaces(Init.Fan fan, int count) {
    NDArray kernel = NDArray.zeros(Shape.of(8, 5, 3, 3));
    Init.kaimingUniform(kernel, 0, fan, new Random(1));
    double largest = 0;
    for (float value : kernel.toFloatArray()) {
      largest = Math.max(largest, Math.abs(value));
    }
    double bound = Math.sqrt(6.0 / count);
    assertThat(largest).isBetween(0.95 * bound, bound * (1 + 0x1p-24));
    Init.kaimingNormal(kernel, 0, fan, new Random(1));
    double squares = 0;
    for (float value : kernel.toFloatArray()) {
      squares += value * value;
    }
    // Five deviations of the mean of 360 squares.
    assertThat(squares / 360).isCloseTo(2.0 / count, within(5 * 2.0 / count * Math.sqrt(2 / 360.)));
  }
}
