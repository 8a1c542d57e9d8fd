package dev.lanewise.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.onnx.GraphModule.Instruction;
import dev.lanewise.onnx.GraphModule.Stored;
import dev.lanewise.onnx.Recognition.Linear;
import dev.lanewise.onnx.Value.Floats;
import dev.lanewise.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The making of a module from plans: those that nothing needs are left out, the constants of the
 * others are loaded, and initializers that are weights become parameters.
 */
final class Assembly {
  private final String name;
  private final ModelInput input;
  private final String output;
  private final Map<String, TensorProto> constants;
  private final Set<String> initializers;
  private final TensorReader tensors;
  private final List<Plan> plans;
  private final Set<String> read = new HashSet<>();
  private final Set<String> weights = new HashSet<>();
  private final Set<String> statistics = new HashSet<>();
  private final Set<String> matrices = new HashSet<>();
  private final Set<String> inFirst = new HashSet<>();
  private final Map<String, Integer> slots = new HashMap<>();

  Assembly(
      String name,
      ModelInput input,
      String output,
      List<Plan> plans,
      Map<String, TensorProto> constants,
      Set<String> initializers,
      TensorReader tensors) {
    this.name = name;
    this.input = input;
    this.output = output;
    this.constants = constants;
    this.initializers = initializers;
    this.tensors = tensors;
    this.plans = needed(plans);
  }

  private List<Plan> needed(List<Plan> all) {
    List<Plan> kept = new ArrayList<>();
    read.add(output);
    for (Plan plan : all.reversed()) {
      if (plan.outputs().stream().anyMatch(read::contains)) {
        kept.addFirst(plan);
        read.addAll(plan.inputs());
      }
    }
    return kept;
  }

  GraphModule module() throws IOException {
    findWeights();
    findLayouts();
    slots.put(input.name(), 0);
    List<Stored> stored = new ArrayList<>();
    for (Map.Entry<String, TensorProto> constant : constants.entrySet()) {
      if (read.contains(constant.getKey())) {
        stored.add(stored(constant.getKey(), constant.getValue()));
        slots.put(constant.getKey(), stored.size());
      }
    }
    int computed = slots.size();
    for (Plan plan : plans) {
      plan.outputs().forEach(value -> slots.put(value, slots.size()));
    }
    int result = slot(output);
    Map<Integer, Integer> lastReader = new HashMap<>();
    for (int i = 0; i < plans.size(); i++) {
      for (String value : plans.get(i).inputs()) {
        lastReader.put(slot(value), i);
      }
    }
    List<Instruction> program = new ArrayList<>();
    for (int i = 0; i < plans.size(); i++) {
      Plan plan = plans.get(i);
      int at = i;
      List<Integer> inputs = plan.inputs().stream().map(this::slot).toList();
      List<Integer> done =
          inputs.stream()
              .distinct()
              .filter(slot -> slot >= computed && slot != result)
              .filter(slot -> lastReader.getOrDefault(slot, at) == at)
              .toList();
      program.add(
          new Instruction(
              plan.node().toString(),
              plan.linear() == null ? plan.step() : layer(plan.linear()),
              inputs,
              plan.outputs().stream().map(this::slot).toList(),
              done));
    }
    return new GraphModule(name, input, stored, slots.size(), program, result);
  }

  private int slot(String value) {
    return value.isEmpty() ? -1 : Objects.requireNonNull(slots.get(value), value);
  }

  /**
   * Marks the constants that are learned: the weights of layers, and what is added to or multiplied
   * with more than one number of each row, whether or not their shape is changed on the way.
   */
  private void findWeights() {
    for (Plan plan : plans.reversed()) {
      List<String> inputs = plan.inputs();
      switch (plan.node().operator()) {
        case "Gemm", "MatMul", "Einsum" -> weights.addAll(inputs);
        case "Conv", "LayerNormalization", "PRelu" ->
            weights.addAll(inputs.subList(1, inputs.size()));
        case "BatchNormalization" -> {
          weights.addAll(inputs.subList(1, 3));
          statistics.addAll(inputs.subList(3, 5));
        }
        case "Add", "Sub", "Mul", "Div" -> {
          if (plan.linear() != null) {
            weights.addAll(inputs);
          } else {
            inputs.stream().filter(this::isNoNumber).forEach(weights::add);
          }
        }
        case "Cast",
            "Concat",
            "Expand",
            "Flatten",
            "Identity",
            "Reshape",
            "Squeeze",
            "Transpose",
            "Unsqueeze" -> {
          if (plan.outputs().stream().anyMatch(weights::contains)) {
            weights.addAll(inputs);
          }
        }
        default -> {
          // Its constants are numbers of an operator, not of a layer.
        }
      }
    }
  }

  private boolean isNoNumber(String value) {
    TensorProto tensor = constants.get(value);
    return tensor == null || TensorReader.size(tensor) > 1;
  }

  /** Finds the matrices of linear layers, and those that all who read them want the other way. */
  private void findLayouts() {
    Set<String> others = new HashSet<>(List.of(output));
    for (Plan plan : plans) {
      Linear linear = plan.linear();
      List<String> inputs = new ArrayList<>(plan.inputs());
      if (linear != null) {
        matrices.add(linear.weight());
        (linear.inFirst() ? inFirst : others).add(linear.weight());
        inputs.remove(1);
      }
      others.addAll(inputs);
    }
    inFirst.removeAll(others);
  }

  /** Returns the step of a layer, which is given its weight as it is stored. */
  private Operator.Step layer(Linear linear) {
    return linear.inFirst() && !inFirst.contains(linear.weight())
        ? inputs -> linear.run(inputs, inputs.tensor(1).transpose())
        : inputs -> linear.run(inputs, inputs.tensor(1));
  }

  private Stored stored(String constant, TensorProto tensor) throws IOException {
    Value value = tensors.value(tensor, GraphReader.initializer(constant));
    if (!(value instanceof Floats(Tensor floats, _))) {
      return new Stored(constant, value, Stored.Kind.CONSTANT);
    }
    Stored.Kind kind =
        !initializers.contains(constant)
            ? Stored.Kind.CONSTANT
            : weights.contains(constant)
                ? Stored.Kind.PARAMETER
                : statistics.contains(constant) ? Stored.Kind.BUFFER : Stored.Kind.CONSTANT;
    return new Stored(constant, new Floats(Tensor.of(layout(constant, floats)), true), kind);
  }

  /** Returns a weight as [out, in], in memory with each input's weights side by side. */
  private NDArray layout(String constant, Tensor floats) {
    NDArray array = floats.array();
    if (!matrices.contains(constant)) {
      return array;
    }
    if (inFirst.contains(constant)) {
      return array.transpose();
    }
    Shape shape = array.shape();
    NDArray weight = NDArray.persistent(Shape.of(shape.dim(1), shape.dim(0))).transpose();
    weight.copyFrom(array);
    return weight;
  }
}
