package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The layer that is linear in each of two inputs. */
final class BilinearTest {
  @ParameterizedTest
  @CsvSource({"1, 1, 1, 1", "3, 2, 4, 5", "2, 5, 3, 1"})
  void forward_isTheSumOfItsDefinition(int rows, int in1, int in2, int out) {
    Random random = new Random(rows);
    Bilinear layer = new Bilinear(in1, in2, out);
    Exact exact =
        in -> {
          double[] y = new double[rows * out];
          for (int n = 0; n < rows; n++) {
            for (int o = 0; o < out; o++) {
              double sum = in[3][o];
              for (int i = 0; i < in1; i++) {
                for (int j = 0; j < in2; j++) {
                  sum += in[0][n * in1 + i] * in[2][(o * in1 + i) * in2 + j] * in[1][n * in2 + j];
                }
              }
              y[n * out + o] = sum;
            }
          }
          return y;
        };
    Tensor x1 = Exact.draw(random, rows, in1);
    Tensor x2 = Exact.draw(random, rows, in2);
    // As many roundings as a sum has terms, and a few.
    exact.check(
        in1 * in2 + 8, in -> layer.forward(in[0], in[1]), Exact.inputs(random, layer, x1, x2));
  }

  @Test
  void forward_keepsTheAxesBefore() {
    Bilinear layer = new Bilinear(3, 2, 4, false);
    assertThat(layer.forward(Tensor.ones(5, 6, 3), Tensor.ones(5, 6, 2)).shape())
        .isEqualTo(Shape.of(5, 6, 4));
    assertThat(layer.forward(Tensor.ones(3), Tensor.ones(2)).shape()).isEqualTo(Shape.of(4));
    assertThat(layer.bias()).isNull();
    assertThat(layer.stateDict().keySet()).containsExactly("weight");
  }

  @Test
  void stateDict_isPyTorchs_andStartsWithinItsBound() {
    Bilinear layer = new Bilinear(4, 2, 5);
    assertThat(layer.weight().shape()).isEqualTo(Shape.of(5, 4, 2));
    assertThat(layer.bias().shape()).isEqualTo(Shape.of(5));
    assertThat(layer.stateDict().keySet()).containsExactly("weight", "bias");
    for (float value : layer.weight().toFloatArray()) {
      assertThat(value).isBetween(-0.5f, 0.5f);
    }
  }

  @Test
  void errors_areSentences() {
    Bilinear layer = new Bilinear(3, 2, 4);
    assertThatThrownBy(() -> layer.forward(Tensor.ones(5, 3), Tensor.ones(6, 2)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "bilinear: inputs [5, 3] and [6, 2] do not end in the weight's [4, 3, 2] numbers of"
                + " inputs after the same axes");
    assertThatThrownBy(() -> layer.forward(Tensor.ones(5, 2), Tensor.ones(5, 2)))
        .isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> layer.forward(Tensor.ones(5, 3)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("a Bilinear layer wants two inputs: forward(first, second)");
    assertThatThrownBy(() -> new Bilinear(3, 0, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a bilinear layer from 3 and 0 to 4 has a size that is not positive");
  }
}
