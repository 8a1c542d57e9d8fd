package dev.lanewise.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.memory.Memory;
import dev.lanewise.memory.Scope;
import org.junit.jupiter.api.Test;

/** How long tensors live, inside scopes and outside. */
final class TapeTest {
  private static final long MEGABYTE = 1L << 20;

  @Test
  void tensorAfterItsScope_throwsNamingShapeAndOpener() {
    Tensor inside;
    int line = lineOfCaller() + 1;
    try (Scope _ = Scope.open()) {
      inside = Tensor.ones(2, 3).add(1);
    }
    String sentence =
        "a tensor of shape [2, 3] was used after its scope closed (the scope was opened at ";
    assertThatThrownBy(inside::toFloatArray)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(sentence)
        .hasMessageContaining("TapeTest")
        .hasMessageContaining("(TapeTest.java:" + line + ")");
    assertThatThrownBy(() -> inside.add(1)).hasMessageStartingWith(sentence);
    assertThatThrownBy(() -> inside.sum().item()).hasMessageStartingWith(sentence);
    assertThatThrownBy(() -> inside.array().get(0, 0)).hasMessageStartingWith(sentence);
    assertThatThrownBy(() -> inside.array().set(1, 0, 0)).hasMessageStartingWith(sentence);
    assertThat(inside.shape()).isEqualTo(Shape.of(2, 3));
    assertThat(inside).hasToString("Tensor[2, 3]");
  }

  @Test
  void viewAfterItsScope_throws() {
    NDArray view;
    try (Scope _ = Scope.open()) {
      view = NDArray.zeros(Shape.of(4, 4)).transpose().slice(0, 1, 3);
    }
    assertThatThrownBy(view::sum)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("[2, 4]");
  }

  @Test
  void oldTensor_neverReadsTheNextStepsData() {
    Tensor old;
    try (Scope _ = Scope.open()) {
      old = Tensor.full(1, 100);
    }
    try (Scope _ = Scope.open()) {
      Tensor next = Tensor.full(2, 100);
      assertThat(next.array().segment()).as("the same slab").isNotNull();
      assertThatThrownBy(old::toFloatArray).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(old::sum).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void backward_afterTheScopeOfAnInput_throws_andGathersNothing() {
    Tensor w = Tensor.ones(3).requiresGrad(true);
    Tensor loss;
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.ones(3);
      loss = Scope.outside(() -> w.mul(x).sum());
    }
    assertThatThrownBy(loss::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("used after its scope closed");
  }

  @Test
  void outside_outlivesTheScope() {
    Tensor kept;
    try (Scope step = Scope.open()) {
      kept = Scope.outside(() -> Tensor.ones(3).add(1));
      assertThat(Scope.current()).isSameAs(step);
    }
    assertThat(kept.toFloatArray()).containsExactly(2, 2, 2);
  }

  @Test
  void noScopes_memoryStaysBounded() {
    long limit = Memory.limit();
    Tensor w = Tensor.full(0.5f, 512, 512).requiresGrad(true);
    Tensor x = Tensor.ones(512, 512);
    long before = Memory.inUse();
    long bound = before + 96 * MEGABYTE;
    Memory.setLimit(bound);
    try {
      // Each round makes some 5 MB that nothing refers to at its end.
      for (int round = 0; round < 400; round++) {
        x.linear(w, null).relu().mean().backward();
        w.zeroGrad();
        assertThat(Memory.inUse()).isLessThanOrEqualTo(bound);
      }
    } finally {
      Memory.setLimit(limit);
    }
  }

  @Test
  void manySmallTensors_memoryStaysBounded() {
    long limit = Memory.limit();
    long bound = Memory.inUse() + 16 * MEGABYTE;
    Memory.setLimit(bound);
    try {
      Tensor sum = Tensor.scalar(0);
      for (int i = 0; i < 50_000; i++) {
        sum = sum.add(Tensor.full(1, 256).mean());
      }
      assertThat(sum.item()).isEqualTo(50_000);
    } finally {
      Memory.setLimit(limit);
    }
  }

  private static int lineOfCaller() {
    return StackWalker.getInstance()
        .walk(frames -> frames.skip(1).findFirst())
        .orElseThrow()
        .getLineNumber();
  }
}
