package dev.lanewise.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.lanewise.onnx.Value.Floats;
import dev.lanewise.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a model as plans to run them, where nodes that exporters write for one layer become
 * one: a linear layer, written as Gemm, as Transpose and Gemm, or as MatMul and Add, and the GELU,
 * written with Erf. What their parts computed is then read by nobody, and is not run.
 */
final class Recognition {
  /** What constants of a GELU may differ by: a rounding to float32 is less. */
  private static final double ROUNDING = 1e-6;

  private final List<Node> nodes;
  private final Map<String, TensorProto> constants;
  private final TensorReader tensors;
  private final Map<String, Node> makers = new HashMap<>();
  private final Map<String, Integer> uses = new HashMap<>();
  private final Map<String, Linear> linears = new HashMap<>();

  Recognition(
      List<Node> nodes, Map<String, TensorProto> constants, TensorReader tensors, String output) {
    this.nodes = nodes;
    this.constants = constants;
    this.tensors = tensors;
    uses.merge(output, 1, Integer::sum);
    for (Node node : nodes) {
      node.outputs().forEach(name -> makers.put(name, node));
      node.inputs().forEach(name -> uses.merge(name, 1, Integer::sum));
    }
  }

  /**
   * A linear layer of a constant weight.
   *
   * @param weight the initializer
   * @param inFirst whether it is [in, out], not [out, in]
   * @param bias the initializer of as many numbers as there are outputs, or null for none
   */
  record Linear(Node node, String x, String weight, boolean inFirst, @Nullable String bias) {
    /** Runs the layer on x and the bias, and on the weight as [out, in]. */
    Value[] run(Arguments inputs, Tensor outFirst) {
      Tensor x = inputs.tensor(0);
      Tensor b = inputs.tensorOrNull(2);
      Tensor bias = b == null || b.shape().rank() == 1 ? b : b.flatten();
      Tensor from = node.operator().equals("Gemm") ? ProductOperators.matrix(x) : x;
      return new Value[] {new Floats(from.linear(outFirst, bias), false)};
    }
  }

  /** Returns the plans, each after those that it reads from. */
  List<Plan> plans() throws IOException {
    List<Plan> plans = new ArrayList<>();
    for (Node node : nodes) {
      plans.add(plan(node));
    }
    return plans;
  }

  private Plan plan(Node node) throws IOException {
    Operator.Step step = Operators.require(node).preparation().of(node);
    node.requireNoMore();
    Linear linear =
        switch (node.operator()) {
          case "Gemm" -> gemm(node);
          case "MatMul" -> product(node);
          case "Add" -> sum(node);
          default -> null;
        };
    if (linear != null) {
      linears.put(node.output(), linear);
      return Plan.of(linear);
    }
    String gelu = node.operator().equals("Mul") ? geluOf(node) : null;
    if (gelu != null) {
      return new Plan(
          node,
          List.of(gelu),
          node.computed(),
          inputs -> new Value[] {new Floats(inputs.tensor(0).gelu(), false)},
          null);
    }
    return Plan.of(node, step);
  }

  private @Nullable Linear gemm(Node node) {
    if (!node.isPlainGemm()) {
      return null;
    }
    Linear linear = layer(node, node.isTransB());
    if (linear == null || node.input(2).isEmpty()) {
      return linear;
    }
    return isBias(node.input(2), outputs(linear), true)
        ? new Linear(node, linear.x, linear.weight, linear.inFirst, node.input(2))
        : null;
  }

  private @Nullable Linear product(Node node) {
    return layer(node, false);
  }

  /** Returns the layer of a node whose input 1 is a constant matrix, [out, in] if transposed. */
  private @Nullable Linear layer(Node node, boolean transposed) {
    String weight = node.input(1);
    boolean inFirst = !transposed;
    Node maker = makers.get(weight);
    if (maker != null && maker.isMatrixTranspose()) {
      weight = maker.input(0);
      inFirst = !inFirst;
    }
    TensorProto tensor = constants.get(weight);
    return tensor != null && tensor.getDimsCount() == 2 && TensorReader.isFloat(tensor)
        ? new Linear(node, node.input(0), weight, inFirst, null)
        : null;
  }

  /** Returns the layer of a MatMul and the bias that this Add adds to it. */
  private @Nullable Linear sum(Node node) {
    for (int place = 0; place < 2; place++) {
      String product = node.input(place);
      String bias = node.input(1 - place);
      Linear linear = linears.get(product);
      if (linear != null
          && linear.node.operator().equals("MatMul")
          && isUsedOnce(product)
          && isBias(bias, outputs(linear), false)) {
        return new Linear(node, linear.x, linear.weight, linear.inFirst, bias);
      }
    }
    return null;
  }

  private long outputs(Linear linear) {
    TensorProto weight = constants.get(linear.weight);
    return weight == null ? -1 : weight.getDims(linear.inFirst ? 1 : 0);
  }

  /** Says whether a constant is one number for each output, in one row if {@code orRow}. */
  private boolean isBias(String name, long outputs, boolean orRow) {
    TensorProto tensor = constants.get(name);
    if (tensor == null || !TensorReader.isFloat(tensor)) {
      return false;
    }
    List<Long> dims = tensor.getDimsList();
    return dims.equals(List.of(outputs)) || (orRow && dims.equals(List.of(1L, outputs)));
  }

  /** Returns what a product is the GELU of: x, where it is x (1 + erf(x / sqrt 2)) 0.5. */
  private @Nullable String geluOf(Node node) throws IOException {
    List<String> factors = new ArrayList<>();
    for (String name : node.inputs()) {
      Node maker = makers.get(name);
      if (maker != null && maker.operator().equals("Mul") && isUsedOnce(name)) {
        factors.addAll(maker.inputs());
      } else {
        factors.add(name);
      }
    }
    if (factors.size() != 3) {
      return null;
    }
    String half = null;
    String x = null;
    for (String name : factors) {
      if (half == null && isNumber(name, 0.5)) {
        half = name;
      } else if (x == null) {
        x = oneAndErf(name);
      }
    }
    return half != null && x != null && factors.contains(x) ? x : null;
  }

  /** Returns x, where {@code name} is 1 + erf(x / sqrt 2), and read once. */
  private @Nullable String oneAndErf(String name) throws IOException {
    Node sum = made(name, "Add");
    if (sum == null) {
      return null;
    }
    boolean first = isNumber(sum.input(0), 1);
    Node erf = first || isNumber(sum.input(1), 1) ? made(sum.input(first ? 1 : 0), "Erf") : null;
    if (erf == null) {
      return null;
    }
    Node quotient = made(erf.input(0), "Div");
    if (quotient != null && isNumber(quotient.input(1), Math.sqrt(2))) {
      return quotient.input(0);
    }
    Node product = made(erf.input(0), "Mul");
    if (product == null) {
      return null;
    }
    for (int place = 0; place < 2; place++) {
      if (isNumber(product.input(place), Math.sqrt(0.5))) {
        return product.input(1 - place);
      }
    }
    return null;
  }

  private @Nullable Node made(String name, String operator) {
    Node maker = makers.get(name);
    return maker != null && maker.operator().equals(operator) && isUsedOnce(name) ? maker : null;
  }

  private boolean isUsedOnce(String name) {
    return uses.getOrDefault(name, 0) == 1;
  }

  private boolean isNumber(String name, double number) throws IOException {
    TensorProto tensor = constants.get(name);
    if (tensor == null
        || !TensorReader.isFloat(tensor)
        || tensor.getDimsList().stream().anyMatch(dim -> dim != 1)
        || tensor.getDimsCount() > 1) {
      return false;
    }
    float value =
        tensors.floats(tensor, GraphReader.initializer(name)).get(new int[tensor.getDimsCount()]);
    return Math.abs(value - number) < ROUNDING;
  }
}
