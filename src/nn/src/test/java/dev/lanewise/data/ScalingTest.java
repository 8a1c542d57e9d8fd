package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class ScalingTest {
  @Property
  void standardizeEach_meanZeroAndDeviationOne(
      @ForAll Random random,
      @ForAll @IntRange(min = 2, max = 50) int rows,
      @ForAll @IntRange(min = 1, max = 6) int cols) {
    Dataset data = random(random, rows, cols);
    float[] scaled = scaled(data, Scaling.standardizeEach(data));
    for (int col = 0; col < cols; col++) {
      double sum = 0;
      double squares = 0;
      for (int row = 0; row < rows; row++) {
        double x = scaled[row * cols + col];
        sum += x;
        squares += x * x;
      }
      // Results of up to sqrt(rows) in size are rounded to 24 bits.
      assertThat(sum / rows).isCloseTo(0, within(1e-6));
      assertThat(squares / rows).isCloseTo(1, within(1e-6));
    }
  }

  @Property
  void rangeEach_leastAndGreatestAreTheRange(
      @ForAll Random random,
      @ForAll @IntRange(min = 2, max = 50) int rows,
      @ForAll @IntRange(min = 1, max = 6) int cols) {
    Dataset data = random(random, rows, cols);
    float[] scaled = scaled(data, Scaling.rangeEach(data, -1, 3));
    for (int col = 0; col < cols; col++) {
      float least = Float.POSITIVE_INFINITY;
      float greatest = Float.NEGATIVE_INFINITY;
      for (int row = 0; row < rows; row++) {
        least = Math.min(least, scaled[row * cols + col]);
        greatest = Math.max(greatest, scaled[row * cols + col]);
      }
      assertThat(least).isEqualTo(-1);
      assertThat(greatest).isEqualTo(3);
    }
  }

  @Example
  void ofAll_oneCenterAndFactor() {
    Dataset data = data(2, 2, 1, 3, 5, 7);
    // The mean is 4, the variance (9 + 1 + 1 + 9) / 4.
    Scaling scaling = Scaling.standardizeAll(data);
    assertThat(scaling.center()).containsExactly(4);
    assertThat(scaling.factor()).containsExactly(1 / Math.sqrt(5));
    assertThat(scaling.base()).isZero();
    float one = (float) (1 / Math.sqrt(5));
    float three = (float) (3 / Math.sqrt(5));
    assertThat(scaled(data, scaling)).containsExactly(-three, -one, one, three);
    assertThat(scaled(data, Scaling.rangeAll(data, 10, 16))).containsExactly(10, 12, 14, 16);
  }

  @Example
  void featureThatIsTheSameInAllSamples_isOnlyMoved() {
    Dataset data = data(3, 2, 0.1f, 1, 0.1f, 2, 0.1f, 3);
    float[] standard = scaled(data, Scaling.standardizeEach(data));
    assertThat(standard[0]).isZero();
    assertThat(standard[4]).isZero();
    float[] range = scaled(data, Scaling.rangeEach(data, -1, 1));
    assertThat(range).containsExactly(-1, -1, -1, 0, -1, 1);
    assertThat(Scaling.standardizeEach(data).factor()[0]).isEqualTo(1);
  }

  @Example
  void othersAreScaledByWhatTheTrainingSetGave() {
    Scaling scaling = Scaling.rangeEach(data(2, 1, 0, 10), 0, 1);
    assertThat(scaled(data(3, 1, -10, 5, 20), scaling)).containsExactly(-1, 0.5f, 2);
    Scaling again = Scaling.of(scaling.center(), scaling.factor(), scaling.base());
    assertThat(scaled(data(3, 1, -10, 5, 20), again)).containsExactly(-1, 0.5f, 2);
  }

  @Example
  void scaling_refusesWhatCannotBe() {
    Dataset data = data(2, 3, 1, 2, 3, 4, 5, 6);
    assertThatThrownBy(() -> scaled(data(1, 2, 1, 2), Scaling.standardizeEach(data)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a scaling of 3 features cannot be applied to a sample of 2");
    assertThatThrownBy(() -> Scaling.standardizeAll(Samples.numbered(0)))
        .hasMessage("there is nothing to scale by in features of shape [0, 2, 3]");
    assertThatThrownBy(() -> Scaling.rangeAll(data, 1, 1))
        .hasMessage("features cannot be scaled to 1.0 to 1.0");
    assertThatThrownBy(() -> Scaling.of(new double[2], new double[3], 0))
        .hasMessage("2 centers do not go with 3 factors");
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> Scaling.standardizeEach(data(2, 1, 1, bad)))
          .hasMessage("the features to scale by hold a number that is not finite");
      assertThatThrownBy(() -> Scaling.rangeEach(data(2, 1, 1, bad), 0, 1))
          .hasMessage("the features to scale by hold a number that is not finite");
    }
  }

  private static Dataset random(Random random, int rows, int cols) {
    float[] values = new float[rows * cols];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i % cols) * 100 + (float) random.nextGaussian();
    }
    return data(rows, cols, values);
  }

  private static Dataset data(int rows, int cols, float... values) {
    return Dataset.of(NDArray.of(values, rows, cols), NDArray.zeros(Shape.of(rows, 1)));
  }

  private static float[] scaled(Dataset data, Scaling scaling) {
    return new DataLoader(data, data.size())
        .transform(scaling)
        .iterator()
        .next()
        .x()
        .toFloatArray();
  }
}
