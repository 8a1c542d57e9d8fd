package dev.lanewise.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.lanewise.array.NDArray;
import dev.lanewise.nn.Activation;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Module;
import dev.lanewise.nn.Relu;
import dev.lanewise.nn.Sequential;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Modules that are written to files, and what is read from them again. */
final class OnnxExportTest {
  @TempDir Path folder;

  /** Models whose operators are written but not read again. */
  private static final List<String> ONE_WAY = List.of();

  @TestFactory
  Stream<DynamicTest> everyModule_isReadAgain() {
    return ExportCase.all().stream()
        .filter(one -> !ONE_WAY.contains(one.name()))
        .map(one -> dynamicTest(one.name(), () -> roundTrip(one)));
  }

  private void roundTrip(ExportCase one) throws IOException {
    Path file = folder.resolve("model.onnx");
    OnnxModel.write(file, one.module(), one.rowShape());
    OnnxModel model = OnnxModel.read(file);
    for (int rows : new int[] {1, 7}) {
      NDArray x = one.x(rows);
      NDArray expected = run(one.module(), x);
      Answers.assertClose(run(model.module(), x), expected);
      float[] predicted = model.predictor().predict(x.toFloatArray());
      Answers.assertClose(NDArray.of(predicted, expected.shape().toArray()), expected);
    }
  }

  private static NDArray run(Module module, NDArray x) {
    module.eval();
    try (NoGrad _ = NoGrad.open()) {
      return module.forward(Tensor.of(x)).array();
    }
  }

  @Test
  void write_namesWeightsAsTheStateDict() throws IOException {
    Sequential network = new Sequential(new Linear(6, 8), new Relu(), new Linear(8, 3));
    Path file = folder.resolve("model.onnx");
    OnnxModel.write(file, network, 6);
    ModelProto model = ModelProto.parseFrom(Files.readAllBytes(file));
    assertThat(model.getGraph().getInitializerList().stream().map(TensorProto::getName))
        .containsExactly("0.weight", "0.bias", "2.weight", "2.bias");
    assertThat(model.getGraph().getInitializer(0).getDimsList()).containsExactly(8L, 6L);
    assertThat(model.getProducerName()).isEqualTo("lanewise");
    ValueInfoProto input = model.getGraph().getInput(0);
    assertThat(input.getType().getTensorType().getShape().getDim(0).hasDimParam()).isTrue();
    assertThat(model.getGraph().getOutput(0).getName()).isEqualTo("output");
    Module read = OnnxModel.read(file).module();
    assertThat(read.stateDict().keySet()).isEqualTo(network.stateDict().keySet());
    read.loadStateDict(new Sequential(new Linear(6, 8), new Relu(), new Linear(8, 3)).stateDict());
  }

  @Test
  void write_sameModule_sameBytes() throws IOException {
    Sequential network = new Sequential(new Linear(6, 8), new Relu(), new Linear(8, 3));
    OnnxModel.write(folder.resolve("a.onnx"), network, 6);
    OnnxModel.write(folder.resolve("b.onnx"), network, 6);
    assertThat(folder.resolve("a.onnx")).hasSameBinaryContentAs(folder.resolve("b.onnx"));
  }

  @Test
  void write_keepsTheMode() throws IOException {
    Linear layer = new Linear(2, 2);
    OnnxModel.write(folder.resolve("model.onnx"), layer, 2);
    assertThat(layer.isTraining()).isTrue();
  }

  @Test
  void write_identity() throws IOException {
    Path file = folder.resolve("model.onnx");
    OnnxModel.write(file, new Activation("nothing", x -> x), 3);
    assertThat(OnnxModel.read(file).predictor().predict(1, 2, 3)).containsExactly(1, 2, 3);
  }

  @Test
  void write_withoutOperator_isRefusedByName() {
    Module ramp = new Activation("Ramp", x -> x.softplus(1, 5));
    Path file = folder.resolve("model.onnx");
    assertThatThrownBy(() -> OnnxModel.write(file, ramp, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Ramp cannot be written as ONNX")
        .hasMessageContaining("softplus");
    Tensor target = Tensor.zeros(1);
    Module loss = new Activation("Loss", x -> x.add(x.sub(target.expand(4)).mse(x)));
    assertThatThrownBy(() -> OnnxModel.write(file, loss, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("MeanSquaredError");
    assertThat(file).doesNotExist();
  }

  @Test
  void write_intoNoFolder_isRefused() {
    Path file = folder.resolve("none").resolve("model.onnx");
    assertThatThrownBy(() -> OnnxModel.write(file, new Linear(2, 2), 2))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
  }
}
