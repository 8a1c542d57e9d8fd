package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dropout in training and in evaluation. */
final class DropoutTest {
  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5, 0.9})
  void training_zeroesAShareAndScalesTheRest(double p) {
    int n = 20_000;
    float[] values = new Dropout(p).forward(Tensor.full(2, n)).toFloatArray();
    int zeros = 0;
    for (float value : values) {
      if (value == 0) {
        zeros++;
      } else {
        // The factor and the product are rounded, p in single precision before.
        assertThat((double) value).isCloseTo(2 / (1 - p), within(2 / (1 - p) * 0x1p-20));
      }
    }
    // Five deviations of a share of n.
    assertThat(zeros / (double) n).isCloseTo(p, within(5 * Math.sqrt(p * (1 - p) / n)));
  }

  @Test
  void gradient_passesWhereTheValueDid() {
    Tensor x = Tensor.ones(1000).requiresGrad(true);
    Tensor y = new Dropout(0.25).forward(x);
    y.sum().backward();
    assertThat(x.grad().toFloatArray()).isEqualTo(y.toFloatArray());
  }

  @Test
  void everyCall_drawsAnew_andASeedRepeatsThem() {
    Seed.set(9);
    Dropout dropout = new Dropout(0.5);
    float[] first = dropout.forward(Tensor.ones(100)).toFloatArray();
    float[] second = dropout.forward(Tensor.ones(100)).toFloatArray();
    assertThat(second).isNotEqualTo(first);
    Seed.set(9);
    Dropout again = new Dropout(0.5);
    assertThat(again.forward(Tensor.ones(100)).toFloatArray()).isEqualTo(first);
    assertThat(again.forward(Tensor.ones(100)).toFloatArray()).isEqualTo(second);
    Seed.set(0);
  }

  @Test
  void state_restored_repeatsTheCallsThatFollowed() {
    Dropout dropout = new Dropout(0.5);
    float[] first = dropout.forward(Tensor.ones(100)).toFloatArray();
    Dropout.State saved = dropout.state();
    float[] second = dropout.forward(Tensor.ones(100)).toFloatArray();
    float[] third = dropout.forward(Tensor.ones(100)).toFloatArray();

    Dropout other = new Dropout(0.5);
    assertThat(other.forward(Tensor.ones(100)).toFloatArray())
        .as("another layer's")
        .isNotEqualTo(first);
    other.restore(saved);
    assertThat(other.forward(Tensor.ones(100)).toFloatArray()).isEqualTo(second);
    other.eval();
    other.forward(Tensor.ones(100));
    other.train();
    assertThat(other.forward(Tensor.ones(100)).toFloatArray()).isEqualTo(third);
    assertThat(other.state()).isEqualTo(new Dropout.State(saved.seed(), 3));
  }

  @Test
  void evaluation_andZero_doNothing() {
    Tensor x = Tensor.ones(10);
    Dropout dropout = new Dropout(0.5);
    dropout.eval();
    assertThat(dropout.forward(x)).isSameAs(x);
    assertThat(new Dropout(0).forward(x)).isSameAs(x);
  }

  @Test
  void forward_ofAView_keepsItsShape() {
    Tensor view = Tensor.ones(4, 3).transpose();
    assertThat(new Dropout(0.5).forward(view).shape()).isEqualTo(view.shape());
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, 2, Double.NaN})
  void probability_outOfRange_isRefused(double p) {
    assertThatThrownBy(() -> new Dropout(p))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dropout wants 0 <= p < 1, not " + p);
  }
}
