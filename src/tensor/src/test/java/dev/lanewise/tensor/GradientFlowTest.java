package dev.lanewise.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.memory.Memory;
import dev.lanewise.memory.Scope;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Hooks, retained gradients, gradients asked for, checkpoints, anomalies, the gradient check. */
final class GradientFlowTest {
  private final Tensor x = Tensor.of(new float[] {1, 2, 3}).requiresGrad(true);

  @Test
  void hook_onAResult_seesAndReplacesItsGradient() {
    Tensor y = x.mul(2);
    List<float[]> seen = new ArrayList<>();
    y.onGradient(g -> {
      seen.add(g.toFloatArray());
      return g.affine(10, 0);
    });
    y.square().sum().backward();
    assertThat(seen).hasSize(1);
    assertThat(seen.getFirst()).containsExactly(4, 8, 12);
    assertThat(x.grad().toFloatArray()).containsExactly(80, 160, 240);
  }

  @Test
  void hook_onALeaf_isCalledOnceWithAllOfIt() {
    List<float[]> seen = new ArrayList<>();
    Hook hook =
        x.onGradient(g -> {
          seen.add(g.toFloatArray());
          return g;
        });
    x.add(x).add(x.square()).sum().backward();
    assertThat(seen).hasSize(1);
    assertThat(seen.getFirst()).containsExactly(4, 6, 8);
    assertThat(x.grad().toFloatArray()).containsExactly(4, 6, 8);
    hook.close();
    x.sum().backward();
    assertThat(seen).hasSize(1);
    assertThat(x.grad().toFloatArray()).containsExactly(5, 7, 9);
  }

  @Test
  void hook_onALinearLayersWeight_isCalled() {
    Tensor w = Tensor.of(new float[] {1, 0, 0, 1, 1, 1}, 2, 3).requiresGrad(true);
    w.onGradient(g -> g.affine(0.5f, 0));
    x.reshape(1, 3).linear(w, null).sum().backward();
    assertThat(w.grad().toFloatArray()).containsExactly(0.5f, 1, 1.5f, 0.5f, 1, 1.5f);
  }

  @Test
  void hook_thatGivesAnotherShape_isRefused() {
    x.onGradient(g -> NDArray.scalar(1));
    assertThatThrownBy(() -> x.square().sum().backward())
        .isInstanceOf(ShapeException.class)
        .hasMessage("a hook gave a gradient of shape [] for a tensor of shape [3]");
    assertThat(x.grad()).isNull();
  }

  @Test
  void hook_onWhatRequiresNoGradient_isRefused() {
    assertThatThrownBy(() -> Tensor.scalar(1).onGradient(g -> g))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a hook wants a gradient, which this tensor of shape [] does not require");
  }

  @Test
  void retainGrad_keepsWhatALeafWould() {
    Tensor y = x.mul(2).retainGrad();
    y.square().sum().backward();
    assertThat(y.grad().toFloatArray()).containsExactly(4, 8, 12);
    assertThat(x.grad().toFloatArray()).containsExactly(8, 16, 24);
  }

  @Test
  void gradients_areReturnedAndKeptNowhere() {
    Tensor y = x.mul(2);
    Tensor loss = y.square().sum();
    List<NDArray> gradients = Gradients.of(loss, y, x);
    assertThat(gradients.get(0).toFloatArray()).containsExactly(4, 8, 12);
    assertThat(gradients.get(1).toFloatArray()).containsExactly(8, 16, 24);
    assertThat(x.grad()).isNull();
  }

  @Test
  void gradients_ofALeafByItself_areTheCotangent() {
    NDArray cotangent = NDArray.of(new float[] {5, 6, 7});
    assertThat(Gradients.of(x, cotangent, false, x).getFirst().toFloatArray())
        .containsExactly(5, 6, 7);
  }

  @Test
  void gradients_refusals() {
    Tensor other = Tensor.scalar(1).requiresGrad(true);
    assertThatThrownBy(() -> Gradients.of(x.sum(), other))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the result does not depend on input 0 of shape [], or that requires no gradient");
    assertThatThrownBy(() -> Gradients.of(x.mul(2), x))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("the gradient of a tensor of shape [3] wants a cotangent");
    assertThatThrownBy(() -> Gradients.of(x.sum(), true, x))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageStartingWith("the gradient of a gradient was asked for (createGraph)");
  }

  @Test
  void checkpoint_sameBitsAsWithout() {
    Tensor w = Tensor.of(new float[] {0.5f, -1, 2, 1, 0, -0.25f}, 2, 3).requiresGrad(true);
    Tensor plain = x.reshape(1, 3).linear(w, null).tanh().square().sum();
    plain.backward();
    float[] dx = x.grad().toFloatArray();
    float[] dw = w.grad().toFloatArray();
    x.zeroGrad();
    w.zeroGrad();
    Tensor again =
        Checkpoint.run(in -> in[0].reshape(1, 3).linear(w, null).tanh().square(), x).sum();
    assertThat(again.item()).isEqualTo(plain.item());
    again.backward();
    assertThat(x.grad().toFloatArray()).isEqualTo(dx);
    assertThat(w.grad().toFloatArray()).isEqualTo(dw);
  }

  @Test
  void checkpoint_freesWhatIsInside() {
    Tensor big = Tensor.ones(512, 512).requiresGrad(true);
    long whole =
        grown(() -> {
          Tensor y = big;
          for (int i = 0; i < 10; i++) {
            y = deep(y);
          }
        });
    long parts =
        grown(() -> {
          Tensor y = big;
          for (int i = 0; i < 10; i++) {
            y = Checkpoint.run(in -> deep(in[0]), y);
          }
        });
    // Two hundred arrays are kept by the one; by the other ten, and one part's twenty at a time.
    assertThat(parts).isLessThan(whole / 3);
  }

  @Test
  void checkpoint_thatGivesAnotherResult_isRefused() {
    int[] calls = {0};
    Tensor y = Checkpoint.run(in -> in[0].mul(++calls[0]), x);
    assertThatThrownBy(() -> y.sum().backward())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("a checkpointed part of shape [3] gave another result");
  }

  @Test
  void anomaly_namesTheOperationForward() {
    Tensor negative = x.neg();
    assertThat(negative.log().toFloatArray()).containsOnly(Float.NaN);
    try (Anomaly _ = Anomaly.open()) {
      assertThatThrownBy(negative::log)
          .isInstanceOf(ArithmeticException.class)
          .hasMessage(
              "Log made a NaN: inputs of shapes [[3]] without one gave a value of shape [3] with"
                  + " one");
    }
    assertThat(negative.log().toFloatArray()).containsOnly(Float.NaN);
  }

  @Test
  void anomaly_namesTheOperationBackward() {
    Tensor zero = Tensor.of(new float[] {0, 1}).requiresGrad(true);
    try (Anomaly _ = Anomaly.open()) {
      Tensor y = zero.sqrt().mul(Tensor.of(new float[] {0, 1}));
      assertThatThrownBy(() -> y.sum().backward())
          .isInstanceOf(ArithmeticException.class)
          .hasMessageStartingWith("the backward of Sqrt made a NaN");
    }
  }

  @Test
  void gradcheck_passesWhatIsRight() {
    Tensor w = Tensor.of(new float[] {0.5f, -1, 2, 1, 0.25f, -0.5f}, 2, 3).requiresGrad(true);
    Gradcheck.check(in -> in[0].reshape(1, 3).linear(in[1], null).sigmoid(), x, w);
    Gradcheck.check(in -> in[0].mul(in[0]).exp().add(1).log(), x);
    assertThat(x.toFloatArray()).containsExactly(1, 2, 3);
  }

  @Test
  void gradcheck_namesWhatIsWrong() {
    assertThatThrownBy(() -> Gradcheck.check(in -> Tensor.apply(new WrongSquare(), in), x))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("the gradient by element 0 of input 0 of shape [3] is ");
    assertThatThrownBy(() -> Gradcheck.check(in -> in[0].square(), Tensor.scalar(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a gradient check wants an input that requires a gradient");
  }

  private static Tensor deep(Tensor input) {
    Tensor y = input;
    for (int i = 0; i < 20; i++) {
      y = y.mul(0.5f);
    }
    return y;
  }

  /** Returns by how much a scope grows while {@code work} runs in it. */
  private static long grown(Runnable work) {
    Memory.trim();
    try (Scope _ = Scope.open()) {
      long before = Memory.inUse();
      work.run();
      return Memory.inUse() - before;
    }
  }

  /** A square whose backward is a hundredth off. */
  private record WrongSquare() implements Op {
    @Override
    public Shape infer(Shape... inputs) {
      return inputs[0];
    }

    @Override
    public NDArray forward(NDArray... inputs) {
      return inputs[0].square();
    }

    @Override
    public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
      d.add(0, inputs[0].mul(dOut).affine(2.02f, 0));
    }
  }
}
