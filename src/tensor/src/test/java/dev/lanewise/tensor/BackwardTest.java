package dev.lanewise.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.memory.Scope;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What backward() gathers, keeps, releases and refuses. */
final class BackwardTest {
  private final Tensor x = Tensor.of(new float[] {1, 2, 3}).requiresGrad(true);

  @Test
  void backward_gathersInLeaves() {
    Tensor constant = Tensor.of(new float[] {4, 5, 6});
    x.mul(constant).sum().backward();

    assertThat(x.grad().toFloatArray()).containsExactly(4, 5, 6);
    assertThat(constant.grad()).isNull();
  }

  @Test
  void backward_ofTheWholeBeforeTheFirst_isNull() {
    assertThat(x.grad()).isNull();
    x.zeroGrad();
    assertThat(x.grad()).isNull();
  }

  @Test
  void severalBackwards_addUp_untilZeroGrad() {
    x.sum().backward();
    x.square().sum().backward();
    assertThat(x.grad().toFloatArray()).containsExactly(3, 5, 7);

    x.zeroGrad();
    assertThat(x.grad()).isNull();
    x.exp().mul(0).add(x).sum().backward();
    assertThat(x.grad().toFloatArray()).containsExactly(1, 1, 1);
  }

  @Test
  void linear_severalBackwards_addUp() {
    Tensor in = Tensor.of(new float[] {1, 2}, 1, 2);
    Tensor w = Tensor.of(new float[] {3, 4, 5, 6}, 2, 2).requiresGrad(true);
    Tensor b = Tensor.of(new float[] {7, 8}).requiresGrad(true);
    for (int i = 1; i <= 3; i++) {
      in.linear(w, b).relu().sum().backward();
      assertThat(w.grad().toFloatArray()).containsExactly(i, 2 * i, i, 2 * i);
      assertThat(b.grad().toFloatArray()).containsExactly(i, i);
    }
  }

  @Test
  void linear_ofNoInputsOrNoRows_atAnyRank() {
    Tensor b = Tensor.of(new float[] {1, -2}).requiresGrad(true);
    Tensor y = Tensor.zeros(2, 3, 0).linear(Tensor.zeros(2, 0), b);
    assertThat(y.shape()).isEqualTo(Shape.of(2, 3, 2));
    assertThat(y.toFloatArray()).containsExactly(1, -2, 1, -2, 1, -2, 1, -2, 1, -2, 1, -2);
    y.sum().backward();
    assertThat(b.grad().toFloatArray()).containsExactly(6, 6);

    Tensor w = Tensor.ones(0, 5).requiresGrad(true);
    Tensor nothing = Tensor.ones(2, 3, 5).linear(w, null).relu();
    assertThat(nothing.shape()).isEqualTo(Shape.of(2, 3, 0));
    nothing.sum().backward();
    assertThat(w.grad().shape()).isEqualTo(Shape.of(0, 5));
    assertThat(Tensor.ones(0, 4, 5).linear(Tensor.ones(2, 5), null).shape())
        .isEqualTo(Shape.of(0, 4, 2));
  }

  @Test
  void cotangent_weighsTheElements() {
    x.square().backward(NDArray.of(new float[] {1, 10, 100}), false);
    assertThat(x.grad().toFloatArray()).containsExactly(2, 40, 600);
  }

  @Test
  void cotangent_ofTheCaller_staysAsItIs() {
    NDArray cotangent = NDArray.of(new float[] {1, 10, 100});
    Tensor y = x.mul(1).add(0);
    y.add(y).add(x).backward(cotangent, false);
    assertThat(cotangent.toFloatArray()).containsExactly(1, 10, 100);
    assertThat(x.grad().toFloatArray()).containsExactly(3, 30, 300);
  }

  @Test
  void cotangent_handedToTwoOperations_isNotWrittenByEither() {
    Tensor a = Tensor.of(new float[] {1, 0, 0, 1}, 2, 2).requiresGrad(true);
    Tensor w = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).requiresGrad(true);
    NDArray cotangent = NDArray.of(new float[] {1, 10, 100, 1000}, 2, 2);
    Tensor h = a.mul(2);
    Tensor layer = h.linear(w, null);
    layer.add(h.add(1)).backward(cotangent, false);

    assertThat(cotangent.toFloatArray()).containsExactly(1, 10, 100, 1000);
    assertThat(a.grad().toFloatArray()).containsExactly(64, 104, 6400, 10400);
    assertThat(w.grad().toFloatArray()).containsExactly(2, 200, 20, 2000);
  }

  @Test
  void cotangent_handedToTwoLayers_isNotWrittenByEither() {
    Tensor in = Tensor.of(new float[] {1, 2}, 1, 2);
    Tensor w = Tensor.of(new float[] {1, 2, -3, -4}, 2, 2).requiresGrad(true);
    Tensor u = Tensor.of(new float[] {-1, -2, 3, 4}, 2, 2).requiresGrad(true);
    NDArray cotangent = NDArray.of(new float[] {1, 10}, 1, 2);
    in.linear(w, null).relu().add(in.linear(u, null).relu()).backward(cotangent, false);

    assertThat(cotangent.toFloatArray()).containsExactly(1, 10);
    assertThat(w.grad().toFloatArray()).containsExactly(1, 2, 0, 0);
    assertThat(u.grad().toFloatArray()).containsExactly(0, 0, 10, 20);
  }

  @Test
  void cotangent_ofAnotherShape_isRefused() {
    assertThatThrownBy(() -> x.square().backward(NDArray.of(new float[] {1, 2}), false))
        .isInstanceOf(ShapeException.class)
        .hasMessage("backward: cotangent [2] is not of the result's shape [3]");
  }

  @Test
  void backward_fromManyNumbers_isRefused() {
    assertThatThrownBy(() -> x.square().backward())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "backward() starts from one number; a tensor of shape [3] needs a cotangent:"
                + " backward(cotangent)");
    assertThat(x.grad()).isNull();
  }

  @Test
  void backward_fromALeaf_gathersTheCotangent() {
    x.backward(NDArray.of(new float[] {1, 2, 3}), false);
    x.backward(NDArray.of(new float[] {1, 1, 1}), false);
    assertThat(x.grad().toFloatArray()).containsExactly(2, 3, 4);
  }

  @Test
  void backward_withoutGradient_isRefused() {
    assertThatThrownBy(() -> Tensor.of(new float[] {1, 2}).sum().backward())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("backward() from a tensor of shape [] that requires no gradient");
    assertThatThrownBy(() -> x.detach().sum().backward()).isInstanceOf(IllegalStateException.class);
    try (NoGrad _ = NoGrad.open()) {
      Tensor loss = x.sum();
      assertThatThrownBy(loss::backward).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void backward_twice_isRefused() {
    Tensor loss = x.square().sum();
    loss.backward();
    assertThatThrownBy(loss::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("whose graph an earlier backward() released")
        .hasMessageContaining("retainGraph");
    assertThat(x.grad().toFloatArray()).as("not added to").containsExactly(2, 4, 6);
  }

  @Test
  void backward_throughAReleasedPart_isRefused_beforeAnythingIsGathered() {
    Tensor shared = x.square();
    shared.sum().backward();
    x.zeroGrad();
    Tensor loss = shared.sum().add(x.sum());
    assertThatThrownBy(loss::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Square of shape [3]");
    assertThat(x.grad()).isNull();
  }

  @Test
  void retainGraph_allowsASecondWalk() {
    Tensor loss = x.square().sum();
    loss.backward(true);
    loss.backward(true);
    loss.backward();
    assertThat(x.grad().toFloatArray()).containsExactly(6, 12, 18);
    assertThatThrownBy(loss::backward).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void inPlaceWrite_ofAnInput_isRefused() {
    Tensor loss = x.square().sum();
    x.array().set(5, 0);
    assertThatThrownBy(loss::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "a value that Square (shape [3]) was computed from or gave was written in place"
                + " afterwards; its gradient would be wrong");
    assertThat(x.grad()).isNull();
  }

  @Test
  void inPlaceWrite_ofAResult_isRefused() {
    Tensor y = x.exp();
    Tensor loss = y.sum();
    y.array().fill(1);
    assertThatThrownBy(loss::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("written in place");
  }

  @Test
  void inPlaceWrite_throughAView_isRefused() {
    Tensor loss = x.reshape(3, 1).transpose().square().sum();
    x.detach().array().slice(0, 1, 2).fill(7);
    assertThatThrownBy(loss::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("written in place");
  }

  @Test
  void inPlaceWrite_inTheLayerItself_isRefused() {
    Tensor w = Tensor.ones(2, 3).requiresGrad(true);
    Tensor loss = x.reshape(1, 3).linear(w, null).tanh().sum();
    w.array().copyFrom(NDArray.zeros(Shape.of(2, 3)));
    assertThatThrownBy(loss::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("a value that Linear+TANH (shape [1, 2])");
  }

  @Test
  void inPlaceWrite_beforeRecording_isFine() {
    x.array().fill(3);
    x.square().sum().backward();
    x.array().fill(4);
    x.square().sum().backward();
    assertThat(x.grad().toFloatArray()).containsExactly(14, 14, 14);
  }

  @Test
  void requiresGrad_onAResult_isRefused() {
    assertThatThrownBy(() -> x.square().requiresGrad(false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "requiresGrad is set on leaves; this tensor of shape [3] was made by Square (detach()"
                + " makes a leaf of it)");
  }

  @Test
  void requiresGrad_followsFromInputs() {
    Tensor constant = Tensor.ones(3);
    assertThat(constant.requiresGrad()).isFalse();
    assertThat(constant.add(constant).requiresGrad()).isFalse();
    assertThat(constant.add(x).requiresGrad()).isTrue();
    assertThat(x.detach().requiresGrad()).isFalse();
    try (NoGrad _ = NoGrad.open()) {
      assertThat(x.add(x).requiresGrad()).isFalse();
      assertThat(x.requiresGrad()).isTrue();
      try (NoGrad _ = NoGrad.open()) {
        assertThat(x.exp().requiresGrad()).isFalse();
      }
      assertThat(x.exp().requiresGrad()).isFalse();
    }
    assertThat(x.exp().requiresGrad()).isTrue();
  }

  @Test
  void noGrad_isOfOneThread() {
    try (NoGrad off = NoGrad.open()) {
      assertThat(CompletableFuture.supplyAsync(() -> x.exp().requiresGrad()).join()).isTrue();
      assertThatThrownBy(() -> CompletableFuture.runAsync(off::close).join())
          .hasMessageContaining("a NoGrad region is closed by the thread that opened it");
    }
  }

  @Test
  void detach_stopsTheGradient_andSharesTheValues() {
    Tensor y = x.square();
    y.detach().mul(x).sum().backward();
    assertThat(x.grad().toFloatArray()).containsExactly(1, 4, 9);
    assertThat(y.detach().array().storage()).isSameAs(y.array().storage());
  }

  @Test
  void grad_liesAsItsLeafDoes() {
    NDArray columns = NDArray.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).transpose();
    Tensor w = Tensor.of(columns).requiresGrad(true);
    Tensor.ones(4, 2).linear(w, null).sum().backward();
    w.exp().mul(0).sum().backward();

    assertThat(w.grad().toFloatArray()).containsExactly(4, 4, 4, 4, 4, 4);
    assertThat(w.grad().layout().stride(0)).isEqualTo(1);
    assertThat(w.grad().layout().stride(1)).isEqualTo(3);
  }

  @Test
  void grad_ofALeafInAScope_isUsableWhileItIsOpen() {
    try (Scope step = Scope.open()) {
      Tensor leaf = Tensor.ones(2).requiresGrad(true);
      leaf.square().sum().backward();
      assertThat(leaf.grad().toFloatArray()).containsExactly(2, 2);
      assertThat(leaf.grad().storage().owner()).isSameAs(step);
    }
  }

  @Test
  void grad_ofALeafOutside_outlivesTheScope() {
    try (Scope _ = Scope.open()) {
      x.square().sum().backward();
    }
    assertThat(x.grad().toFloatArray()).containsExactly(2, 4, 6);
  }

  @Test
  void grad_ofALeafInAnOuterScope_addsUpOverInnerScopes() {
    try (Scope _ = Scope.open()) {
      Tensor leaf = Tensor.ones(2).requiresGrad(true);
      for (int i = 0; i < 3; i++) {
        try (Scope _ = Scope.open()) {
          leaf.square().sum().backward();
        }
      }
      assertThat(leaf.grad().toFloatArray()).containsExactly(6, 6);
    }
  }

  @Test
  void deepChain_doesNotOverflowTheStack() {
    Tensor y = x;
    for (int i = 0; i < 20_000; i++) {
      y = y.add(1);
    }
    y.sum().backward();
    assertThat(x.grad().toFloatArray()).containsExactly(1, 1, 1);
  }

  @Test
  void deepChain_ofLayersWhoseInputsWereFused() {
    Tensor w = Tensor.of(new float[] {1}, 1, 1).requiresGrad(true);
    Tensor y = Tensor.of(new float[] {0.5f}, 1, 1);
    for (int i = 0; i < 20_000; i++) {
      y = y.linear(w, null).relu();
    }
    y.sum().backward();
    // dy/dw of w^20000 x at w = 1; all sums are whole halves below 2^24.
    assertThat(w.grad().item()).isEqualTo(10_000);
  }

  @Test
  void customOp_isDifferentiated() {
    Tensor y = Tensor.apply(new Cube(), x);
    y.sum().backward();
    assertThat(y.toFloatArray()).containsExactly(1, 8, 27);
    assertThat(x.grad().toFloatArray()).containsExactly(3, 12, 27);
  }

  @Test
  void customOp_thatLies_isRefused() {
    assertThatThrownBy(() -> Tensor.apply(new WrongShape(), x))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("WrongShape inferred shape [] but its value has shape [3]");
    Tensor loss = Tensor.apply(new WrongCotangent(), x).sum();
    assertThatThrownBy(loss::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a vjp gave a cotangent of shape [] for an input of shape [3]");
  }

  @Test
  void failedWalk_leavesNothingBehind() {
    Tensor y = x.square();
    Tensor loss = Tensor.apply(new WrongCotangent(), y).sum();
    assertThatThrownBy(loss::backward).isInstanceOf(IllegalStateException.class);
    y.sum().backward();
    assertThat(x.grad().toFloatArray()).containsExactly(2, 4, 6);
  }

  @Test
  void mean_ofAnAxis_dividesByItsLength() {
    Tensor m = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).requiresGrad(true);
    Tensor mean = m.mean(0);
    assertThat(mean.toFloatArray()).containsExactly(2.5f, 3.5f, 4.5f);
    mean.sum().backward();
    assertThat(m.grad().toFloatArray()).containsOnly(0.5f);
  }

  @Test
  void softmax_overTheFirstAxis_isThatOfTheTransposed() {
    Tensor m = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    assertThat(m.softmax(0).toFloatArray())
        .isEqualTo(m.transpose().softmax(1).transpose().toFloatArray());
    assertThat(m.logSoftmax(-2).toFloatArray())
        .isEqualTo(m.transpose().logSoftmax(-1).transpose().toFloatArray());
  }

  private record Cube() implements Op {
    @Override
    public Shape infer(Shape... inputs) {
      return inputs[0];
    }

    @Override
    public NDArray forward(NDArray... inputs) {
      return inputs[0].square().mul(inputs[0]);
    }

    @Override
    public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
      d.add(0, inputs[0].square().affine(3, 0).mul(dOut));
    }
  }

  private record WrongShape() implements Op {
    @Override
    public Shape infer(Shape... inputs) {
      return Shape.SCALAR;
    }

    @Override
    public NDArray forward(NDArray... inputs) {
      return inputs[0];
    }

    @Override
    public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
      d.add(0, dOut);
    }
  }

  private record WrongCotangent() implements Op {
    @Override
    public Shape infer(Shape... inputs) {
      return inputs[0];
    }

    @Override
    public NDArray forward(NDArray... inputs) {
      return inputs[0].affine(1, 0);
    }

    @Override
    public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
      d.add(0, NDArray.scalar(1));
    }
  }
}
