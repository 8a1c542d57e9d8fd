package dev.lanewise.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.tensor.Tensor;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class RegressionErrorsTest {
  /** A few roundings of numbers about 1. */
  private static final double ROUNDING = 1e-15;

  /** The values are those of scikit-learn 1.9.1 for the same numbers. */
  @Example
  void errors_areScikitLearns() {
    RegressionErrors errors = new RegressionErrors();
    errors.update(
        Tensor.of(new float[] {2.5f, 0, 0, 2}, 2, 2), Tensor.of(new float[] {3, -.5f, 2, 1}, 2, 2));
    errors.update(NDArray.of(new float[] {8, 5}, 1, 2), NDArray.of(new float[] {7, 6}, 1, 2));
    assertThat(errors.rSquared()).isCloseTo(0.7639388489208634, within(ROUNDING));
    assertThat(errors.meanAbsoluteError()).isEqualTo(1);
    assertThat(errors.rootMeanSquaredError()).isCloseTo(1.094450529658367, within(ROUNDING));
  }

  @Example
  void rSquared_whereTargetsAreAllTheSame() {
    assertThat(rSquared(new float[] {2.1f, 2.1f, 2.1f}, new float[] {2.1f, 2.1f, 2.1f}))
        .isEqualTo(1);
    assertThat(rSquared(new float[] {2.1f, 2.1f, 3}, new float[] {2.1f, 2.1f, 2.1f})).isZero();
    assertThat(rSquared(new float[] {1}, new float[] {1})).isNaN();
    RegressionErrors half = new RegressionErrors();
    half.update(
        NDArray.of(new float[] {1, 1.5f, 1, 2, 1, 3}, 3, 2),
        NDArray.of(new float[] {1, 1, 1, 2, 1, 3}, 3, 2));
    assertThat(half.rSquared()).isEqualTo(0.9375);
  }

  private static double rSquared(float[] predictions, float[] targets) {
    RegressionErrors errors = new RegressionErrors();
    errors.update(NDArray.of(predictions), NDArray.of(targets));
    return errors.rSquared();
  }

  @Property
  void errors_areWhatTheirDefinitionsSay(
      @ForAll Random random,
      @ForAll @IntRange(min = 2, max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 4) int cols,
      @ForAll boolean far) {
    float[] predictions = new float[rows * cols];
    float[] targets = new float[rows * cols];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = (far ? 1000 : 0) + (float) random.nextGaussian();
      predictions[i] = targets[i] + (float) random.nextGaussian() / 2;
    }
    RegressionErrors errors = new RegressionErrors();
    int cut = random.nextInt(rows + 1);
    errors.update(rows(predictions, 0, cut, cols), rows(targets, 0, cut, cols));
    errors.update(rows(predictions, cut, rows, cols), rows(targets, cut, rows, cols));
    double absolute = 0;
    double root = 0;
    double rSquared = 0;
    for (int col = 0; col < cols; col++) {
      double mean = 0;
      for (int i = col; i < targets.length; i += cols) {
        mean += targets[i] / (double) rows;
      }
      double squares = 0;
      double spread = 0;
      for (int i = col; i < targets.length; i += cols) {
        double off = (double) predictions[i] - targets[i];
        absolute += Math.abs(off) / rows / cols;
        squares += off * off;
        spread += (targets[i] - mean) * (targets[i] - mean);
      }
      root += Math.sqrt(squares / rows) / cols;
      rSquared += (1 - squares / spread) / cols;
    }
    // Sums of at most 40 terms, each rounded to 53 bits, and targets 1000 times their spread.
    assertThat(errors.meanAbsoluteError()).isCloseTo(absolute, within(1e-12));
    assertThat(errors.rootMeanSquaredError()).isCloseTo(root, within(1e-12));
    assertThat(errors.rSquared()).isCloseTo(rSquared, within(1e-10 * (1 + Math.abs(rSquared))));
  }

  private static NDArray rows(float[] values, int from, int to, int cols) {
    return NDArray.of(values, values.length / cols, cols).slice(0, from, to);
  }

  @Example
  void refused() {
    RegressionErrors errors = new RegressionErrors();
    assertThatThrownBy(errors::rSquared)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("regression errors: there were no samples");
    assertThatThrownBy(errors::meanAbsoluteError).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(errors::rootMeanSquaredError).isInstanceOf(IllegalStateException.class);
    NDArray flat = NDArray.zeros(Shape.of(2));
    NDArray column = NDArray.zeros(Shape.of(2, 1));
    assertThatThrownBy(() -> errors.update(flat, column))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "regression errors: predictions of shape [2] do not go with targets of shape [2, 1]");
    NDArray scalar = NDArray.scalar(1);
    assertThatThrownBy(() -> errors.update(scalar, scalar))
        .hasMessage(
            "regression errors: predictions of shape [] do not go with targets of shape []");
    NDArray bad = NDArray.of(new float[] {1, Float.POSITIVE_INFINITY});
    assertThatThrownBy(() -> errors.update(flat, bad))
        .hasMessage("regression errors: the target at 1 of shape [2] is Infinity");
    assertThatThrownBy(() -> errors.update(NDArray.of(new float[] {Float.NaN, 1}), flat))
        .hasMessage("regression errors: the prediction at 0 of shape [2] is NaN");
    errors.update(flat, flat);
    NDArray wide = NDArray.zeros(Shape.of(2, 3));
    assertThatThrownBy(() -> errors.update(wide, wide))
        .hasMessage("regression errors: samples of 3 numbers do not go with those before, of 1");
    assertThat(errors.meanAbsoluteError()).isZero();
  }
}
