package dev.lanewise.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.kernel.Activation;
import dev.lanewise.kernel.Allocations;
import dev.lanewise.kernel.Epilogue;
import dev.lanewise.kernel.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Packed layers against a plain loop. Each output is one chain of fused multiply-adds over the
 * inputs in their order, so that the loop gives the same bits.
 */
final class PackedLinearTest {
  private static final int[] SIZES = {
    1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 100, 131
  };

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void apply_awkwardShapes_viewsBiasesActivations(@ForAll Random random) {
    int rows = size(random);
    int in = size(random);
    int out = size(random);
    NDArray x = NDArray.of(normal(random, rows * in), rows, in);
    NDArray weight = Views.draw(random, random::nextGaussian, out, in);
    NDArray bias = random.nextBoolean() ? null : Views.draw(random, random::nextGaussian, out);
    Activation[] activations = Activation.values();
    Activation activation = activations[random.nextInt(activations.length)];
    check(PackedLinear.of(weight, bias, activation), x, weight, bias, activation);
  }

  /** Wide enough for two panels and more than one block of inputs. */
  @Example
  void apply_manyInputs() {
    Random random = new Random(1);
    NDArray x = NDArray.of(normal(random, 2 * 2100), 2, 2100);
    NDArray weight = NDArray.of(normal(random, 2100 * 150), 2100, 150).transpose();
    check(PackedLinear.of(weight, null, Activation.IDENTITY), x, weight, null, Activation.IDENTITY);
  }

  @Example
  void apply_afterTheWeightsWereWritten() {
    Random random = new Random(2);
    NDArray weight = NDArray.of(normal(random, 9 * 5), 9, 5);
    NDArray view = weight.slice(0, 1, 8).transpose().transpose();
    NDArray x = NDArray.of(normal(random, 3 * 5), 3, 5);
    PackedLinear layer = PackedLinear.of(view, null, Activation.RELU);
    check(layer, x, view, null, Activation.RELU);
    weight.set(17, 4, 2);
    check(layer, x, view, null, Activation.RELU);
    view.scale(-0.5f);
    check(layer, x, view, null, Activation.RELU);
    float[] before = apply(layer, x).toFloatArray();
    weight.segment().asSlice(4 * weight.offset(), 4 * weight.size()).fill((byte) 0);
    assertThat(apply(layer, x).toFloatArray()).isEqualTo(before);
    weight.touch();
    assertThat(apply(layer, x).toFloatArray()).containsOnly(0);
  }

  /** Whole numbers that bfloat16 has, and bytes of scale one: every result is exact. */
  @Example
  void apply_narrowWeights() {
    Random random = new Random(5);
    int in = 37;
    int out = 150;
    float[] whole = new float[out * in];
    for (int i = 0; i < whole.length; i++) {
      whole[i] = i % in == 0 ? 127 : random.nextInt(255) - 127;
    }
    NDArray bias = NDArray.of(normal(random, out), out);
    float[] numbers = new float[5 * in];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = random.nextInt(21) - 10;
    }
    NDArray x = NDArray.of(numbers, 5, in);
    for (Weights form : Weights.values()) {
      NDArray weight = NDArray.of(whole, out, in);
      NDArray view = weight.transpose().contiguous().transpose();
      for (NDArray w : List.of(weight, view)) {
        PackedLinear layer = PackedLinear.of(w, null, Activation.RELU, form);
        check(layer, x, w, null, Activation.RELU);
        w.scale(-1);
        check(layer, x, w, null, Activation.RELU);
      }
      // Zeros times anything leave the bias.
      PackedLinear layer = PackedLinear.of(weight, bias, Activation.IDENTITY, form);
      NDArray none = NDArray.zeros(Shape.of(1, in));
      assertThat(apply(layer, none).toFloatArray()).isEqualTo(bias.toFloatArray());
    }
  }

  @Example
  void apply_bytesOfWeightsThatBecameInfinite() {
    NDArray weight = NDArray.full(Shape.of(3, 2), 1);
    PackedLinear layer = PackedLinear.of(weight, null, Activation.IDENTITY, Weights.INT8);
    weight.set(Float.POSITIVE_INFINITY, 2, 1);
    assertThatThrownBy(() -> apply(layer, NDArray.full(Shape.of(1, 2), 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("weights kept as int8 must be finite: among those of output 2 is Infinity");
  }

  @Example
  void apply_writesItsRowsOnly() {
    PackedLinear layer =
        PackedLinear.of(NDArray.full(Shape.of(3, 2), 1), null, Activation.IDENTITY);
    NDArray x = NDArray.of(new float[] {9, 1, 2, 3, 4, 9}, 6);
    NDArray y = NDArray.full(Shape.of(10), -1);
    layer.apply(2, x.segment(), x.offset() + 1, y.segment(), y.offset() + 2);
    assertThat(y.toFloatArray()).containsExactly(-1, -1, 3, 3, 3, 7, 7, 7, -1, -1);
    layer.apply(0, x.segment(), x.offset(), y.segment(), y.offset());
    assertThat(y.toFloatArray()).containsExactly(-1, -1, 3, 3, 3, 7, 7, 7, -1, -1);
    assertThat(layer.in()).isEqualTo(2);
    assertThat(layer.out()).isEqualTo(3);
  }

  @Example
  void apply_warmCallsAllocateNothing() {
    Random random = new Random(3);
    NDArray bias = NDArray.of(normal(random, 70), 70);
    PackedLinear layer =
        PackedLinear.of(NDArray.of(normal(random, 70 * 33), 70, 33), bias, Activation.GELU);
    for (int rows : new int[] {1, 3, 8}) {
      NDArray x = NDArray.of(normal(random, rows * 33), rows, 33);
      NDArray y = NDArray.empty(Shape.of(rows, 70));
      assertThat(
              Allocations.perCall(
                  () -> layer.apply(rows, x.segment(), x.offset(), y.segment(), y.offset())))
          .as("bytes a call of %s rows", rows)
          .isZero();
    }
  }

  /** Threads that meet on a layer whose weights were just written all see the new ones. */
  @Example
  void apply_onManyThreads() throws Exception {
    Random random = new Random(4);
    NDArray weight = NDArray.of(normal(random, 50 * 40), 50, 40);
    NDArray x = NDArray.of(normal(random, 6 * 40), 6, 40);
    PackedLinear layer = PackedLinear.of(weight, null, Activation.TANH);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int round = 0; round < 100; round++) {
        weight.scale(-0.99f);
        float[] expected = apply(PackedLinear.of(weight, null, Activation.TANH), x).toFloatArray();
        List<Future<float[]>> results = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          results.add(threads.submit(() -> apply(layer, x).toFloatArray()));
        }
        for (Future<float[]> result : results) {
          assertThat(result.get()).isEqualTo(expected);
        }
      }
    }
  }

  @Example
  void errors() {
    NDArray weight = NDArray.zeros(Shape.of(4, 3));
    assertThatThrownBy(() -> PackedLinear.of(NDArray.zeros(Shape.of(4)), null, Activation.RELU))
        .isInstanceOf(ShapeException.class)
        .hasMessage("linear: weight [4] is not [out, in]");
    for (Shape shape : new Shape[] {Shape.of(3), Shape.of(4, 1), Shape.of()}) {
      NDArray bias = NDArray.zeros(shape);
      assertThatThrownBy(() -> PackedLinear.of(weight, bias, Activation.RELU))
          .isInstanceOf(ShapeException.class)
          .hasMessage(
              "linear: bias " + shape + " does not have the weight's [4, 3] number of outputs");
    }
    PackedLinear layer = PackedLinear.of(weight, null, Activation.RELU);
    NDArray x = NDArray.zeros(Shape.of(2, 3));
    long end = x.segment().byteSize() / Float.BYTES;
    assertThatThrownBy(() -> layer.apply(1, x.segment(), end - 2, x.segment(), 0))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageStartingWith("A, 1 rows by 3 columns from offset " + (end - 2) + " ");
  }

  private static int size(Random random) {
    return SIZES[random.nextInt(SIZES.length)];
  }

  private static float[] normal(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static NDArray apply(PackedLinear layer, NDArray x) {
    int rows = x.shape().at(0);
    NDArray y = NDArray.full(Shape.of(rows, layer.out()), Float.NaN);
    layer.apply(rows, x.segment(), x.offset(), y.segment(), y.offset());
    return y;
  }

  private static void check(
      PackedLinear layer, NDArray x, NDArray weight, NDArray bias, Activation activation) {
    int rows = x.shape().at(0);
    int in = weight.shape().at(1);
    int out = weight.shape().at(0);
    float[] xs = x.toFloatArray();
    float[] w = weight.toFloatArray();
    float[] b = bias == null ? new float[out] : bias.toFloatArray();
    float[] sums = new float[rows * out];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < out; j++) {
        float sum = 0;
        for (int p = 0; p < in; p++) {
          sum = Math.fma(xs[i * in + p], w[j * in + p], sum);
        }
        sums[i * out + j] = sum + b[j];
      }
    }
    NDArray expected = NDArray.of(sums, rows, out);
    Epilogue.apply(activation, expected.segment(), expected.offset(), out, rows, out, null, 0);
    float[] values = apply(layer, x).toFloatArray();
    if (out > 1) {
      assertThat(values).isEqualTo(expected.toFloatArray());
    } else {
      // Dot products, whose lanes are summed apart: K + 2 roundings of partial sums of normal
      // numbers' products, which stay below 2 K here; no activation is steeper than 1.13.
      assertThat(values)
          .containsExactly(
              expected.toFloatArray(), within((float) (1.13 * (in + 2) * Math.ulp(1f) * 2 * in)));
    }
  }
}
