package dev.lanewise.onnx;

import static dev.lanewise.onnx.ModelBuilder.OPEN;
import static dev.lanewise.onnx.ModelBuilder.attribute;
import static dev.lanewise.onnx.OnnxCase.numbers;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import dev.lanewise.io.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Models that are refused, and what is said of them. */
final class OnnxRefusalTest {
  @TempDir Path folder;

  private static ModelBuilder rows(int opset) {
    return new ModelBuilder(opset).input(OPEN, 4);
  }

  private static ModelBuilder node(String operator, String inputs, AttributeProto... attributes) {
    return rows(13).floats("c", numbers(1, 4), 4).node(operator, inputs, "y", attributes);
  }

  @TestFactory
  Stream<DynamicTest> aModelThatBreaksARule_isRefusedWithIt() {
    Map<String, ModelBuilder> models = new LinkedHashMap<>();
    models.put("it is of opset 10; those from 11 to 21 are read", rows(10).node("Relu", "x", "y"));
    models.put("it is of opset 22; those from 11 to 21 are read", rows(22).node("Relu", "x", "y"));
    models.put("node 'relu0' (Relu) reads 'z', which nothing before it gives", node("Relu", "z"));
    models.put("node 'relu0' (Relu) has 2 inputs, not 1", node("Relu", "x c"));
    models.put("node 'add0' (Add) leaves out input 1", node("Add", "x -"));
    models.put(
        "node 'relu0' (Relu) has the attribute 'alpha', which the operator does not have",
        node("Relu", "x", attribute("alpha", 1f)));
    models.put(
        "has the attribute 'alpha' as INT, not as FLOAT", node("Elu", "x", attribute("alpha", 1)));
    models.put(
        "has the attribute 'alpha' twice",
        node("Elu", "x", attribute("alpha", 1f), attribute("alpha", 2f)));
    models.put("casts to the type number 10", node("Cast", "x", attribute("to", 10)));
    models.put(
        "node 'relu1' (Relu) gives 'y', which has no name or is given twice",
        node("Relu", "x").node("Relu", "x", "y"));
    models.put("node 'relu0' (Relu) has no output", rows(13).node("Relu", "x", ""));
    models.put("nothing gives its output 'y'", rows(13).node("Relu", "x", "z"));
    models.put(
        "node 'dropout0' (Dropout) is not run for its output 'y'",
        rows(13).node("Dropout", "x", "d y"));
    models.put(
        "reads 'm', which node 'dropout0' (Dropout) is not run for",
        rows(13).node("Dropout", "x", "d m").node("Relu", "m", "y"));
    models.put(
        "input 0 holds whole numbers, where float numbers are needed",
        rows(13).node("Shape", "x", "s").node("Relu", "s", "y"));
    models.put(
        "input 1 holds float numbers, where whole numbers are needed", node("Reshape", "x c"));
    models.put(
        "node 'add0' (Add): ", rows(13).floats("c", numbers(1, 3), 3).node("Add", "x c", "y"));
    models.put("lacks the attribute 'axis'", node("Concat", "x x"));
    models.put(
        "normalizes by the batch (training_mode)",
        rows(14)
            .floats("c", numbers(1, 4), 4)
            .node("BatchNormalization", "x c c c c", "y", attribute("training_mode", 1)));
    models.put(
        "drops while it predicts",
        rows(13)
            .number("r", 0.5f)
            .initializer(ModelBuilder.tensor(DataType.BOOL).addInt32Data(1).setName("t"))
            .node("Dropout", "x r t", "y"));
    models.put(
        "a constant of shape [1000000, 1000000] is too large",
        rows(13)
            .ints("s", 1_000_000, 1_000_000)
            .node("ConstantOfShape", "s", "c")
            .node("ReduceSum", "c", "d")
            .node("Mul", "x d", "y"));
    ModelBuilder twice = rows(13).node("Relu", "x", "y");
    twice.graph().addInput(ModelBuilder.value("z", DataType.FLOAT, OPEN, 2));
    models.put("it has 2 inputs ('x', 'z'); models of one input are run", twice);
    ModelBuilder whole = new ModelBuilder(13).node("Relu", "x", "y");
    whole.graph().addInput(ModelBuilder.value("x", DataType.INT64, OPEN, 2));
    models.put("the input 'x' is not a tensor of float numbers", whole);
    ModelBuilder scalar = new ModelBuilder(13).input().node("Relu", "x", "y");
    models.put("the input 'x' is a single number; it must have rows", scalar);
    ModelBuilder outputs = rows(13).node("Relu", "x", "y");
    outputs.graph().addOutput(ModelBuilder.value("y", DataType.FLOAT));
    outputs.graph().addOutput(ModelBuilder.value("x", DataType.FLOAT));
    models.put("it has 2 outputs ('y', 'x'); models of one output are run", outputs);
    ModelBuilder sparse = node("Relu", "x");
    sparse.graph().addSparseInitializer(SparseTensorProto.newBuilder());
    models.put("it has sparse initializers", sparse);
    return models.entrySet().stream()
        .map(model -> dynamicTest(model.getKey(), () -> refused(model.getValue(), model.getKey())));
  }

  @TestFactory
  Stream<DynamicTest> aTensorThatBreaksARule_isRefusedWithIt() {
    Map<String, ModelBuilder> models = new LinkedHashMap<>();
    models.put(
        "initializer 'w' of shape [2, 3] has 6 elements, but it holds 5",
        rows(13).floats("w", numbers(1, 5), 2, 3));
    models.put(
        "initializer 'w' of shape [2, 3] and F32 takes 24 bytes, but it holds 23",
        rows(13)
            .initializer(
                ModelBuilder.tensor(DataType.FLOAT, 2, 3)
                    .setName("w")
                    .setRawData(ByteString.copyFrom(new byte[23]))));
    models.put(
        "initializer 'w' has the length -1, which is not from 0 to 2^31 - 1",
        rows(13).floats("w", numbers(1, 0), -1));
    models.put(
        "initializer 'w' has the length 4294967296",
        rows(13).floats("w", numbers(1, 0), 1L << 32, 0));
    models.put(
        "elements, but it holds 2",
        rows(13)
            .floats("w", numbers(1, 2), Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE));
    models.put(
        "initializer 'w' is of the type STRING",
        rows(13).initializer(ModelBuilder.tensor(DataType.STRING, 0).setName("w")));
    models.put(
        "initializer 'w' is of the type number 99",
        rows(13).initializer(ModelBuilder.tensor(DataType.FLOAT, 0).setDataType(99).setName("w")));
    models.put(
        "initializer 'w' of F32 holds data of another type as well",
        rows(13)
            .initializer(ModelBuilder.floatTensor(numbers(1, 2), 2).addInt64Data(1).setName("w")));
    models.put(
        "initializer 'w' is there twice",
        rows(13).floats("w", numbers(1, 2), 2).floats("w", numbers(1, 2), 2));
    models.put("initializer '' has no name", rows(13).floats("", numbers(1, 2), 2));
    return models.entrySet().stream()
        .map(model ->
            dynamicTest(
                model.getKey(),
                () -> refused(model.getValue().node("Relu", "x", "y"), model.getKey())));
  }

  private void refused(ModelBuilder model, String rule) {
    Path file = model.write(folder);
    assertThatThrownBy(() -> OnnxModel.read(file))
        .isInstanceOf(OnnxException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(rule);
  }

  @Test
  void read_operatorsThatAreNotRun_areAllNamed() {
    ModelBuilder model = rows(13).node("NonZero", "x", "a").node("Gelu", "x", "b");
    model
        .graph()
        .addNode(
            NodeProto.newBuilder()
                .setName("svm")
                .setOpType("SVMClassifier")
                .setDomain("ai.onnx.ml")
                .addInput("x")
                .addOutput("y"));
    Path file = model.write(folder);
    assertThatThrownBy(() -> OnnxModel.read(file))
        .isInstanceOf(OnnxException.class)
        .hasMessage(
            file
                + ": it has 3 nodes of operators that are not run (opset 13): node 'nonzero0'"
                + " (NonZero), node 'gelu1' (Gelu), node 'svm' (SVMClassifier) of the domain"
                + " 'ai.onnx.ml'");
  }

  @Test
  void read_noFile_isRefused() {
    assertThatThrownBy(() -> OnnxModel.read(folder.resolve("none.onnx")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void read_otherFile_isRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("a.onnx"), "this is not a model, whatever it is");
    assertThatThrownBy(() -> OnnxModel.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(file + ", at byte ")
        .hasMessageContaining("it is not an ONNX model");
    Path empty = Files.write(folder.resolve("b.onnx"), new byte[0]);
    assertThatThrownBy(() -> OnnxModel.read(empty))
        .isInstanceOf(OnnxException.class)
        .hasMessage(empty + ": it is not an ONNX model: it has no graph");
  }

  @Test
  void read_lengthThatLies_isRefused() throws IOException {
    // Field 7, the graph, of 2^31 - 1 bytes, of which two follow.
    byte[] bytes = {0x3a, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07, 0, 0};
    Path file = Files.write(folder.resolve("a.onnx"), bytes);
    assertThatThrownBy(() -> OnnxModel.read(file)).isInstanceOf(FormatException.class);
  }

  @Test
  void read_cutShort_isRefused() throws IOException {
    byte[] bytes = rows(13).node("Relu", "x", "y").build().toByteArray();
    for (int length = 1; length < bytes.length; length++) {
      Path file = folder.resolve("a.onnx");
      Files.write(file, java.util.Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> OnnxModel.read(file)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void read_noOpset_isRefused() {
    ModelProto model =
        rows(13).node("Relu", "x", "y").build().toBuilder().clearOpsetImport().build();
    Path file = ModelBuilder.write(model, folder.resolve("model.onnx"));
    assertThatThrownBy(() -> OnnxModel.read(file))
        .hasMessageContaining("it names no version of the operator set");
  }
}
