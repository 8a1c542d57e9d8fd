package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.ShapeException;
import dev.lanewise.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Losses against plain double loops. */
final class LossesTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "3, 5", "17, 10", "64, 33"})
  void mse_andItsGradient(int rows, int cols) {
    Random random = new Random(rows);
    float[] p = drawn(random, rows * cols, 3);
    float[] t = drawn(random, rows * cols, 3);
    Tensor prediction = Tensor.of(p, rows, cols).requiresGrad(true);
    Tensor loss = Losses.mse(prediction, Tensor.of(t, rows, cols));
    loss.backward();

    int n = rows * cols;
    double sum = 0;
    for (int i = 0; i < n; i++) {
      double difference = (double) p[i] - t[i];
      sum += difference * difference;
      // Four roundings of numbers of the size of p and t.
      assertThat((double) prediction.grad().get(i / cols, i % cols))
          .isCloseTo(2 * difference / n, within(4 * 0x1p-24 * 12 / n));
    }
    // All terms are positive: each addition rounds by at most half an ulp of the sum.
    assertThat((double) loss.item()).isCloseTo(sum / n, within(0x1p-24 * (n + 8) * sum / n));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "3, 5, 4", "17, 10, 8", "64, 33, 80"})
  void crossEntropy_andItsGradient(int rows, int cols, int range) {
    Random random = new Random(rows);
    float[] x = drawn(random, rows * cols, range);
    int[] labels = random.ints(rows, 0, cols).toArray();
    Tensor logits = Tensor.of(x, rows, cols).requiresGrad(true);
    Tensor loss = Losses.crossEntropy(logits, labels);
    loss.backward();

    double sum = 0;
    for (int row = 0; row < rows; row++) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < cols; i++) {
        largest = Math.max(largest, x[row * cols + i]);
      }
      double total = 0;
      for (int i = 0; i < cols; i++) {
        total += Math.exp(x[row * cols + i] - largest);
      }
      sum += largest + Math.log(total) - x[row * cols + labels[row]];
      for (int i = 0; i < cols; i++) {
        double softmax = Math.exp(x[row * cols + i] - largest) / total;
        double slope = (softmax - (i == labels[row] ? 1 : 0)) / rows;
        // Numbers up to 1, after a sum of cols terms and an exponential of up to 2 range.
        assertThat((double) logits.grad().get(row, i))
            .isCloseTo(slope, within(0x1p-24 * (cols + 2 * range + 8) / rows));
      }
    }
    assertThat((double) loss.item())
        .isCloseTo(sum / rows, within(0x1p-24 * (rows + cols + 8) * (range + sum / rows)));
  }

  @Test
  void crossEntropy_ofHugeLogits_isFinite() {
    Tensor logits = Tensor.of(new float[] {1e30f, -1e30f, 0, 0}, 2, 2).requiresGrad(true);
    Tensor loss = Losses.crossEntropy(logits, 0, 1);
    loss.backward();
    assertThat((double) loss.item()).isCloseTo(Math.log(2) / 2, within(4 * 0x1p-24));
    assertThat(logits.grad().toFloatArray()).containsExactly(0, 0, 0.25f, -0.25f);
  }

  @Test
  void errors_areSentences() {
    Tensor logits = Tensor.ones(2, 3);
    assertThatThrownBy(() -> Losses.mse(logits, Tensor.ones(3)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("mse: prediction [2, 3] and target [3] differ in shape");
    assertThatThrownBy(() -> Losses.crossEntropy(logits, 1))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "crossEntropy: logits [2, 3] are not [rows, classes] with a row for each of 1 labels");
    assertThatThrownBy(() -> Losses.crossEntropy(logits, 0, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("crossEntropy: label 3 of row 1 is not one of 3 classes");
    assertThatThrownBy(() -> Losses.crossEntropy(Tensor.ones(3), 0, 1, 2))
        .isInstanceOf(ShapeException.class);
  }

  private static float[] drawn(Random random, int n, float range) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextFloat(-range, range);
    }
    return values;
  }
}
