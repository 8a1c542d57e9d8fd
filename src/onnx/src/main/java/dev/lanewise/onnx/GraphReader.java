package dev.lanewise.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The reading of a graph: everything is checked, and each node prepared to run. */
final class GraphReader {
  private final String file;
  private final GraphProto graph;
  private final int opset;
  private final TensorReader tensors;
  private final Map<String, TensorProto> constants = new LinkedHashMap<>();
  private final Set<String> initializers = new HashSet<>();
  private final List<Node> nodes = new ArrayList<>();

  /** The outputs that are not computed, such as a dropout's mask, and the nodes that have them. */
  private final Map<String, String> left = new HashMap<>();

  private GraphReader(String file, GraphProto graph, int opset, TensorReader tensors) {
    this.file = file;
    this.graph = graph;
    this.opset = opset;
    this.tensors = tensors;
  }

  /** Returns the module that runs {@code graph}. */
  static GraphModule read(String file, GraphProto graph, int opset, TensorReader tensors)
      throws IOException {
    return new GraphReader(file, graph, opset, tensors).read();
  }

  private GraphModule read() throws IOException {
    readInitializers();
    ModelInput input = input();
    if (graph.getOutputCount() != 1) {
      throw broken(
          "it has " + named(graph.getOutputList(), "output") + "; models of one output are run");
    }
    String output = graph.getOutput(0).getName();
    refuseUnknownOperators();
    readNodes(input.name());
    if (!input.name().equals(output)
        && nodes.stream().noneMatch(n -> n.computed().contains(output))) {
      String maker = left.get(output);
      throw broken(
          maker == null
              ? "nothing gives its output '" + Node.shown(output) + "'"
              : maker + " is not run for its output '" + Node.shown(output) + "'");
    }
    List<Plan> plans = new Recognition(nodes, constants, tensors, output).plans();
    return new Assembly(name(), input, output, plans, constants, initializers, tensors).module();
  }

  private String name() {
    return graph.getName().isEmpty() ? "Onnx" : Node.shown(graph.getName());
  }

  private void readInitializers() throws IOException {
    if (graph.getSparseInitializerCount() > 0) {
      throw broken("it has sparse initializers, which are not read");
    }
    for (TensorProto tensor : graph.getInitializerList()) {
      String label = initializer(tensor.getName());
      tensors.check(tensor, label);
      if (tensor.getName().isEmpty() || constants.put(tensor.getName(), tensor) != null) {
        throw broken(label + (tensor.getName().isEmpty() ? " has no name" : " is there twice"));
      }
      initializers.add(tensor.getName());
    }
  }

  static String initializer(String name) {
    return "initializer '" + Node.shown(name) + "'";
  }

  private ModelInput input() throws OnnxException {
    // Files of the first versions of the format list the initializers among the inputs.
    List<ValueInfoProto> inputs =
        graph.getInputList().stream().filter(i -> !initializers.contains(i.getName())).toList();
    if (inputs.size() != 1) {
      throw broken("it has " + named(inputs, "input") + "; models of one input are run");
    }
    ValueInfoProto input = inputs.getFirst();
    String label = "the input '" + Node.shown(input.getName()) + "'";
    TypeProto.Tensor type = input.getType().getTensorType();
    if (!input.getType().hasTensorType() || !TensorReader.isFloat(type.getElemType())) {
      throw broken(label + " is not a tensor of float numbers; no other input is taken");
    }
    if (!type.hasShape()) {
      return new ModelInput(input.getName(), List.of());
    }
    List<Integer> dims = new ArrayList<>();
    for (TensorShapeProto.Dimension dimension : type.getShape().getDimList()) {
      long dim = dimension.getDimValue();
      if (dim < 0 || dim > Integer.MAX_VALUE) {
        throw broken(label + " has the length " + dim + ", which is not from 0 to 2^31 - 1");
      }
      dims.add((int) dim);
    }
    if (dims.isEmpty()) {
      throw broken(label + " is a single number; it must have rows");
    }
    return new ModelInput(input.getName(), dims);
  }

  private static String named(List<ValueInfoProto> values, String kind) {
    if (values.isEmpty()) {
      return "no " + kind;
    }
    return values.size()
        + " "
        + kind
        + "s ("
        + values.stream()
            .map(value -> "'" + Node.shown(value.getName()) + "'")
            .collect(Collectors.joining(", "))
        + ")";
  }

  private void refuseUnknownOperators() throws OnnxException {
    List<String> unknown = new ArrayList<>();
    for (NodeProto node : graph.getNodeList()) {
      String domain = node.getDomain();
      if (!domain.isEmpty() && !domain.equals("ai.onnx")) {
        unknown.add(Node.label(node) + " of the domain '" + Node.shown(domain) + "'");
      } else if (!node.getOpType().equals("Constant")
          && Operators.find(node.getOpType(), opset) == null) {
        unknown.add(Node.label(node));
      }
    }
    if (!unknown.isEmpty()) {
      throw broken(
          "it has "
              + (unknown.size() == 1 ? "a node" : unknown.size() + " nodes")
              + " of operators that are not run (opset "
              + opset
              + "): "
              + String.join(", ", unknown));
    }
  }

  private void readNodes(String input) throws IOException {
    Set<String> known = new HashSet<>(initializers);
    if (!known.add(input) || input.isEmpty()) {
      throw broken("its input '" + Node.shown(input) + "' is also an initializer, or has no name");
    }
    for (NodeProto proto : graph.getNodeList()) {
      Node node = new Node(file, opset, tensors, proto);
      for (String name : node.inputs()) {
        if (!name.isEmpty() && !known.contains(name)) {
          throw node.refuse(
              "reads '"
                  + Node.shown(name)
                  + (left.containsKey(name)
                      ? "', which " + left.get(name) + " is not run for"
                      : "', which nothing before it gives"));
        }
      }
      boolean constant = node.operator().equals("Constant");
      checkInputs(node, constant ? 0 : Operators.require(node).least());
      List<String> given = node.outputs();
      if (given.isEmpty() || given.getFirst().isEmpty()) {
        throw node.refuse("has no output");
      }
      for (int i = 0; i < given.size(); i++) {
        String name = given.get(i);
        if (i >= node.computed().size()) {
          left.put(name, node.toString());
        } else if (name.isEmpty() || !known.add(name)) {
          throw node.refuse(
              "gives '" + Node.shown(name) + "', which has no name or is given twice");
        }
      }
      if (constant) {
        constants.put(given.getFirst(), constant(node));
      } else {
        nodes.add(node);
      }
    }
  }

  private static void checkInputs(Node node, int least) throws OnnxException {
    int most = node.operator().equals("Constant") ? 0 : Operators.require(node).most();
    int count = node.inputs().size();
    if (count < least || count > most) {
      throw node.refuse(
          "has "
              + count
              + " inputs, not "
              + least
              + (most == least ? "" : most == Operator.ANY ? " or more" : " to " + most));
    }
    for (int i = 0; i < least; i++) {
      if (node.input(i).isEmpty()) {
        throw node.refuse("leaves out input " + i + ", which it must have");
      }
    }
  }

  /** Returns the tensor of a Constant node, whichever attribute holds it. */
  private TensorProto constant(Node node) throws IOException {
    TensorProto value = node.tensor("value");
    TensorProto.Builder made = TensorProto.newBuilder();
    if (value == null && node.has("value_float")) {
      made.setDataType(TensorProto.DataType.FLOAT_VALUE)
          .addFloatData(node.number("value_float", 0));
    } else if (value == null && node.has("value_int")) {
      made.setDataType(TensorProto.DataType.INT64_VALUE).addInt64Data(node.whole("value_int", 0L));
    } else if (value == null) {
      float[] floats = node.numbers("value_floats");
      long[] longs = floats == null ? node.longs("value_ints") : null;
      if (floats != null) {
        made.setDataType(TensorProto.DataType.FLOAT_VALUE).addDims(floats.length);
        for (float number : floats) {
          made.addFloatData(number);
        }
      } else if (longs != null) {
        made.setDataType(TensorProto.DataType.INT64_VALUE).addDims(longs.length);
        for (long number : longs) {
          made.addInt64Data(number);
        }
      } else {
        throw node.refuse(
            "holds no tensor and no numbers; strings and sparse tensors are not read");
      }
    }
    node.requireNoMore();
    TensorProto tensor = value == null ? made.build() : value;
    tensors.check(tensor, "the value of " + node);
    return tensor;
  }

  private OnnxException broken(String rule) {
    return new OnnxException(file, rule);
  }
}
