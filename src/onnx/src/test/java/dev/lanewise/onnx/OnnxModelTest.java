package dev.lanewise.onnx;

import static dev.lanewise.onnx.ModelBuilder.OPEN;
import static dev.lanewise.onnx.ModelBuilder.attribute;
import static dev.lanewise.onnx.OnnxCase.numbers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.infer.Graph;
import dev.lanewise.nn.Module;
import dev.lanewise.op.pointwise.Gelu;
import dev.lanewise.op.product.LinearAct;
import dev.lanewise.optim.Adam;
import dev.lanewise.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The modules that are made of models: their parameters, their layers and their rows. */
final class OnnxModelTest {
  @TempDir Path folder;

  private static ModelBuilder layer() {
    return new ModelBuilder(13)
        .input(OPEN, 4)
        .floats("fc.weight", numbers(1, 12), 4, 3)
        .floats("fc.bias", numbers(2, 3), 3)
        .node("MatMul", "x fc.weight", "z")
        .node("Add", "z fc.bias", "y");
  }

  @Test
  void read_tellsOfTheFile() throws IOException {
    OnnxModel model = OnnxModel.read(layer().write(folder));
    assertThat(model.rowShape()).isEqualTo(Shape.of(4));
    assertThat(model.inputName()).isEqualTo("x");
    assertThat(model.opset()).isEqualTo(13);
    assertThat(model.producer()).isEqualTo("test");
  }

  @Test
  void module_parametersAreNamedAsInTheFile() throws IOException {
    Module module = OnnxModel.read(layer().write(folder)).module();
    assertThat(module.namedParameters().keySet()).containsExactly("fc.weight", "fc.bias");
    assertThat(module.stateDict().get("fc.weight").shape()).isEqualTo(Shape.of(3, 4));
  }

  @Test
  void module_namesThatCannotBe_areMadeLegal() throws IOException {
    ModelBuilder model =
        new ModelBuilder(13)
            .input(OPEN, 4)
            .floats("a", numbers(1, 4), 4)
            .floats("a.b", numbers(2, 4), 4)
            .floats(".c", numbers(3, 4), 4)
            .floats("_c", numbers(4, 4), 4)
            .node("Add", "x a", "p")
            .node("Add", "p a.b", "q")
            .node("Add", "q .c", "r")
            .node("Add", "r _c", "y");
    assertThat(OnnxModel.read(model.write(folder)).module().namedParameters().keySet())
        .containsExactly("a", "a_b", "_c", "_c_1");
  }

  @Test
  void module_numbersOfOperators_areNoParameters() throws IOException {
    ModelBuilder model =
        new ModelBuilder(13)
            .input(OPEN, 4)
            .number("half", 0.5f)
            .floats("s", numbers(1, 4), 4)
            .floats("b", numbers(2, 4), 4)
            .floats("m", numbers(3, 4), 4)
            .floats("v", OnnxCase.positive(4, 4), 4)
            .node("Mul", "x half", "a")
            .node("BatchNormalization", "a s b m v", "y");
    Module module = OnnxModel.read(model.write(folder)).module();
    assertThat(module.namedParameters().keySet()).containsExactly("s", "b");
    assertThat(module.namedBuffers().keySet()).containsExactly("m", "v");
  }

  @Test
  void module_trains() throws IOException {
    Module module = OnnxModel.read(layer().write(folder)).module();
    Tensor x = Tensor.of(numbers(5, 32), 8, 4);
    Tensor target = Tensor.of(numbers(6, 24), 8, 3);
    Adam optimizer = new Adam(module.parameters(), 0.05);
    float first = module.forward(x).mse(target).item();
    for (int step = 0; step < 50; step++) {
      optimizer.zeroGrad();
      module.forward(x).mse(target).backward();
      optimizer.step();
    }
    // A linear layer's loss is convex: fifty steps of this rate get well below half.
    assertThat(module.forward(x).mse(target).item()).isLessThan(first / 2);
  }

  @Test
  void module_gradientsAreThoseOfTheLayer() throws IOException {
    Module module = OnnxModel.read(layer().write(folder)).module();
    Tensor x = Tensor.of(numbers(5, 8), 2, 4);
    module.forward(x).sum().backward();
    NDArray bias = Objects.requireNonNull(module.namedParameters().get("fc.bias").grad());
    assertThat(bias.toFloatArray()).containsExactly(2, 2, 2);
    NDArray weight = Objects.requireNonNull(module.namedParameters().get("fc.weight").grad());
    Answers.assertClose(weight.slice(0, 1, 2).reshape(4), x.sum(0).array());
  }

  @Test
  void module_formsOfLinearLayers_areOneOperation() throws IOException {
    for (String name : List.of("gemm", "matmul-add", "transpose-gemm", "erf-gelu")) {
      Module module = OnnxModel.read(Answers.file(name + ".onnx")).module();
      Graph graph = Graph.of(module, 12);
      assertThat(graph.nodes().stream().filter(node -> node.op(2) instanceof LinearAct))
          .as(name)
          .hasSize(2);
      // Two layers, an activation, and the softmax or reshape that two of them have.
      assertThat(graph.nodes().size()).as(name).isLessThanOrEqualTo(4);
    }
  }

  @Test
  void module_geluByErf_isOneOperation() throws IOException {
    Graph graph = Graph.of(OnnxModel.read(Answers.file("erf-gelu.onnx")).module(), 12);
    assertThat(graph.nodes().stream().filter(node -> node.op(2) instanceof Gelu)).hasSize(1);
    assertThat(graph.nodes()).hasSize(3);
  }

  @Test
  void module_activationJoinsItsLayer() throws IOException {
    ModelBuilder model = layer().node("Identity", "y", "i").node("Relu", "y", "out");
    model.graph().addOutput(ModelBuilder.value("out", DataType.FLOAT));
    Module module = OnnxModel.read(model.write(folder)).module();
    Tensor y = module.forward(Tensor.of(numbers(1, 8), 2, 4));
    assertThat(y.toString()).contains("Linear+RELU");
  }

  @Test
  void module_weightReadInTwoWays_isOneParameter() throws IOException {
    ModelBuilder model =
        new ModelBuilder(13)
            .input(OPEN, 4)
            .floats("w", numbers(7, 16), 4, 4)
            .node("MatMul", "x w", "h")
            .node("Gemm", "h w", "y", attribute("transB", 1));
    Module module = OnnxModel.read(model.write(folder)).module();
    assertThat(module.namedParameters().keySet()).containsExactly("w");
    assertThat(module.stateDict().get("w").toFloatArray()).containsExactly(numbers(7, 16));
  }

  @Test
  void module_initializersAmongTheInputs() throws IOException {
    ModelBuilder model = layer();
    model.graph().addInput(ModelBuilder.value("fc.weight", DataType.FLOAT, 4, 3));
    model.graph().addInput(ModelBuilder.value("fc.bias", DataType.FLOAT, 3));
    assertThat(OnnxModel.read(model.write(folder)).module().parameters()).hasSize(2);
  }

  @Test
  void predictor_fixedBatch_takesOtherNumbersOfRows() throws IOException {
    OnnxModel model = OnnxModel.read(Answers.file("transpose-gemm.onnx"));
    float[] x = numbers(3, 36);
    float[] all = model.predictor().predict(x);
    for (int row = 0; row < 3; row++) {
      float[] one = new float[12];
      System.arraycopy(x, 12 * row, one, 0, 12);
      NDArray alone = NDArray.of(model.predictor().predict(one));
      Answers.assertClose(NDArray.of(all).slice(0, 5 * row, 5 * row + 5), alone);
    }
  }

  @Test
  void predictor_openRow_isRefused() throws IOException {
    ModelBuilder builder = new ModelBuilder(13).input(OPEN, OPEN).node("Relu", "x", "y");
    OnnxModel model = OnnxModel.read(builder.write(folder));
    assertThat(model.rowShape()).isNull();
    assertThatThrownBy(model::predictor)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[N, ?]");
    assertThat(model.module().forward(Tensor.of(new float[] {-1, 2}, 1, 2)).toFloatArray())
        .containsExactly(0, 2);
  }

  @Test
  void forward_otherShape_isRefused() throws IOException {
    Module module = OnnxModel.read(layer().write(folder)).module();
    assertThatThrownBy(() -> module.forward(Tensor.zeros(2, 5)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("the input 'x' is [N, 4], not [2, 5]");
  }

  @Test
  void forward_shapesThatDoNotFit_nameTheNode() throws IOException {
    ModelBuilder builder =
        new ModelBuilder(13)
            .input(OPEN, OPEN)
            .floats("c", numbers(1, 3), 3)
            .node("Add", "x c", "y");
    Module module = OnnxModel.read(builder.write(folder)).module();
    assertThatThrownBy(() -> module.forward(Tensor.zeros(2, 5)))
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("node 'add0' (Add): ")
        .hasMessageContaining("[2, 5]")
        .hasMessageContaining("[3]");
  }

  @Test
  void read_everyTypeOfFloatNumbers() throws IOException {
    float[] values = {0.5f, -1.25f, 3};
    List<TensorProto.Builder> tensors =
        List.of(
            ModelBuilder.floatTensor(values, 3),
            ModelBuilder.tensor(DataType.DOUBLE, 3)
                .addDoubleData(0.5)
                .addDoubleData(-1.25)
                .addDoubleData(3),
            ModelBuilder.tensor(DataType.FLOAT16, 3)
                .addInt32Data(half(0.5f))
                .addInt32Data(half(-1.25f))
                .addInt32Data(half(3)),
            ModelBuilder.tensor(DataType.BFLOAT16, 3)
                .addInt32Data(brain(0.5f))
                .addInt32Data(brain(-1.25f))
                .addInt32Data(brain(3)));
    for (TensorProto.Builder tensor : tensors) {
      ModelBuilder model =
          new ModelBuilder(13)
              .input(OPEN, 3)
              .initializer(tensor.setName("c"))
              .node("Add", "x c", "y");
      Module module = OnnxModel.read(model.write(folder)).module();
      assertThat(module.forward(Tensor.zeros(1, 3)).toFloatArray()).containsExactly(values);
    }
  }

  private static int half(float value) {
    return Float.floatToFloat16(value) & 0xffff;
  }

  private static int brain(float value) {
    return Float.floatToRawIntBits(value) >>> 16;
  }
}
