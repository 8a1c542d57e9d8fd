package dev.lanewise.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.Activation;
import dev.lanewise.memory.Scope;
import dev.lanewise.op.pointwise.Gelu;
import dev.lanewise.op.pointwise.Relu;
import dev.lanewise.op.product.LinearAct;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A linear layer and the activation called on it are one operation, and nobody can tell. */
final class FusionTest {
  private final Random random = new Random(7);
  private final Tensor x = leaf(5, 7);
  private final Tensor w = leaf(33, 7);
  private final Tensor b = leaf(33);

  @ParameterizedTest
  @EnumSource(names = {"RELU", "SIGMOID", "TANH"})
  void linearThenActivation_recordsOneOp(Activation activation) {
    Tensor y = activate(activation, x.linear(w, b));

    assertThat(y.op).isEqualTo(new LinearAct(activation));
    assertThat(y.inputs).containsExactly(x, w, b);
  }

  @ParameterizedTest
  @EnumSource(names = {"RELU", "SIGMOID", "TANH"})
  void fused_sameBitsAsUnfused(Activation activation) {
    Tensor fused = activate(activation, x.linear(w, b));
    fused.backward(ramp(fused.shape()), false);
    float[][] gradients = takeGradients();

    Tensor linear = x.linear(w, b);
    float[] unused = linear.toFloatArray();
    Tensor unfused = activate(activation, linear);
    assertThat(unused).hasSize(5 * 33);
    assertThat(unfused.op).isNotInstanceOf(LinearAct.class);
    unfused.backward(ramp(unfused.shape()), false);

    assertThat(fused.toFloatArray()).isEqualTo(unfused.toFloatArray());
    assertThat(gradients).isDeepEqualTo(takeGradients());
  }

  @Test
  void fused_withoutBias_recordsTwoInputs() {
    Tensor y = x.linear(w, null).relu();

    assertThat(y.op).isEqualTo(new LinearAct(Activation.RELU));
    assertThat(y.inputs).containsExactly(x, w);
  }

  @Test
  void gelu_fusesOnlyWithoutGradient() {
    Tensor z = x.linear(w, b);
    Tensor recorded = z.gelu();
    assertThat(recorded.op).isEqualTo(new Gelu());
    assertThat(recorded.inputs).containsExactly(z);

    try (NoGrad _ = NoGrad.open()) {
      Tensor linear = x.linear(w, b);
      NDArray memory = memory(linear);
      Tensor y = linear.gelu();
      assertThat(y.op).isNull();
      assertThat(y.array()).as("the layer's own memory, activated in place").isSameAs(memory);
      assertThat(y.toFloatArray()).isEqualTo(recorded.toFloatArray());
    }
  }

  @Test
  void preActivation_readLater_hasItsValue() {
    float[] expected = x.linear(w, b).toFloatArray();
    Tensor z = x.linear(w, b);
    Tensor y = z.sigmoid();

    assertThat(z.shape()).isEqualTo(Shape.of(5, 33));
    assertThat(z.toFloatArray()).isEqualTo(expected);
    assertThat(y.op).isEqualTo(new LinearAct(Activation.SIGMOID));
    for (int i = 0; i < expected.length; i++) {
      // The sigmoid is good to a few ulp of a number below 1.
      assertThat(y.toFloatArray()[i])
          .isCloseTo((float) (1 / (1 + Math.exp(-expected[i]))), within(4 * 0x1p-24f));
    }
  }

  @Test
  void preActivation_usedTwice_gathersBothGradients() {
    Tensor z = x.linear(w, b);
    Tensor y = z.relu();
    y.sum().add(z.sum()).backward();
    float[][] both = takeGradients();

    Tensor plain = x.linear(w, b);
    float[] unused = plain.toFloatArray();
    assertThat(unused).isNotEmpty();
    plain.relu().sum().add(plain.sum()).backward();
    float[][] expected = takeGradients();

    for (int i = 0; i < both.length; i++) {
      for (int j = 0; j < both[i].length; j++) {
        // Up to 33 terms of size 2 are added in another order.
        assertThat(both[i][j]).isCloseTo(expected[i][j], within(33 * 4 * 0x1p-24f));
      }
    }
  }

  @Test
  void anotherOpInBetween_runsTheLayerFirst() {
    Tensor z = x.linear(w, b);
    Tensor other = x.exp();
    Tensor y = z.relu();

    assertThat(y.op).isEqualTo(new Relu());
    assertThat(y.inputs).containsExactly(z);
    assertThat(other.toFloatArray()).hasSize(35);
    assertThat(y.toFloatArray()).isEqualTo(x.linear(w, b).relu().toFloatArray());
  }

  @Test
  void secondLayer_runsTheFirst() {
    Tensor first = x.linear(w, b);
    Tensor second = x.linear(w, b);
    assertThat(second.relu().op).isEqualTo(new LinearAct(Activation.RELU));
    assertThat(first.relu().op).isEqualTo(new Relu());
  }

  @Test
  void secondActivation_ofOneLayer_isCorrect() {
    float[] expected = x.linear(w, b).tanh().toFloatArray();
    Tensor z = x.linear(w, b);
    Tensor relu = z.relu();
    Tensor tanh = z.tanh();

    assertThat(relu.toFloatArray()).isEqualTo(x.linear(w, b).relu().toFloatArray());
    assertThat(tanh.toFloatArray()).isEqualTo(expected);
  }

  @Test
  void inPlaceWrite_throughArray_comesAfterTheLayer() {
    float[] expected = x.linear(w, b).toFloatArray();
    try (NoGrad _ = NoGrad.open()) {
      Tensor z = x.linear(w, b);
      w.array().fill(0);
      assertThat(z.toFloatArray()).isEqualTo(expected);
    }
  }

  @Test
  void inPlaceWrite_throughAnArrayTakenBefore_doesNotGoUnnoticed() {
    float[] expected = x.linear(w, b).toFloatArray();
    NDArray weights = w.array();
    try (NoGrad _ = NoGrad.open()) {
      Tensor z = x.linear(w, b);
      weights.fill(0);
      try {
        assertThat(z.toFloatArray()).isEqualTo(expected);
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageContaining("was written in place afterwards");
      }
    }
  }

  @Test
  void otherThread_readsTheValue() {
    float[] expected = x.linear(w, b).toFloatArray();
    Tensor z = x.linear(w, b);

    assertThat(CompletableFuture.supplyAsync(z::toFloatArray).join()).isEqualTo(expected);
  }

  @Test
  void activation_afterAnotherThreadReadTheValue() {
    float[] expected = x.linear(w, b).relu().toFloatArray();
    Tensor z = x.linear(w, b);
    assertThat(CompletableFuture.supplyAsync(z::toFloatArray).join()).hasSize(5 * 33);

    Tensor y = z.relu();

    assertThat(y.toFloatArray()).isEqualTo(expected);
    y.sum().backward();
    assertThat(w.grad()).isNotNull();
  }

  @Test
  void activation_onAnotherThread_isCorrect() {
    float[] expected = x.linear(w, b).relu().toFloatArray();
    Tensor z = x.linear(w, b);
    Tensor y = CompletableFuture.supplyAsync(z::relu).join();

    assertThat(y.toFloatArray()).isEqualTo(expected);
    assertThat(z.relu().toFloatArray()).isEqualTo(expected);
  }

  @Test
  void readersAndTheActivation_atOnce_agree() {
    float[] linear = x.linear(w, b).toFloatArray();
    float[] relu = x.linear(w, b).relu().toFloatArray();
    for (int round = 0; round < 200; round++) {
      Tensor z = x.linear(w, b);
      CompletableFuture<float[]> reader = CompletableFuture.supplyAsync(z::toFloatArray);
      Tensor y = z.relu();
      assertThat(reader.join()).isEqualTo(linear);
      assertThat(y.toFloatArray()).isEqualTo(relu);
    }
  }

  @Test
  void scopeOpenedInBetween_activationOutlivesIt() {
    Tensor z = x.linear(w, b);
    Tensor y;
    try (Scope _ = Scope.open()) {
      y = z.relu();
      assertThat(y.op).isEqualTo(new LinearAct(Activation.RELU));
    }
    assertThat(z.toFloatArray()).isEqualTo(x.linear(w, b).toFloatArray());
  }

  @Test
  void scopeClosed_beforeTheLayerRan_refusesByItsSentence() {
    Tensor z;
    try (Scope _ = Scope.open()) {
      z = x.linear(w, b);
    }
    assertThatThrownBy(z::toFloatArray)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("a tensor of shape [5, 33] was used after its scope closed")
        .hasMessageContaining("FusionTest.java:");
    assertThatThrownBy(z::relu).isInstanceOf(IllegalStateException.class);
    assertThat(x.relu().toFloatArray()).as("the next operation").hasSize(35);
  }

  @Test
  void scopeClosed_resultMadeOutsideOfInputsInside_keepsItsValue() {
    float[] expected = x.linear(w, b).toFloatArray();
    Tensor z;
    try (Scope _ = Scope.open()) {
      Tensor inside = Tensor.of(x.toFloatArray(), 5, 7);
      z = Scope.outside(() -> inside.linear(w, b));
    }
    assertThat(z.toFloatArray()).isEqualTo(expected);
  }

  @Test
  void noGrad_openedInBetween_recordsNothing() {
    Tensor z = x.linear(w, b);
    Tensor y;
    try (NoGrad _ = NoGrad.open()) {
      y = z.relu();
    }
    assertThat(y.requiresGrad()).isFalse();
    assertThat(y.op).isNull();
    assertThat(z.requiresGrad()).isTrue();
    assertThat(y.toFloatArray()).isEqualTo(x.linear(w, b).relu().toFloatArray());
  }

  @Test
  void noGrad_closedInBetween_recordsNothing() {
    Tensor z;
    try (NoGrad _ = NoGrad.open()) {
      z = x.linear(w, b);
    }
    Tensor y = z.relu();
    assertThat(y.requiresGrad()).isFalse();
    assertThat(y.toFloatArray()).isEqualTo(x.linear(w, b).relu().toFloatArray());
    assertThat(z.requiresGrad(true).requiresGrad()).as("a leaf by itself").isTrue();
  }

  @Test
  void detach_ofAPendingLayer_hasItsValue() {
    float[] expected = x.linear(w, b).toFloatArray();
    Tensor leaf = x.linear(w, b).detach();

    assertThat(leaf.requiresGrad()).isFalse();
    assertThat(leaf.op).isNull();
    assertThat(leaf.toFloatArray()).isEqualTo(expected);
  }

  @Test
  void toString_ofAPendingLayer_runsIt() {
    Tensor one = Tensor.of(new float[] {2}, 1, 1);
    assertThat(one.linear(one, null)).hasToString("Tensor[1, 1] [4.0]");
  }

  private float[][] takeGradients() {
    float[][] gradients = new float[3][];
    Tensor[] leaves = {x, w, b};
    for (int i = 0; i < leaves.length; i++) {
      gradients[i] = leaves[i].grad().toFloatArray();
      leaves[i].zeroGrad();
    }
    return gradients;
  }

  private Tensor leaf(int... dims) {
    float[] values = new float[Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat(-1, 1);
    }
    return Tensor.of(values, dims).requiresGrad(true);
  }

  private static NDArray ramp(Shape shape) {
    NDArray ramp = NDArray.empty(shape);
    for (int i = 0; i < shape.dim(0); i++) {
      for (int j = 0; j < shape.dim(1); j++) {
        ramp.set((i - j) / 8f, i, j);
      }
    }
    return ramp;
  }

  /** Returns where a layer that is held back will put its result. */
  private static NDArray memory(Tensor pending) {
    try {
      var field = Tensor.class.getDeclaredField("value");
      field.setAccessible(true);
      return (NDArray) field.get(pending);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private static Tensor activate(Activation activation, Tensor tensor) {
    UnaryOperator<Tensor> call =
        switch (activation) {
          case IDENTITY -> t -> t;
          case RELU -> Tensor::relu;
          case SIGMOID -> Tensor::sigmoid;
          case TANH -> Tensor::tanh;
          case GELU -> Tensor::gelu;
        };
    return call.apply(tensor);
  }
}
