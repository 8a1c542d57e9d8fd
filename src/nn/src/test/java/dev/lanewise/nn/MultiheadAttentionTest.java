package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Multi-head attention and its masks against plain loops. */
final class MultiheadAttentionTest {
  private static final float NEVER = Float.NEGATIVE_INFINITY;

  @ParameterizedTest
  @CsvSource({"1, 1, 1, 2, 1", "2, 3, 4, 6, 3", "2, 4, 2, 4, 2"})
  void forward_ofQueryKeyAndValue(int batch, int n, int m, int size, int heads) {
    Random random = new Random(heads);
    MultiheadAttention attention = new MultiheadAttention(size, heads);
    Tensor[] inputs =
        Exact.inputs(
            random,
            attention,
            Exact.draw(random, batch, n, size),
            Exact.draw(random, batch, m, size),
            Exact.draw(random, batch, m, size));
    Exact exact =
        in -> {
          double[] w = in[3];
          double[] b = in[4];
          return Exact.linear(
              attended(
                  project(in[0], w, b, size, 0),
                  project(in[1], w, b, size, 1),
                  project(in[2], w, b, size, 2),
                  batch,
                  heads,
                  size,
                  (i, j) -> true),
              in[5],
              in[6],
              size);
        };
    // Four products of up to six terms, and a softmax.
    exact.check(48, in -> attention.forward(in[0], in[1], in[2], null), inputs);
  }

  @Test
  void forward_ofOneInput_isThatOfThreeAlike_andCausal() {
    Random random = new Random(1);
    int batch = 2;
    int n = 4;
    int size = 6;
    MultiheadAttention attention = new MultiheadAttention(size, 2);
    Tensor x = Exact.draw(random, batch, n, size);
    Tensor[] inputs = Exact.inputs(random, attention, x);
    Exact exact =
        in -> {
          double[][] p = new double[3][];
          Arrays.setAll(p, part -> project(in[0], in[1], in[2], size, part));
          return Exact.linear(
              attended(p[0], p[1], p[2], batch, 2, size, (i, j) -> j <= i), in[3], in[4], size);
        };
    exact.check(48, in -> attention.forward(in[0], AttentionMask.causal(n)), inputs);
    float[] alike = attention.forward(x, x, x, null).toFloatArray();
    float[] own = attention.forward(x).toFloatArray();
    for (int i = 0; i < own.length; i++) {
      // Products over six terms, the same but for the order in which a kernel adds them.
      assertThat((double) own[i]).isCloseTo(alike[i], within(48 * 0x1p-24 * 4));
    }
  }

  @Test
  void paddingMask_hidesKeys() {
    MultiheadAttention attention = new MultiheadAttention(4, 2);
    Random random = new Random(1);
    Tensor x = Exact.draw(random, 2, 3, 4);
    Tensor padding = Tensor.of(new float[] {0, 0, 0, 0, 0, 1}, 2, 3);
    Tensor hidden = attention.forward(x, AttentionMask.padding(padding));
    Tensor shorter = attention.forward(x.slice(0, 1, 2).slice(1, 0, 2));
    assertThat(hidden.slice(0, 1, 2).slice(1, 0, 2).toFloatArray())
        .usingComparatorWithPrecision(1e-6f)
        .isEqualTo(shorter.toFloatArray());
    assertThat(hidden.slice(0, 0, 1).toFloatArray())
        .isEqualTo(attention.forward(x).slice(0, 0, 1).toFloatArray());
    Tensor both = AttentionMask.causal(3).add(AttentionMask.padding(padding));
    assertThat(both.shape()).isEqualTo(Shape.of(2, 1, 3, 3));
    assertThat(both.slice(0, 1, 2).toFloatArray())
        .containsExactly(0, NEVER, NEVER, 0, 0, NEVER, 0, 0, NEVER);
  }

  @Test
  void masks_areZeroAndMinusInfinity() {
    assertThat(AttentionMask.causal(2).toFloatArray()).containsExactly(0, NEVER, 0, 0);
    Tensor padding = AttentionMask.padding(Tensor.of(new float[] {0, 1, 1, 0}, 2, 2));
    assertThat(padding.shape()).isEqualTo(Shape.of(2, 1, 1, 2));
    assertThat(padding.toFloatArray()).containsExactly(0, NEVER, NEVER, 0);
    assertThatThrownBy(() -> AttentionMask.padding(Tensor.ones(3)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("a padding mask is made of [batch, keys], not of shape [3]");
  }

  @Test
  void stateDict_isPyTorchs_andStartsAsItsDoes() {
    MultiheadAttention attention = new MultiheadAttention(6, 3);
    assertThat(attention.stateDict().keySet())
        .containsExactly("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias");
    assertThat(attention.stateDict().values().stream().map(NDArray::shape))
        .containsExactly(Shape.of(18, 6), Shape.of(18), Shape.of(6, 6), Shape.of(6));
    assertThat(attention.stateDict().get("in_proj_bias").toFloatArray()).containsOnly(0);
    assertThat(attention.stateDict().get("out_proj.bias").toFloatArray()).containsOnly(0);
    double largest = 0;
    for (float value : attention.stateDict().get("in_proj_weight").toFloatArray()) {
      largest = Math.max(largest, Math.abs(value));
    }
    // Glorot's bound for a weight [18, 6] is sqrt(6 / 24).
    assertThat(largest).isBetween(0.45, 0.5);
    assertThat(new MultiheadAttention(6, 3, 0, false).stateDict().keySet())
        .containsExactly("in_proj_weight", "out_proj.weight");
  }

  @Test
  void dropout_isInTrainingOnly() {
    MultiheadAttention attention = new MultiheadAttention(4, 2, 0.5, true);
    Tensor x = Exact.draw(new Random(1), 2, 5, 4);
    assertThat(attention.forward(x).toFloatArray())
        .isNotEqualTo(attention.forward(x).toFloatArray());
    attention.eval();
    assertThat(attention.forward(x).toFloatArray()).isEqualTo(attention.forward(x).toFloatArray());
  }

  @Test
  void errors_areSentences() {
    assertThatThrownBy(() -> new MultiheadAttention(6, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("attention of size 6 cannot be cut into 4 equal heads");
    MultiheadAttention attention = new MultiheadAttention(6, 3);
    assertThatThrownBy(() -> attention.forward(Tensor.ones(2, 6)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("attention: input [2, 6] is not [batch, length, 6]");
    Tensor x = Tensor.ones(2, 3, 6);
    assertThatThrownBy(() -> attention.forward(x, Tensor.ones(2, 3, 5), x, null))
        .isInstanceOf(ShapeException.class)
        .hasMessage("attention: key [2, 3, 5] is not [batch, length, 6]");
    assertThatThrownBy(() -> attention.forward(x, Tensor.ones(4, 4)))
        .isInstanceOf(ShapeException.class);
  }

  interface Allowed {
    boolean looks(int query, int key);
  }

  private static double[] project(double[] x, double[] w, double[] b, int size, int part) {
    int from = part * size;
    return Exact.linear(
        x,
        Arrays.copyOfRange(w, from * size, (from + size) * size),
        Arrays.copyOfRange(b, from, from + size),
        size);
  }

  /** Returns attention over projected [batch, n, size] and [batch, m, size], head by head. */
  static double[] attended(
      double[] q, double[] k, double[] v, int batch, int heads, int size, Allowed allowed) {
    int n = q.length / batch / size;
    int m = k.length / batch / size;
    int d = size / heads;
    double[] y = new double[q.length];
    for (int b = 0; b < batch; b++) {
      for (int h = 0; h < heads; h++) {
        for (int i = 0; i < n; i++) {
          double[] scores = new double[m];
          for (int j = 0; j < m; j++) {
            double sum = 0;
            for (int p = h * d; p < (h + 1) * d; p++) {
              sum += q[(b * n + i) * size + p] * k[(b * m + j) * size + p];
            }
            scores[j] = allowed.looks(i, j) ? sum / Math.sqrt(d) : Double.NEGATIVE_INFINITY;
          }
          Exact.softmax(scores, 0, m);
          for (int p = h * d; p < (h + 1) * d; p++) {
            for (int j = 0; j < m; j++) {
              y[(b * n + i) * size + p] += scores[j] * v[(b * m + j) * size + p];
            }
          }
        }
      }
    }
    return y;
  }
}
