package dev.lanewise.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.infer.Graph.Constant;
import dev.lanewise.nn.BatchNorm1d;
import dev.lanewise.nn.BatchNorm2d;
import dev.lanewise.nn.Conv2d;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Flatten;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Module;
import dev.lanewise.nn.Relu;
import dev.lanewise.nn.Sequential;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import dev.lanewise.op.shape.Reshape;
import dev.lanewise.tensor.Tensor;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class GraphTest {
  /** A module of a function. */
  static Module module(UnaryOperator<Tensor> function) {
    return new Module() {
      @Override
      public Tensor forward(Tensor input) {
        return function.apply(input);
      }

      @Override
      public String toString() {
        return "Sample";
      }
    };
  }

  private static List<String> fused(Module module, int... row) {
    return Fusion.of(Graph.of(module, row)).nodes().stream()
        .map(node -> node.op(5).name())
        .toList();
  }

  @Test
  void of_shapesFollowTheRows() {
    Graph graph =
        Graph.of(module(x -> x.reshape(x.shape().dim(0) * 2, 3).relu().reshape(-1, 6)), 6);
    assertThat(graph.nodes().getFirst().op(40)).isEqualTo(new Reshape(Shape.of(80, 3)));
    assertThat(graph.nodes().get(1).shape(40)).isEqualTo(Shape.of(80, 3));
    assertThat(graph.answer()).isEqualTo(Shape.of(6));
  }

  @Test
  void of_constantWithARowEach() {
    Graph graph = Graph.of(module(x -> x.add(Tensor.full(3, x.shape().dim(0), 1))), 2);
    assertThat(graph.nodes().getFirst().inputs().get(1))
        .isInstanceOfSatisfying(
            Constant.class,
            constant -> assertThat(constant.array(4).toFloatArray()).containsExactly(3, 3, 3, 3));
  }

  @Test
  void of_parameterIsShared() {
    Linear layer = new Linear(3, 2);
    Constant weight = (Constant) Graph.of(layer, 3).nodes().getFirst().inputs().get(1);
    assertThat(weight.array(9).storage()).isSameAs(layer.weight().array().storage());
  }

  @Test
  void of_modeIsRestored() {
    Dropout inner = new Dropout(0.5);
    Sequential outer = new Sequential(new Linear(2, 2), inner);
    outer.eval();
    inner.train();
    assertThat(Graph.of(outer, 2).nodes()).hasSize(1);
    assertThat(inner.isTraining()).isTrue();
    assertThat(outer.isTraining()).isFalse();
  }

  @Test
  void of_looksAtValues() {
    assertThatThrownBy(() -> Graph.of(module(x -> x.relu().mul(x.relu().item())), 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Sample cannot be prepared: cannot trace: the function looks at the values of the"
                + " result of Relu, of shape [2, 2], which a trace does not have");
    assertThatThrownBy(() -> Graph.of(module(x -> x.sum().item() > 0 ? x : x.neg()), 2))
        .hasMessageContaining("looks at the values of the result of Sum");
    assertThatThrownBy(() -> Graph.of(module(x -> Tensor.of(x.toFloatArray(), 2, 2)), 2))
        .hasMessageContaining("looks at the values of its input");
  }

  @Test
  void of_unlikeForOtherRows() {
    assertThatThrownBy(
            () -> Graph.of(module(x -> x.shape().dim(0) > 2 ? x.relu().exp() : x.relu()), 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Sample cannot be prepared: it is not alike for any number of rows: it takes 1"
                + " operations for 2 rows and 2 for 3");
    assertThatThrownBy(() -> Graph.of(module(x -> x.shape().dim(0) > 2 ? x.exp() : x.relu()), 2))
        .hasMessageContaining("Relu for two rows is not Exp for three");
    assertThatThrownBy(() -> Graph.of(module(x -> x.shape().dim(0) == 1 ? x.exp() : x.relu()), 2))
        .hasMessageContaining("Exp gives [1, 2] for 1 rows, where Relu of [1, 2] follows");
    assertThatThrownBy(() -> Graph.of(module(x -> x.slice(0, 0, 2)), 2))
        .hasMessageContaining("the first axis must be the rows");
    assertThatThrownBy(() -> Graph.of(module(Tensor::sum), 2))
        .hasMessageContaining("its result has shape [] for 2 rows");
  }

  @Test
  void of_constantResult() {
    assertThatThrownBy(() -> Graph.of(module(x -> Tensor.ones(x.shape().dim(0), 1)), 2))
        .hasMessageContaining("its result does not depend on its input");
  }

  @Test
  void of_drawsAtRandom() {
    assertThatThrownBy(
            () -> Graph.of(module(x -> x.add(ThreadLocalRandom.current().nextFloat())), 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not alike");
    assertThatThrownBy(() ->
            Graph.of(module(x -> x.add(Tensor.scalar(ThreadLocalRandom.current().nextFloat()))), 2))
        .hasMessageContaining("has other values each time");
    assertThatThrownBy(() -> Graph.of(module(x -> x.add(numbered(x.shape().dim(0)))), 1))
        .hasMessageContaining("the rows of an array of shape [2, 1] differ from each other");
  }

  private static Tensor numbered(int rows) {
    float[] numbers = new float[rows];
    for (int i = 0; i < rows; i++) {
      numbers[i] = i;
    }
    return Tensor.of(numbers, rows, 1);
  }

  @Test
  void of_operationThatIsNoRecord() {
    assertThatThrownBy(() -> Graph.of(module(x -> Tensor.apply(new Nameless(), x)), 2))
        .hasMessageContaining("operations are told apart by equals: let them be records");
  }

  private static final class Nameless implements Op {
    @Override
    public Shape infer(Shape... inputs) {
      return inputs[0];
    }

    @Override
    public NDArray forward(NDArray... inputs) {
      return inputs[0].copy();
    }

    @Override
    public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {}
  }

  @Test
  void fusion_activations() {
    assertThat(
            fused(
                module(x -> {
                  Tensor w = Tensor.ones(4, 4);
                  Tensor h = x.linear(w, null).relu().linear(w, null).sigmoid();
                  return h.linear(w, null).tanh().linear(w, null).gelu();
                }),
                4))
        .containsExactly("Linear+RELU", "Linear+SIGMOID", "Linear+TANH", "Linear+GELU");
  }

  @Test
  void fusion_valueUsedTwice_staysApart() {
    Tensor w = Tensor.ones(4, 4);
    assertThat(
            fused(
                module(x -> {
                  Tensor h = x.linear(w, null);
                  return h.relu().add(h);
                }),
                4))
        .containsExactly("Linear", "Relu", "Add");
  }

  @Test
  void fusion_batchNorms() {
    assertThat(
            fused(
                new Sequential(new Linear(4, 5), new BatchNorm1d(5), new Relu(), new Linear(5, 2)),
                4))
        .containsExactly("Linear+RELU", "Linear");
    assertThat(fused(new Sequential(new BatchNorm1d(4), new Linear(4, 5), new Relu()), 4))
        .containsExactly("Linear+RELU");
    assertThat(
            fused(
                new Sequential(new Conv2d(1, 3, 3), new BatchNorm2d(3), new Relu(), new Flatten()),
                1,
                6,
                6))
        .containsExactly("Conv2d", "Relu", "Reshape");
  }

  @Test
  void fusion_productWithAConstantMatrix() {
    Tensor w = Tensor.ones(4, 3);
    assertThat(fused(module(x -> x.matmul(w).add(Tensor.ones(3)).tanh()), 4))
        .containsExactly("Linear+TANH");
  }

  @Test
  void fusion_notWhereShapesGrow() {
    Tensor w = Tensor.ones(3, 3);
    assertThat(fused(module(x -> x.linear(w, null).add(Tensor.ones(2, 1, 3)).select(0, 1)), 3))
        .contains("Linear", "Add");
    assertThat(fused(module(x -> x.linear(w, null).mul(Tensor.ones(3, 1))), 3, 3))
        .containsExactly("Linear", "Mul");
  }
}
