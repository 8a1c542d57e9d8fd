package dev.lanewise.onnx;

import dev.lanewise.tensor.Tensor;
import java.io.IOException;

/**
 * An operator of ONNX.
 *
 * @param since the version of the operator set that brought it, if past the first that is read
 * @param least the fewest inputs
 * @param most the most inputs
 * @param preparation reads a node's attributes
 */
record Operator(int since, int least, int most, Preparation preparation) {
  /** As many inputs as one likes. */
  static final int ANY = Integer.MAX_VALUE;

  /** What a node does with values. */
  @FunctionalInterface
  interface Step {
    /** Returns the outputs, or as many of the first as are computed. */
    Value[] run(Arguments inputs);
  }

  /** The reading of a node, which refuses what it does not know. */
  @FunctionalInterface
  interface Preparation {
    Step of(Node node) throws IOException;
  }

  /** A function to float numbers. */
  @FunctionalInterface
  interface Formula {
    Tensor of(Arguments inputs);
  }

  /** The reading of a node that computes float numbers. */
  @FunctionalInterface
  interface FormulaPreparation {
    Formula of(Node node) throws IOException;
  }

  /** A function to one value. */
  @FunctionalInterface
  interface Choice {
    Value of(Arguments inputs);
  }

  /** The reading of a node that computes one value. */
  @FunctionalInterface
  interface ChoicePreparation {
    Choice of(Node node) throws IOException;
  }

  /** Returns an operator to float numbers. */
  static Operator floats(int least, int most, FormulaPreparation preparation) {
    return new Operator(
        0,
        least,
        most,
        node -> {
          Formula formula = preparation.of(node);
          return inputs -> new Value[] {new Value.Floats(formula.of(inputs), false)};
        });
  }

  /** Returns an operator to one value of either kind. */
  static Operator value(int least, int most, ChoicePreparation preparation) {
    return new Operator(
        0,
        least,
        most,
        node -> {
          Choice choice = preparation.of(node);
          return inputs -> new Value[] {choice.of(inputs)};
        });
  }

  /** Returns this operator, which a later version of the operator set brought. */
  Operator since(int opset) {
    return new Operator(opset, least, most, preparation);
  }
}
