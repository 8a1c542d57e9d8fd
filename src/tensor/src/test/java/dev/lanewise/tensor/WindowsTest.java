package dev.lanewise.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.ShapeException;
import dev.lanewise.kernel.Extent;
import dev.lanewise.op.product.Conv2d;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Convolutions, poolings and normalizations by the tensors' methods, in numbers made by hand. */
class WindowsTest {
  @Test
  void conv2d_valueAndGradients() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 1, 1, 3, 3).requiresGrad(true);
    Tensor w = Tensor.of(new float[] {1, 0, 0, -1}, 1, 1, 2, 2).requiresGrad(true);
    Tensor b = Tensor.of(new float[] {10}).requiresGrad(true);
    Tensor y = x.conv2d(w, b, 1, 0);
    assertThat(y.shape().toArray()).containsExactly(1, 1, 2, 2);
    assertThat(y.toFloatArray()).containsExactly(6, 6, 6, 6);
    y.sum().backward();
    assertThat(grad(x)).containsExactly(1, 1, 0, 1, 0, -1, 0, -1, -1);
    assertThat(grad(w)).containsExactly(12, 16, 24, 28);
    assertThat(grad(b)).containsExactly(4);
  }

  @Test
  void conv2d_gradientsAddUp() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 1, 1, 2, 2);
    Tensor w = Tensor.of(new float[] {3}, 1, 1, 1, 1).requiresGrad(true);
    Tensor b = Tensor.zeros(1).requiresGrad(true);
    Tensor twice = x.conv2d(w, b, 1, 0).add(x.conv2d(w, b, 1, 0));
    twice.sum().backward();
    x.conv2d(w, b, 1, 0).sum().backward();
    assertThat(grad(w)).containsExactly(30);
    assertThat(grad(b)).containsExactly(12);
  }

  @Test
  void conv2d_withOptions() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 1, 2, 1, 4);
    Tensor w = Tensor.of(new float[] {1, 1, 1, -1}, 2, 1, 1, 2);
    Conv2d grouped = new Conv2d(new Extent(1, 2), new Extent(0, 1), new Extent(1, 3), 2);
    Tensor y = x.conv2d(w, null, grouped);
    assertThat(y.shape().toArray()).containsExactly(1, 2, 1, 2);
    assertThat(y.toFloatArray()).containsExactly(3, 2, -7, 6);
  }

  @Test
  void conv1d_ofSequences() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 1, 2, 4).requiresGrad(true);
    Tensor w = Tensor.of(new float[] {1, 1, 1, -1}, 2, 1, 2).requiresGrad(true);
    Tensor b = Tensor.of(new float[] {0, 100});
    Tensor y = x.conv1d(w, b, 2, 1, 3, 2);
    assertThat(y.shape().toArray()).containsExactly(1, 2, 2);
    assertThat(y.toFloatArray()).containsExactly(3, 2, 93, 106);
    y.sum().backward();
    assertThat(grad(x)).containsExactly(0, 1, 1, 0, 0, 1, -1, 0);
    assertThat(grad(w)).containsExactly(2, 3, 6, 7);
    assertThatThrownBy(() -> Tensor.zeros(2, 3).conv1d(w, null, 1, 0, 1, 1))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "conv1d: input [2, 3] and weight [2, 1, 2] are not [N, C, L] and [O, C/groups, k]");
  }

  @Test
  void poolings() {
    Tensor x = Tensor.of(new float[] {1, 4, 2, 3, 4, 0, 5, 5}, 1, 1, 2, 4).requiresGrad(true);
    Tensor max = x.maxPool2d(2, 2, 0);
    assertThat(max.toFloatArray()).containsExactly(4, 5);
    max.sum().backward();
    assertThat(grad(x)).containsExactly(0, 1, 0, 0, 0, 0, 1, 0);
    x.zeroGrad();
    Tensor mean = x.avgPool2d(2, 2, 1);
    assertThat(mean.shape().toArray()).containsExactly(1, 1, 2, 3);
    assertThat(mean.toFloatArray()).containsExactly(0.25f, 1.5f, 0.75f, 1, 1.25f, 1.25f);
    mean.sum().backward();
    assertThat(grad(x)).containsOnly(0.25f);
  }

  @Test
  void averageOfOnes_isOne() {
    Tensor mean = Tensor.ones(1, 1, 9, 9).avgPool2d(3, 3, 0);
    assertThat(mean.toFloatArray()).containsOnly(1);
  }

  @Test
  void norms_overTheWeightsAxes() {
    Tensor x = Tensor.of(new float[] {3, 4, -3, -4, 0, 0, 0, 0}, 2, 2, 2).requiresGrad(true);
    Tensor w = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).requiresGrad(true);
    Tensor b = Tensor.of(new float[] {1, 1, 1, 1}, 2, 2).requiresGrad(true);
    float r = (float) Math.sqrt(12.5);
    float[] scaled = {3 / r, 8 / r, -9 / r, -16 / r, 0, 0, 0, 0};
    assertClose(x.rmsNorm(w, 1e-12).toFloatArray(), scaled);
    assertClose(x.layerNorm(w, null, 1e-12).toFloatArray(), scaled);
    float[] plain = {3 / r, 4 / r, -3 / r, -4 / r, 0, 0, 0, 0};
    assertClose(x.rmsNorm(2, 1e-12).toFloatArray(), plain);
    assertClose(x.layerNorm(2, 1e-12).toFloatArray(), plain);
    assertClose(x.layerNorm(1, 1e-12).toFloatArray(), new float[] {-1, 1, 1, -1, 0, 0, 0, 0});
    Tensor y = x.layerNorm(w, b, 1e-12);
    assertClose(
        y.toFloatArray(), new float[] {1 + 3 / r, 1 + 8 / r, 1 - 9 / r, 1 - 16 / r, 1, 1, 1, 1});
    y.sum().backward();
    assertClose(grad(w), new float[] {3 / r, 4 / r, -3 / r, -4 / r});
    assertThat(grad(b)).containsOnly(2);
    assertThat(Objects.requireNonNull(w.grad()).shape()).isEqualTo(w.shape());
  }

  private static float[] grad(Tensor leaf) {
    NDArray grad = Objects.requireNonNull(leaf.grad());
    return grad.toFloatArray();
  }

  /** Equal but for the roundings of a scale and two products. */
  private static void assertClose(float[] got, float[] wanted) {
    assertThat(got).hasSameSizeAs(wanted);
    for (int i = 0; i < wanted.length; i++) {
      assertThat(Math.abs(got[i] - wanted[i]))
          .as("element %s, %s and %s", i, got[i], wanted[i])
          .isLessThanOrEqualTo(4 * Math.ulp(wanted[i]));
    }
  }
}
