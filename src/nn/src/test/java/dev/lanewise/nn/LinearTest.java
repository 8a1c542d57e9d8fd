package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.tensor.Tensor;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fully connected layer and the distributions that it starts from. */
final class LinearTest {
  @Test
  void forward_isXTimesWTransposedPlusB() {
    Linear layer = new Linear(2, 3);
    layer.weight().array().copyFrom(NDArray.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2));
    layer.bias().array().copyFrom(NDArray.of(new float[] {10, 20, 30}));
    assertThat(layer.forward(Tensor.of(new float[] {1, 1, 2, 0}, 2, 2)).toFloatArray())
        .containsExactly(13, 27, 41, 12, 26, 40);
    assertThat(layer.forward(Tensor.of(new float[] {1, 1})).shape()).isEqualTo(Shape.of(3));
    assertThat(layer.forward(Tensor.ones(4, 5, 2)).shape()).isEqualTo(Shape.of(4, 5, 3));
  }

  @Test
  void withoutBias_hasOneParameter() {
    Linear layer = new Linear(2, 3, false);
    assertThat(layer.bias()).isNull();
    assertThat(layer.namedParameters().keySet()).containsExactly("weight");
    assertThat(layer.forward(Tensor.zeros(1, 2)).toFloatArray()).containsOnly(0);
  }

  /** 1 / sqrt(in) is what PyTorch's kaiming_uniform_(a = sqrt(5)) comes to. */
  @ParameterizedTest
  @CsvSource({"1, 4000", "7, 900", "64, 128", "784, 64"})
  void initialValues_areUniformWithinPyTorchsBound(int in, int out) {
    Linear layer = new Linear(in, out, true, new Random(in));
    double bound = 1 / Math.sqrt(in);
    checkUniform(layer.weight().toFloatArray(), bound);
    checkUniform(layer.bias().toFloatArray(), bound);
  }

  /** Uniform on ±bound has mean 0 and deviation bound / sqrt(3); estimates err by 1 / sqrt(n). */
  private static void checkUniform(float[] values, double bound) {
    double sum = 0;
    double squares = 0;
    double largest = 0;
    for (float value : values) {
      sum += value;
      squares += (double) value * value;
      largest = Math.max(largest, Math.abs(value));
    }
    int n = values.length;
    assertThat(largest).isLessThanOrEqualTo((double) Math.nextUp((float) bound));
    // None of n values in the outermost 10 / n has odds of e^-10.
    assertThat(largest).isGreaterThan(bound * (1 - 10.0 / n));
    assertThat(sum / n).isCloseTo(0, within(5 * bound / Math.sqrt(3.0 * n)));
    // The variance of a square is 4/45 of bound^4; five deviations of its mean.
    assertThat(squares / n)
        .isCloseTo(bound * bound / 3, within(5 * bound * bound * Math.sqrt(4 / 45.0 / n)));
  }

  @Test
  void seed_sameSeed_sameBits() {
    float[] first = seeded(3);
    assertThat(seeded(3)).isEqualTo(first);
    assertThat(seeded(4)).isNotEqualTo(first);
    Seed.set(3);
    var _ = new Linear(9, 9);
    assertThat(new Linear(9, 9).weight().toFloatArray())
        .as("the second layer of a seed")
        .isNotEqualTo(first);
    Seed.set(0);
  }

  private static float[] seeded(long seed) {
    Seed.set(seed);
    return new Linear(9, 9).weight().toFloatArray();
  }

  @Test
  void seed_splitsAreIndependentOfWhatIsDrawn() {
    Seed.set(1);
    RandomGenerator first = Seed.split();
    for (int i = 0; i < 100; i++) {
      first.nextLong();
    }
    long second = Seed.split().nextLong();
    Seed.set(1);
    Seed.split();
    assertThat(Seed.split().nextLong()).isEqualTo(second);
    Seed.set(0);
  }

  @Test
  void kaimingAndXavier_haveTheirDeviations() {
    int out = 200;
    int in = 300;
    double kaiming = Math.sqrt(2.0 / in);
    double xavier = Math.sqrt(2.0 / (in + out));
    Random random = new Random(5);
    NDArray weight = NDArray.persistent(Shape.of(in, out)).transpose();

    Init.kaimingUniform(weight, 0, random);
    checkUniform(weight.toFloatArray(), kaiming * Math.sqrt(3));
    Init.kaimingNormal(weight, 0, random);
    checkNormal(weight.toFloatArray(), kaiming);
    Init.kaimingNormal(weight, 2, random);
    checkNormal(weight.toFloatArray(), kaiming / Math.sqrt(5));
    Init.xavierUniform(weight, 1, random);
    checkUniform(weight.toFloatArray(), xavier * Math.sqrt(3));
    Init.xavierNormal(weight, 3, random);
    checkNormal(weight.toFloatArray(), 3 * xavier);
  }

  /** Of n normal values the deviation errs by 1 / sqrt(2 n); five times that. */
  private static void checkNormal(float[] values, double deviation) {
    double sum = 0;
    double squares = 0;
    int beyondTwo = 0;
    for (float value : values) {
      sum += value;
      squares += (double) value * value;
      beyondTwo += Math.abs(value) > 2 * deviation ? 1 : 0;
    }
    int n = values.length;
    assertThat(sum / n).isCloseTo(0, within(5 * deviation / Math.sqrt(n)));
    assertThat(Math.sqrt(squares / n))
        .isCloseTo(deviation, within(5 * deviation / Math.sqrt(2.0 * n)));
    assertThat(beyondTwo / (double) n).isCloseTo(0.0455, within(5 * Math.sqrt(0.0455 / n)));
  }

  @Test
  void init_countsAsAWrite_andDrawsInRowMajorOrder() {
    NDArray rows = NDArray.persistent(Shape.of(3, 2));
    NDArray columns = NDArray.persistent(Shape.of(2, 3)).transpose();
    Init.uniform(rows, 2, 3, new Random(1));
    Init.uniform(columns, 2, 3, new Random(1));
    assertThat(columns.toFloatArray()).isEqualTo(rows.toFloatArray());
    assertThat(rows.storage().version()).isPositive();
    for (float value : rows.toFloatArray()) {
      assertThat(value).isBetween(2f, 3f);
    }
  }

  @Test
  void errors_areSentences() {
    assertThatThrownBy(() -> new Linear(0, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a linear layer from 0 to 3 has a size that is not positive");
    assertThatThrownBy(() -> new Linear(2, 3).forward(Tensor.ones(4, 5)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("linear: input [4, 5] does not end in the weight's [3, 2] number of inputs");
    assertThatThrownBy(() -> Init.kaimingUniform(NDArray.zeros(Shape.of(3)), 0, new Random(1)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("shape [3] is not a weight [out, in, ...]: it has no fan-in");
  }
}
