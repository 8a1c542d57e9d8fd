package dev.lanewise.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.infer.Graph;
import dev.lanewise.io.AtomicFile;
import dev.lanewise.io.Elements;
import dev.lanewise.nn.Module;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The writing of a graph: the names of its values, its constants, and the nodes that {@link
 * NodeWriter} makes of its operations.
 */
final class GraphWriter {
  /** The operator set of written files: the first with a layer normalization. */
  static final int OPSET = 17;

  /** The first version of the format with that operator set. */
  private static final int FORMAT = 8;

  private static final String ROWS = "N";

  /** What messages beside the weights may take of the 2^31 - 1 bytes of a file. */
  private static final long MOST_BYTES = Integer.MAX_VALUE - (1L << 24);

  private final Module module;
  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private final IdentityHashMap<Graph.Value, String> names = new IdentityHashMap<>();
  private final Set<String> taken = new HashSet<>();
  private final Set<String> written = new HashSet<>();
  private final Map<String, String> whole = new HashMap<>();
  private final Map<Float, String> numbers = new HashMap<>();
  private long bytes;

  private GraphWriter(Module module) {
    this.module = module;
  }

  static void write(Path file, Module module, int... rowShape) throws IOException {
    ModelProto model = new GraphWriter(module).model(Graph.of(module, rowShape));
    AtomicFile.write(
        file,
        channel -> {
          OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
          model.writeTo(out);
          out.flush();
        });
  }

  private ModelProto model(Graph traced) {
    graph.setName(module.toString());
    // The names of the state dict are its own, whatever else there is to name.
    taken.addAll(module.stateDict().keySet());
    String input = fresh("input");
    names.put(traced.input(), input);
    graph.addInput(value(input, traced.input().row()));
    NodeWriter writer = new NodeWriter(this);
    for (Graph.Node node : traced.nodes()) {
      names.put(node, writer.write(node));
    }
    String output = fresh("output");
    if (traced.result() instanceof Graph.Node) {
      rename(name(traced.result()), output);
    } else {
      node("Identity", List.of(input), output);
    }
    graph.addOutput(value(output, traced.answer()));
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(FORMAT)
            .setProducerName("lanewise")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .setGraph(graph);
    String version = OnnxModel.class.getPackage().getImplementationVersion();
    if (version != null) {
      model.setProducerVersion(version);
    }
    return model.build();
  }

  private void rename(String from, String to) {
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        if (node.getInput(i).equals(from)) {
          node.setInput(i, to);
        }
      }
      if (node.getOutput(0).equals(from)) {
        node.setOutput(0, to);
      }
    }
  }

  private static ValueInfoProto value(String name, Shape row) {
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(ROWS));
    for (int dim : row.toArray()) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(DataType.FLOAT_VALUE)
                        .setShape(shape)))
        .build();
  }

  /** Returns a name that nothing has, like {@code wish}. */
  String fresh(String wish) {
    String name = wish;
    for (int i = 1; !taken.add(name); i++) {
      name = wish + "_" + i;
    }
    return name;
  }

  /** Returns the name of a value, whose constant is written when it is first named. */
  String name(Graph.Value value) {
    String known = names.get(value);
    if (known == null) {
      known = constant((Graph.Constant) value);
      names.put(value, known);
    }
    return known;
  }

  /** Writes a constant under its name in the state dict, if it has one. */
  private String constant(Graph.Constant constant) {
    if (!constant.isFixed()) {
      return rows(constant);
    }
    NDArray array = constant.array(1);
    for (Map.Entry<String, NDArray> entry : module.stateDict().entrySet()) {
      NDArray held = entry.getValue();
      if (isSame(held, array)) {
        return written.add(entry.getKey()) ? floats(entry.getKey(), array) : entry.getKey();
      }
    }
    return floats(fresh("constant"), array);
  }

  /** Writes one row of a constant that has as many as there are, and their number of copies. */
  private String rows(Graph.Constant constant) {
    NDArray row = constant.array(1);
    for (int axis = 0; axis < row.rank(); axis++) {
      int one = row.shape().dim(axis);
      if (one != constant.shape(2).dim(axis)) {
        row = row.slice(axis, 0, Math.min(one, 1));
      }
    }
    return node("Expand", List.of(floats(fresh("constant"), row), lengths(constant)));
  }

  /** Writes a shape that is computed from the number of rows of the input. */
  String lengths(Graph.Value value) {
    String rows =
        node(
            "Shape",
            List.of(graph.getInput(0).getName()),
            attribute("start", 0),
            attribute("end", 1));
    List<String> parts = new ArrayList<>();
    for (int axis = 0; axis < value.shape(2).rank(); axis++) {
      int one = value.shape(1).dim(axis);
      int each = value.shape(2).dim(axis) - one;
      if (each == 0) {
        parts.add(whole(one));
        continue;
      }
      String length = each == 1 ? rows : node("Mul", List.of(rows, whole(each)));
      parts.add(one == each ? length : node("Add", List.of(length, whole((long) one - each))));
    }
    return node("Concat", parts, attribute("axis", 0));
  }

  /** Says whether two arrays are the same view of the same memory. */
  private static boolean isSame(NDArray a, NDArray b) {
    return a.storage() == b.storage()
        && a.layout().offset() == b.layout().offset()
        && a.shape().equals(b.shape())
        && IntStream.range(0, a.rank())
            .allMatch(axis -> a.layout().stride(axis) == b.layout().stride(axis));
  }

  private String floats(String name, NDArray array) {
    bytes += array.size() * Float.BYTES;
    if (bytes > MOST_BYTES) {
      throw new IllegalArgumentException(
          module
              + " cannot be written as ONNX: its weights take more than the 2^31 - 1 bytes that a"
              + " file may have");
    }
    graph.addInitializer(
        tensor(DataType.FLOAT, array.shape()).setName(name).setRawData(raw(array)));
    return name;
  }

  private static TensorProto.Builder tensor(DataType type, Shape shape) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setDataType(type.getNumber());
    for (int dim : shape.toArray()) {
      tensor.addDims(dim);
    }
    return tensor;
  }

  /** Returns the numbers in row-major order, as little-endian bytes. */
  private static ByteString raw(NDArray array) {
    NDArray dense = array.contiguous();
    ByteBuffer raw =
        ByteBuffer.allocate(Math.toIntExact(dense.size() * Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer()
        .put(Elements.floats(dense).asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer());
    return UnsafeByteOperations.unsafeWrap(raw);
  }

  /** Returns the name of a constant that is one number. */
  String number(float value) {
    return numbers.computeIfAbsent(
        value, number -> floats(fresh("number"), NDArray.scalar(number)));
  }

  /** Returns the name of a constant that is {@code value} in every place of a shape. */
  String full(Shape shape, float value) {
    return floats(fresh("constant"), NDArray.full(shape, value));
  }

  /** Returns the name of a constant of whole numbers along one axis. */
  String whole(long... values) {
    return whole(Shape.of(values.length), values);
  }

  /** Returns the name of a constant of whole numbers. */
  String whole(Shape shape, long... values) {
    TensorProto.Builder tensor = tensor(DataType.INT64, shape);
    for (long value : values) {
      tensor.addInt64Data(value);
    }
    return whole.computeIfAbsent(
        shape + tensor.getInt64DataList().toString(),
        _ -> {
          String name = fresh("numbers");
          graph.addInitializer(tensor.setName(name));
          return name;
        });
  }

  /** Adds a node and returns the name of its output. */
  String node(String operator, List<String> inputs, AttributeProto... attributes) {
    String output = fresh(operator);
    node(operator, inputs, output, attributes);
    return output;
  }

  private void node(
      String operator, List<String> inputs, String output, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(output)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
  }

  static AttributeProto attribute(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.FLOAT)
        .setF(value)
        .build();
  }

  static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeType.INT).setI(value).build();
  }

  static AttributeProto attribute(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  static AttributeProto attribute(String name, int... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS);
    for (int value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  /** Returns the exception for what ONNX has no operator for. */
  IllegalArgumentException refuse(String what) {
    return new IllegalArgumentException(module + " cannot be written as ONNX: " + what);
  }
}
