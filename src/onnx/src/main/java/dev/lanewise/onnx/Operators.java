package dev.lanewise.onnx;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The operators that are run, by name. */
final class Operators {
  /** The oldest operator set that is read. */
  static final int OLDEST = 11;

  /** The newest operator set that is read. */
  static final int NEWEST = 21;

  private static final Map<String, Operator> TABLE = new HashMap<>();

  static {
    PointwiseOperators.addTo(TABLE);
    ProductOperators.addTo(TABLE);
    ReductionOperators.addTo(TABLE);
    ShapeOperators.addTo(TABLE);
  }

  private Operators() {}

  /** Returns an operator of an operator set, or null if it is not run. */
  static @Nullable Operator find(String name, int opset) {
    Operator operator = TABLE.get(name);
    return operator == null || operator.since() > opset ? null : operator;
  }

  /** Returns the operator of a node that was found to be one that is run. */
  static Operator require(Node node) {
    return Objects.requireNonNull(find(node.operator(), node.opset()), node.operator());
  }

  /** Returns the names of the operators. */
  static Iterable<String> names() {
    return TABLE.keySet();
  }
}
