package dev.lanewise.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** A node of a model, whose attributes are taken out one by one: one that is left is unknown. */
final class Node {
  private static final AttributeProto ABSENT = AttributeProto.getDefaultInstance();

  private final String file;
  private final int opset;
  private final TensorReader tensors;
  private final String operator;
  private final String label;
  private final List<String> inputs;
  private final List<String> outputs;
  private final Map<String, AttributeProto> written;
  private final Map<String, AttributeProto> attributes = new LinkedHashMap<>();

  Node(String file, int opset, TensorReader tensors, NodeProto proto) throws OnnxException {
    this.file = file;
    this.tensors = tensors;
    this.opset = opset;
    this.operator = proto.getOpType();
    this.label = label(proto);
    this.inputs = List.copyOf(proto.getInputList());
    this.outputs = List.copyOf(proto.getOutputList());
    for (AttributeProto attribute : proto.getAttributeList()) {
      if (attributes.put(attribute.getName(), attribute) != null) {
        throw refuse("has the attribute '" + shown(attribute.getName()) + "' twice");
      }
    }
    this.written = Map.copyOf(attributes);
  }

  /** Returns how messages call a node: by its name or else its first output, and its operator. */
  static String label(NodeProto proto) {
    String name =
        !proto.getName().isEmpty() || proto.getOutputCount() == 0
            ? "'" + shown(proto.getName()) + "'"
            : "that gives '" + shown(proto.getOutput(0)) + "'";
    return "node " + name + " (" + shown(proto.getOpType()) + ")";
  }

  /** Returns a name as an error shows it: short, and on one line. */
  static String shown(String name) {
    String part = name.length() > 80 ? name.substring(0, 80) + "..." : name;
    return part.replaceAll("\\p{Cntrl}", "?");
  }

  String operator() {
    return operator;
  }

  int opset() {
    return opset;
  }

  List<String> inputs() {
    return inputs;
  }

  List<String> outputs() {
    return outputs;
  }

  /** Returns the name of an input, or an empty one if it is left out. */
  String input(int place) {
    return place < inputs.size() ? inputs.get(place) : "";
  }

  String output() {
    return outputs.getFirst();
  }

  /** Returns the names of the outputs that are computed: the first, and all parts of a Split. */
  List<String> computed() {
    return operator.equals("Split") ? outputs : outputs.subList(0, Math.min(outputs.size(), 1));
  }

  /** Says whether this is a product that a linear layer computes: A B, or A B' if it says so. */
  boolean isPlainGemm() {
    return operator.equals("Gemm")
        && isOne("alpha")
        && isOne("beta")
        && written.getOrDefault("transA", ABSENT).getI() == 0;
  }

  boolean isTransB() {
    return written.getOrDefault("transB", ABSENT).getI() != 0;
  }

  /** Says whether this swaps the two axes of a matrix. */
  boolean isMatrixTranspose() {
    List<Long> axes = written.getOrDefault("perm", ABSENT).getIntsList();
    return operator.equals("Transpose") && (axes.isEmpty() || axes.equals(List.of(1L, 0L)));
  }

  private boolean isOne(String name) {
    AttributeProto attribute = written.get(name);
    return attribute == null || attribute.getF() == 1;
  }

  @Override
  public String toString() {
    return label;
  }

  /** Returns the exception for the rule that this node breaks. */
  OnnxException refuse(String rule) {
    return new OnnxException(file, label + " " + rule);
  }

  boolean has(String name) {
    return attributes.containsKey(name);
  }

  /** Takes out an attribute that changes nothing here. */
  void ignore(String name) {
    attributes.remove(name);
  }

  long whole(String name, long otherwise) throws OnnxException {
    AttributeProto attribute = take(name, AttributeType.INT);
    return attribute == null ? otherwise : attribute.getI();
  }

  int whole(String name, int otherwise) throws OnnxException {
    long value = whole(name, (long) otherwise);
    if (value != (int) value) {
      throw refuse("has " + value + " as the attribute '" + name + "', which is past 32 bits");
    }
    return (int) value;
  }

  /** Takes out an attribute that is 0 or 1. */
  boolean flag(String name, boolean otherwise) throws OnnxException {
    long value = whole(name, otherwise ? 1L : 0L);
    if (value != 0 && value != 1) {
      throw refuse("has " + value + " as the attribute '" + name + "', which is not 0 or 1");
    }
    return value == 1;
  }

  float number(String name, float otherwise) throws OnnxException {
    AttributeProto attribute = take(name, AttributeType.FLOAT);
    return attribute == null ? otherwise : attribute.getF();
  }

  String text(String name, String otherwise) throws OnnxException {
    AttributeProto attribute = take(name, AttributeType.STRING);
    return attribute == null ? otherwise : attribute.getS().toStringUtf8();
  }

  @Nullable TensorProto tensor(String name) throws OnnxException {
    AttributeProto attribute = take(name, AttributeType.TENSOR);
    return attribute == null ? null : attribute.getT();
  }

  /** Takes out a tensor, as a value that is the same at every call. */
  @Nullable Value constant(String name) throws IOException {
    TensorProto tensor = tensor(name);
    if (tensor == null) {
      return null;
    }
    String shown = "the attribute '" + name + "' of " + label;
    tensors.check(tensor, shown);
    return tensors.value(tensor, shown);
  }

  float @Nullable [] numbers(String name) throws OnnxException {
    AttributeProto attribute = take(name, AttributeType.FLOATS);
    if (attribute == null) {
      return null;
    }
    float[] values = new float[attribute.getFloatsCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = attribute.getFloats(i);
    }
    return values;
  }

  long @Nullable [] longs(String name) throws OnnxException {
    AttributeProto attribute = take(name, AttributeType.INTS);
    return attribute == null
        ? null
        : LongStream.range(0, attribute.getIntsCount())
            .map(i -> attribute.getInts((int) i))
            .toArray();
  }

  int @Nullable [] ints(String name) throws OnnxException {
    long[] longs = longs(name);
    try {
      return longs == null ? null : Numbers.ints(longs);
    } catch (IllegalArgumentException e) {
      throw refuse("has the attribute '" + name + "', in which " + e.getMessage());
    }
  }

  /** Refuses attributes that nobody took out. */
  void requireNoMore() throws OnnxException {
    if (!attributes.isEmpty()) {
      throw refuse(
          "has the attribute '"
              + shown(attributes.keySet().iterator().next())
              + "', which the operator does not have in opset "
              + opset);
    }
  }

  private @Nullable AttributeProto take(String name, AttributeType type) throws OnnxException {
    AttributeProto attribute = attributes.remove(name);
    if (attribute == null) {
      return null;
    }
    if (!attribute.getRefAttrName().isEmpty()) {
      throw refuse("takes its attribute '" + name + "' from a function, which it is not in");
    }
    // Files of the first version of the format name no type.
    AttributeType stated = attribute.getType();
    if (stated != type && stated != AttributeType.UNDEFINED) {
      throw refuse("has the attribute '" + name + "' as " + stated + ", not as " + type);
    }
    return attribute;
  }
}
