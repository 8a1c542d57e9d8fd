package dev.lanewise.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * The network of {@link dev.lanewise.bench.Mlp} in ONNX Runtime: a model written here, in one
 * session that any number of callers share. Its threads are those of the session's options. Its
 * telemetry, which would report to its maker from a thread of its own, is off.
 */
final class OnnxMlp {
  private static final int FLOAT = 1;

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final int batch;
  private final int in;
  private final int out;

  OnnxMlp(List<Layer> layers, int batch, int threads) throws OrtException {
    this.batch = batch;
    in = layers.getFirst().in;
    out = layers.getLast().out;
    CLibrary.setenv("ORT_DISABLE_TELEMETRY", "1");
    environment = OrtEnvironment.getEnvironment();
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
    options.setIntraOpNumThreads(threads);
    options.setInterOpNumThreads(1);
    session = environment.createSession(model(layers, batch), options);
  }

  /** A caller whose buffers stay where they are, so that a call copies nothing. */
  Predictor caller(NativeFloats x) throws OrtException {
    NativeFloats y = NativeFloats.of(Arena.ofAuto().allocate((long) batch * out * Float.BYTES, 64));
    Map<String, OnnxTensor> inputs =
        Map.of("x", OnnxTensor.createTensor(environment, x.buffer(), new long[] {batch, in}));
    Map<String, OnnxTensor> outputs =
        Map.of("y", OnnxTensor.createTensor(environment, y.buffer(), new long[] {batch, out}));
    return new Predictor() {
      @Override
      public void predict() {
        try (OrtSession.Result _ = session.run(inputs, outputs)) {
          // The result is in y.
        } catch (OrtException e) {
          throw new IllegalStateException(e);
        }
      }

      @Override
      public float[] output() {
        predict();
        return y.toArray();
      }
    };
  }

  /** The file of the model: a chain of Gemm and its activation, from x to y. */
  private static byte[] model(List<Layer> layers, int batch) {
    Message graph = new Message().text(2, "mlp");
    String from = "x";
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      String weight = "weight" + i;
      String bias = "bias" + i;
      String sum = "sum" + i;
      String to = i == layers.size() - 1 ? "y" : "hidden" + i;
      graph.message(1, gemm(from, weight, bias, sum));
      graph.message(1, node(i == 0 ? "Relu" : "Sigmoid", to, sum));
      graph.message(5, tensor(weight, layer.weight, layer.out, layer.in));
      graph.message(5, tensor(bias, layer.bias, layer.out));
      from = to;
    }
    graph.message(11, value("x", batch, layers.getFirst().in));
    graph.message(12, value("y", batch, layers.getLast().out));
    return new Message()
        .number(1, 8) // the version of the format
        .message(7, graph)
        .message(8, new Message().text(1, "").number(2, 13)) // the version of the operators
        .bytes();
  }

  private static Message gemm(String x, String weight, String bias, String to) {
    Message transB = new Message().text(1, "transB").number(3, 1).number(20, 2);
    return node("Gemm", to, x, weight, bias).message(5, transB);
  }

  private static Message node(String operator, String output, String... inputs) {
    Message node = new Message();
    for (String input : inputs) {
      node.text(1, input);
    }
    return node.text(2, output).text(4, operator);
  }

  private static Message tensor(String name, float[] values, int... dims) {
    Message tensor = new Message();
    for (int dim : dims) {
      tensor.number(1, dim);
    }
    ByteBuffer data =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    return tensor.number(2, FLOAT).text(8, name).bytes(9, data.array());
  }

  private static Message value(String name, int... dims) {
    Message shape = new Message();
    for (int dim : dims) {
      shape.message(1, new Message().number(1, dim));
    }
    Message type = new Message().message(1, new Message().number(1, FLOAT).message(2, shape));
    return new Message().text(1, name).message(2, type);
  }

  /** A message of protocol buffers: fields, each a number and then a varint or counted bytes. */
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message number(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    Message text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return bytes(field, value.bytes());
    }

    Message bytes(int field, byte[] value) {
      varint(((long) field << 3) | 2);
      varint(value.length);
      out.writeBytes(value);
      return this;
    }

    byte[] bytes() {
      return out.toByteArray();
    }

    private void varint(long value) {
      long rest = value;
      while (rest > 0x7f) {
        out.write((int) ((rest & 0x7f) | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }
  }
}
