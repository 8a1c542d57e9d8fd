package dev.lanewise.onnx;

import static dev.lanewise.onnx.ModelBuilder.OPEN;
import static dev.lanewise.onnx.ModelBuilder.attribute;
import static dev.lanewise.onnx.OnnxCase.numbers;
import static dev.lanewise.onnx.OnnxCase.positive;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import dev.lanewise.array.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;

/** Networks as exporters write them, by the names of the files in which they are kept. */
public final class ExporterModels {
  private static final int IN = 12;
  private static final int HIDDEN = 16;
  private static final int OUT = 5;

  private ExporterModels() {}

  /** Returns the networks. */
  public static Map<String, OnnxCase> all() {
    Map<String, ModelBuilder> models = new LinkedHashMap<>();
    models.put("gemm", gemm());
    models.put("matmul-add", matmulAdd());
    models.put("transpose-gemm", transposeGemm());
    models.put("erf-gelu", erfGelu());
    models.put("batch-norm", batchNorm());
    Map<String, OnnxCase> cases = new LinkedHashMap<>();
    models.forEach((name, model) -> {
      int rows = name.equals("transpose-gemm") ? 1 : 3;
      cases.put(name, new OnnxCase(name, model.build(), Shape.of(rows, IN)));
    });
    return cases;
  }

  private static ModelBuilder raw(ModelBuilder model, String name, float[] values, long... dims) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    TensorProto.Builder tensor = ModelBuilder.tensor(DataType.FLOAT, dims);
    return model.initializer(tensor.setName(name).setRawData(ByteString.copyFrom(bytes)));
  }

  /** As a network of 2-D input is exported now: Gemm with its weight as [out, in]. */
  private static ModelBuilder gemm() {
    ModelBuilder model = new ModelBuilder(18).input(OPEN, IN);
    raw(model, "net.0.weight", numbers(1, IN * HIDDEN), HIDDEN, IN);
    raw(model, "net.0.bias", numbers(2, HIDDEN), HIDDEN);
    raw(model, "net.2.weight", numbers(3, HIDDEN * OUT), OUT, HIDDEN);
    raw(model, "net.2.bias", numbers(4, OUT), OUT);
    return model
        .node(
            "Gemm",
            "x net.0.weight net.0.bias",
            "a",
            attribute("alpha", 1f),
            attribute("beta", 1f),
            attribute("transB", 1))
        .node("Relu", "a", "b")
        .node(
            "Gemm",
            "b net.2.weight net.2.bias",
            "c",
            attribute("alpha", 1f),
            attribute("beta", 1f),
            attribute("transB", 1))
        .node("Softmax", "c", "y", attribute("axis", -1));
  }

  /** As a network of input of more axes is exported: MatMul with its weight as [in, out]. */
  private static ModelBuilder matmulAdd() {
    ModelBuilder model = new ModelBuilder(17).input(OPEN, IN);
    raw(model, "onnx::MatMul_12", numbers(1, IN * HIDDEN), IN, HIDDEN);
    raw(model, "fc1.bias", numbers(2, HIDDEN), HIDDEN);
    raw(model, "onnx::MatMul_13", numbers(3, HIDDEN * OUT), HIDDEN, OUT);
    raw(model, "fc2.bias", numbers(4, OUT), OUT);
    return model
        .node("MatMul", "x onnx::MatMul_12", "a")
        .node("Add", "fc1.bias a", "b")
        .node("Tanh", "b", "c")
        .node("MatMul", "c onnx::MatMul_13", "d")
        .node("Add", "fc2.bias d", "y");
  }

  /** As older exporters wrote it, with a batch of one, and dropout. */
  private static ModelBuilder transposeGemm() {
    return new ModelBuilder(11)
        .input(1, IN)
        .floats("fc1.weight", numbers(1, IN * HIDDEN), HIDDEN, IN)
        .floats("fc1.bias", numbers(2, HIDDEN), HIDDEN)
        .floats("fc2.weight", numbers(3, HIDDEN * OUT), OUT, HIDDEN)
        .floats("fc2.bias", numbers(4, OUT), OUT)
        .ints("shape", 1, IN)
        .node("Reshape", "x shape", "r")
        .node("Transpose", "fc1.weight", "t1", attribute("perm", new int[] {1, 0}))
        .node("Gemm", "r t1 fc1.bias", "a")
        .node("Sigmoid", "a", "b")
        .node("Dropout", "b", "c", attribute("ratio", 0.5f))
        .node("Transpose", "fc2.weight", "t2", attribute("perm", new int[] {1, 0}))
        .node("Gemm", "c t2 fc2.bias", "y");
  }

  /** With the GELU as it is exported before operator set 20. */
  private static ModelBuilder erfGelu() {
    ModelBuilder model = new ModelBuilder(14).input(OPEN, IN);
    raw(model, "fc1.weight", numbers(1, IN * HIDDEN), HIDDEN, IN);
    raw(model, "fc1.bias", numbers(2, HIDDEN), HIDDEN);
    raw(model, "fc2.weight", numbers(3, HIDDEN * OUT), OUT, HIDDEN);
    return model
        .node("Gemm", "x fc1.weight fc1.bias", "a", attribute("transB", 1))
        .node("Constant", "", "root", attribute("value", number((float) Math.sqrt(2))))
        .node("Div", "a root", "b")
        .node("Erf", "b", "c")
        .node("Constant", "", "one", attribute("value", number(1)))
        .node("Add", "c one", "d")
        .node("Mul", "a d", "e")
        .node("Constant", "", "half", attribute("value", number(0.5f)))
        .node("Mul", "e half", "f")
        .node("Gemm", "f fc2.weight", "y", attribute("transB", 1));
  }

  private static TensorProto.Builder number(float value) {
    return ModelBuilder.floatTensor(new float[] {value});
  }

  /** With the statistics of a batch norm. */
  private static ModelBuilder batchNorm() {
    ModelBuilder model = new ModelBuilder(15).input(OPEN, IN);
    raw(model, "fc1.weight", numbers(1, IN * HIDDEN), HIDDEN, IN);
    raw(model, "fc1.bias", numbers(2, HIDDEN), HIDDEN);
    raw(model, "bn.weight", positive(3, HIDDEN), HIDDEN);
    raw(model, "bn.bias", numbers(4, HIDDEN), HIDDEN);
    raw(model, "bn.running_mean", numbers(5, HIDDEN), HIDDEN);
    raw(model, "bn.running_var", positive(6, HIDDEN), HIDDEN);
    raw(model, "fc2.weight", numbers(7, HIDDEN * OUT), OUT, HIDDEN);
    raw(model, "fc2.bias", numbers(8, OUT), OUT);
    return model
        .node("Gemm", "x fc1.weight fc1.bias", "a", attribute("transB", 1))
        .node(
            "BatchNormalization",
            "a bn.weight bn.bias bn.running_mean bn.running_var",
            "b",
            attribute("epsilon", 1e-5f),
            attribute("momentum", 0.9f))
        .node("LeakyRelu", "b", "c", attribute("alpha", 0.01f))
        .node("Gemm", "c fc2.weight fc2.bias", "y", attribute("transB", 1));
  }
}
