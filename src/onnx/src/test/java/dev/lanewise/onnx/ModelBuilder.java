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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Models written by hand, node by node. */
public final class ModelBuilder {
  /** The length of an axis that is left open. */
  static final int OPEN = -1;

  private final int opset;
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("model");

  ModelBuilder(int opset) {
    this.opset = opset;
  }

  /** Adds the input x, of float numbers. */
  ModelBuilder input(int... dims) {
    graph.addInput(value("x", DataType.FLOAT, dims));
    return this;
  }

  static ValueInfoProto value(String name, DataType type, int... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int i = 0; i < dims.length; i++) {
      shape.addDim(
          dims[i] == OPEN
              ? TensorShapeProto.Dimension.newBuilder().setDimParam("d" + i)
              : TensorShapeProto.Dimension.newBuilder().setDimValue(dims[i]));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }

  /** Adds an initializer of float numbers. */
  ModelBuilder floats(String name, float[] values, long... dims) {
    return initializer(floatTensor(values, dims).setName(name));
  }

  static TensorProto.Builder floatTensor(float[] values, long... dims) {
    TensorProto.Builder tensor = tensor(DataType.FLOAT, dims);
    for (float value : values) {
      tensor.addFloatData(value);
    }
    return tensor;
  }

  static TensorProto.Builder tensor(DataType type, long... dims) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setDataType(type.getNumber());
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    return tensor;
  }

  /** Adds an initializer that is one number without axes. */
  ModelBuilder number(String name, float value) {
    return floats(name, new float[] {value});
  }

  /** Adds an initializer of whole numbers along one axis. */
  ModelBuilder ints(String name, long... values) {
    return initializer(intTensor(values, values.length).setName(name));
  }

  static TensorProto.Builder intTensor(long[] values, long... dims) {
    TensorProto.Builder tensor = tensor(DataType.INT64, dims);
    for (long value : values) {
      tensor.addInt64Data(value);
    }
    return tensor;
  }

  ModelBuilder initializer(TensorProto.Builder tensor) {
    graph.addInitializer(tensor);
    return this;
  }

  /** Adds a node; names of inputs are parted by blanks, and one that is left out is a dash. */
  ModelBuilder node(String operator, String inputs, String outputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(operator.toLowerCase(java.util.Locale.ROOT) + graph.getNodeCount())
            .addAllInput(names(inputs))
            .addAllOutput(names(outputs))
            .addAllAttribute(List.of(attributes)));
    return this;
  }

  private static List<String> names(String list) {
    return list.isEmpty()
        ? List.of()
        : List.of(list.split(" ")).stream().map(name -> name.equals("-") ? "" : name).toList();
  }

  /** Returns an attribute: of a float, an int, a string, a tensor, or floats or ints. */
  static AttributeProto attribute(String name, Object value) {
    AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name);
    switch (value) {
      case Float f -> attribute.setType(AttributeType.FLOAT).setF(f);
      case Integer i -> attribute.setType(AttributeType.INT).setI(i);
      case String s -> attribute.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(s));
      case TensorProto.Builder t -> attribute.setType(AttributeType.TENSOR).setT(t);
      case int[] ints -> {
        attribute.setType(AttributeType.INTS);
        for (int i : ints) {
          attribute.addInts(i);
        }
      }
      case float[] floats -> {
        attribute.setType(AttributeType.FLOATS);
        for (float f : floats) {
          attribute.addFloats(f);
        }
      }
      default -> throw new IllegalArgumentException(name);
    }
    return attribute.build();
  }

  GraphProto.Builder graph() {
    return graph;
  }

  /** Returns the model, whose output is y. */
  ModelProto build() {
    if (graph.getOutputCount() == 0) {
      graph.addOutput(
          ValueInfoProto.newBuilder()
              .setName("y")
              .setType(
                  TypeProto.newBuilder()
                      .setTensorType(
                          TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT_VALUE))));
    }
    return ModelProto.newBuilder()
        .setIrVersion(opset > 20 ? 10 : opset > 18 ? 9 : 8)
        .setProducerName("test")
        .setGraph(graph)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
        .build();
  }

  /** Writes the model to a file of {@code folder}, and returns it. */
  Path write(Path folder) {
    return write(build(), folder.resolve("model.onnx"));
  }

  static Path write(ModelProto model, Path file) {
    try {
      return Files.write(file, model.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
