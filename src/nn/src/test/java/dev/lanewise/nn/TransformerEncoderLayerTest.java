package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.array.Shape;
import dev.lanewise.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The layer of a transformer's encoder against plain loops. */
final class TransformerEncoderLayerTest {
  private static final int SIZE = 4;
  private static final int LENGTH = 3;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void forward_isItsFormula(boolean normFirst) {
    Random random = new Random(2);
    TransformerEncoderLayer layer =
        new TransformerEncoderLayer(SIZE, 2, 5, 0, Tensor::tanh, normFirst);
    Tensor[] inputs = Exact.inputs(random, layer, Exact.draw(random, 2, LENGTH, SIZE));
    Exact exact =
        in -> {
          double[] x = in[0];
          if (normFirst) {
            double[] y = sum(x, attend(norm(x, in, 9), in));
            return sum(y, feed(norm(y, in, 11), in));
          }
          double[] y = norm(sum(x, attend(x, in)), in, 9);
          return norm(sum(y, feed(y, in)), in, 11);
        };
    // Six products of up to six terms, two norms that divide by a small deviation, a softmax.
    exact.check(128, in -> layer.forward(in[0], AttentionMask.causal(LENGTH)), inputs);
  }

  @Test
  void stateDict_isPyTorchs() {
    TransformerEncoderLayer layer = new TransformerEncoderLayer(8, 2, 16);
    assertThat(layer.stateDict().keySet())
        .containsExactly(
            "self_attn.in_proj_weight",
            "self_attn.in_proj_bias",
            "self_attn.out_proj.weight",
            "self_attn.out_proj.bias",
            "linear1.weight",
            "linear1.bias",
            "linear2.weight",
            "linear2.bias",
            "norm1.weight",
            "norm1.bias",
            "norm2.weight",
            "norm2.bias");
    assertThat(layer.stateDict().get("linear1.weight").shape()).isEqualTo(Shape.of(16, 8));
    assertThat(layer.stateDict().get("norm2.bias").shape()).isEqualTo(Shape.of(8));
  }

  @Test
  void dropout_isInTrainingOnly() {
    TransformerEncoderLayer layer = new TransformerEncoderLayer(8, 2, 16);
    Tensor x = Exact.draw(new Random(1), 2, 5, 8);
    assertThat(layer.forward(x).shape()).isEqualTo(x.shape());
    assertThat(layer.forward(x).toFloatArray()).isNotEqualTo(layer.forward(x).toFloatArray());
    layer.eval();
    assertThat(layer.forward(x).toFloatArray()).isEqualTo(layer.forward(x).toFloatArray());
  }

  private static double[] attend(double[] x, double[]... in) {
    double[][] p = new double[3][];
    Arrays.setAll(
        p,
        i -> {
          int from = i * SIZE;
          return Exact.linear(
              x,
              Arrays.copyOfRange(in[1], from * SIZE, (from + SIZE) * SIZE),
              Arrays.copyOfRange(in[2], from, from + SIZE),
              SIZE);
        });
    double[] attended =
        MultiheadAttentionTest.attended(p[0], p[1], p[2], 2, 2, SIZE, (i, j) -> j <= i);
    return Exact.linear(attended, in[3], in[4], SIZE);
  }

  private static double[] feed(double[] x, double[]... in) {
    double[] inner = Arrays.stream(Exact.linear(x, in[5], in[6], SIZE)).map(Math::tanh).toArray();
    return Exact.linear(inner, in[7], in[8], 5);
  }

  private static double[] norm(double[] x, double[][] in, int at) {
    return Exact.layerNorm(x, SIZE, in[at], in[at + 1], 1e-5);
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = new double[a.length];
    Arrays.setAll(sum, i -> a[i] + b[i]);
    return sum;
  }
}
