package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.tensor.Tensor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Modules that hold others, or only change shapes. */
final class ContainersTest {
  @Test
  void identity_returnsItsInput() {
    Tensor x = Tensor.ones(2);
    assertThat(new Identity().forward(x)).isSameAs(x);
  }

  @Test
  void flatten_keepsTheSamples_orTheAxesThatAreNotNamed() {
    Tensor x = Exact.draw(new Random(1), 2, 3, 4, 5);
    assertThat(new Flatten().forward(x).shape()).isEqualTo(Shape.of(2, 60));
    assertThat(new Flatten(0, -2).forward(x).shape()).isEqualTo(Shape.of(24, 5));
    assertThat(new Flatten().forward(x).toFloatArray()).isEqualTo(x.toFloatArray());
    assertThatThrownBy(() -> new Flatten(2, 1).forward(x))
        .isInstanceOf(ShapeException.class)
        .hasMessage("flatten: axis 2 of shape [2, 3, 4, 5] comes after axis 1");
  }

  @Test
  void unflatten_undoesFlatten() {
    Tensor x = Exact.draw(new Random(1), 2, 60, 3);
    assertThat(new Unflatten(1, 3, 4, 5).forward(x).shape()).isEqualTo(Shape.of(2, 3, 4, 5, 3));
    assertThat(new Unflatten(-2, 3, -1).forward(x).shape()).isEqualTo(Shape.of(2, 3, 20, 3));
    assertThat(new Unflatten(1, 3, 20).forward(x).toFloatArray()).isEqualTo(x.toFloatArray());
    assertThatThrownBy(() -> new Unflatten(1, 7, 9).forward(x)).isInstanceOf(ShapeException.class);
  }

  @Test
  void residual_addsItsInput_andCallsTheHooks() {
    Linear layer = new Linear(2, 2);
    Residual residual = new Residual(layer);
    Tensor x = Exact.draw(new Random(1), 3, 2);
    assertThat(residual.forward(x).toFloatArray())
        .isEqualTo(x.add(layer.forward(x)).toFloatArray());
    assertThat(residual.stateDict().keySet()).containsExactly("module.weight", "module.bias");
    layer.afterForward((input, output) -> Tensor.zeros(3, 2));
    assertThat(residual.forward(x).toFloatArray()).isEqualTo(x.toFloatArray());
  }

  @Test
  void moduleList_namesByPosition_andRefusesToBeCalled() {
    ModuleList<Linear> list = new ModuleList<>(List.of(new Linear(2, 3), new Linear(3, 4, false)));
    assertThat(list.size()).isEqualTo(2);
    assertThat(list.get(1).weight().shape()).isEqualTo(Shape.of(4, 3));
    assertThat(list).hasSize(2).startsWith(list.get(0));
    assertThat(list.stateDict().keySet()).containsExactly("0.weight", "0.bias", "1.weight");
    assertThatThrownBy(() -> list.forward(Tensor.ones(2)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("a ModuleList only holds modules: call them one by one, or make a Sequential");
  }
}
