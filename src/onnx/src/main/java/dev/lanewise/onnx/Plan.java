package dev.lanewise.onnx;

import dev.lanewise.onnx.Recognition.Linear;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node, or several that are run as one.
 *
 * @param node the node, or the last of them
 * @param inputs the names of the values that it reads, empty for one that is left out
 * @param outputs the names of the values that it computes
 * @param step what it does
 * @param linear the linear layer that it is, or null if it is none
 */
record Plan(
    Node node,
    List<String> inputs,
    List<String> outputs,
    Operator.Step step,
    @Nullable Linear linear) {
  /** Returns the plan of a node as it stands in the file. */
  static Plan of(Node node, Operator.Step step) {
    return new Plan(node, node.inputs(), node.computed(), step, null);
  }

  /** Returns the plan of a linear layer. */
  static Plan of(Linear linear) {
    List<String> inputs = new ArrayList<>(List.of(linear.x(), linear.weight()));
    if (linear.bias() != null) {
      inputs.add(linear.bias());
    }
    return new Plan(
        linear.node(),
        inputs,
        linear.node().computed(),
        values -> linear.run(values, values.tensor(1)),
        linear);
  }
}
