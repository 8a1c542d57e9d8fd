package dev.lanewise.onnx;

import dev.lanewise.array.Shape;
import dev.lanewise.onnx.Value.Floats;
import dev.lanewise.onnx.Value.Whole;
import dev.lanewise.op.pointwise.Affine;
import dev.lanewise.op.pointwise.Elu;
import dev.lanewise.op.pointwise.Erf;
import dev.lanewise.tensor.Tensor;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The operators that work element by element. */
final class PointwiseOperators {
  private static final Erf ERF = new Erf();

  private PointwiseOperators() {}

  static void addTo(Map<String, Operator> table) {
    functions(table);
    activations(table);
    arithmetic(table);
  }

  private static void functions(Map<String, Operator> table) {
    table.put("Abs", function(Tensor::abs));
    table.put("Ceil", function(Tensor::ceil));
    table.put("Cos", function(Tensor::cos));
    table.put("Erf", function(x -> Tensor.apply(ERF, x)));
    table.put("Exp", function(Tensor::exp));
    table.put("Floor", function(Tensor::floor));
    table.put("Log", function(Tensor::log));
    table.put("Neg", function(Tensor::neg));
    table.put("Reciprocal", function(x -> Tensor.scalar(1).div(x)));
    table.put("Round", function(Tensor::round));
    table.put("Sign", function(Tensor::sign));
    table.put("Sin", function(Tensor::sin));
    table.put("Sqrt", function(Tensor::sqrt));
  }

  private static void activations(Map<String, Operator> table) {
    table.put("Relu", function(Tensor::relu));
    table.put("Sigmoid", function(Tensor::sigmoid));
    table.put("Tanh", function(Tensor::tanh));
    table.put("Softplus", function(Tensor::softplus));
    table.put("Softsign", function(Tensor::softsign));
    table.put("HardSwish", function(x -> x.mul(x.hardSigmoid())).since(14));
    table.put("Mish", function(Tensor::mish).since(18));
    table.put("Gelu", Operator.floats(1, 1, PointwiseOperators::gelu).since(20));
    table.put("LeakyRelu", withNumber("alpha", 0.01f, Tensor::leakyRelu));
    table.put("Elu", withNumber("alpha", 1, Tensor::elu));
    table.put("Celu", withNumber("alpha", 1, (x, a) -> x.div(a).elu(1).mul(a)).since(12));
    table.put("Selu", Operator.floats(1, 1, PointwiseOperators::selu));
    table.put("HardSigmoid", Operator.floats(1, 1, PointwiseOperators::hardSigmoid));
    table.put("PRelu", Operator.floats(2, 2, PointwiseOperators::prelu));
    table.put("Clip", Operator.floats(1, 3, PointwiseOperators::clip));
    table.put("Dropout", Operator.value(1, 3, PointwiseOperators::dropout));
    table.put("Identity", Operator.value(1, 1, _ -> inputs -> inputs.value(0)));
    table.put("Cast", Operator.value(1, 1, PointwiseOperators::cast));
  }

  private static void arithmetic(Map<String, Operator> table) {
    table.put("Add", Operator.value(2, 2, _ -> inputs -> pair(inputs, ADDITION)));
    table.put("Sub", Operator.value(2, 2, _ -> inputs -> pair(inputs, SUBTRACTION)));
    table.put("Mul", Operator.value(2, 2, _ -> inputs -> pair(inputs, MULTIPLICATION)));
    table.put("Div", Operator.value(2, 2, _ -> inputs -> pair(inputs, DIVISION)));
    table.put("Pow", Operator.floats(2, 2, _ -> PointwiseOperators::pow));
    table.put("Max", folded(Tensor::maximum));
    table.put("Min", folded(Tensor::minimum));
    table.put("Sum", folded(Tensor::add));
    table.put("Mean", Operator.floats(1, Operator.ANY, _ -> PointwiseOperators::mean));
  }

  private static Operator function(UnaryOperator<Tensor> function) {
    return Operator.floats(1, 1, _ -> inputs -> function.apply(inputs.tensor(0)));
  }

  /** A function with a number. */
  @FunctionalInterface
  private interface WithNumber {
    Tensor of(Tensor x, float number);
  }

  private static Operator withNumber(String attribute, float otherwise, WithNumber function) {
    return Operator.floats(
        1,
        1,
        node -> {
          float number = node.number(attribute, otherwise);
          return inputs -> function.of(inputs.tensor(0), number);
        });
  }

  private static Operator.Formula gelu(Node node) throws OnnxException {
    String approximate = node.text("approximate", "none");
    return switch (approximate) {
      case "none" -> inputs -> inputs.tensor(0).gelu();
      case "tanh" -> inputs -> inputs.tensor(0).geluTanh();
      default ->
          throw node.refuse(
              "has the attribute 'approximate' = '"
                  + Node.shown(approximate)
                  + "', not none or tanh");
    };
  }

  private static Operator.Formula selu(Node node) throws OnnxException {
    Elu elu =
        new Elu(node.number("alpha", Elu.SELU.alpha()), node.number("gamma", Elu.SELU.scale()));
    return inputs -> Tensor.apply(elu, inputs.tensor(0));
  }

  private static Operator.Formula hardSigmoid(Node node) throws OnnxException {
    Affine line = new Affine(node.number("alpha", 0.2f), node.number("beta", 0.5f));
    return inputs -> Tensor.apply(line, inputs.tensor(0)).clamp(0, 1);
  }

  private static Operator.Formula prelu(Node node) {
    return inputs -> {
      Tensor x = inputs.tensor(0);
      Tensor slope = inputs.tensor(1);
      if (!x.shape().broadcast(slope.shape(), "PRelu").equals(x.shape())) {
        throw new IllegalArgumentException(
            "the slope " + slope.shape() + " does not stretch to the input " + x.shape());
      }
      Tensor above = x.relu();
      return above.add(x.sub(above).mul(slope));
    };
  }

  private static Operator.Formula clip(Node node) {
    return inputs ->
        inputs
            .tensor(0)
            .clamp(
                inputs.number(1, Float.NEGATIVE_INFINITY),
                inputs.number(2, Float.POSITIVE_INFINITY));
  }

  private static Operator.Choice dropout(Node node) throws OnnxException {
    node.ignore("seed");
    node.ignore("ratio");
    return inputs -> {
      if (inputs.has(2) && inputs.number(2, 0) != 0) {
        throw new IllegalArgumentException("drops while it predicts (training_mode)");
      }
      return inputs.value(0);
    };
  }

  private static Operator.Choice cast(Node node) throws OnnxException {
    int to = node.whole("to", 0);
    node.ignore("saturate");
    return switch (to) {
      case 1, 11 -> inputs -> toFloats(inputs.value(0));
      case 6, 7 -> inputs -> inputs.whole(0);
      default ->
          throw node.refuse(
              "casts to the type number "
                  + to
                  + "; casts to float32 and float64 are run, which keep a number as it is, and"
                  + " casts of whole numbers to whole ones");
    };
  }

  private static Floats toFloats(Value value) {
    if (value instanceof Floats floats) {
      return floats;
    }
    Whole whole = (Whole) value;
    float[] floats = new float[whole.numbers().length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = whole.numbers()[i];
    }
    return new Floats(Tensor.of(floats).reshape(whole.shape().toArray()), true);
  }

  /**
   * An operation on two values.
   *
   * @param byNumber what it does with a number at its right, or null for nothing of its own
   * @param commutes whether a number may as well stand at its left
   */
  private record Arithmetic(
      BinaryOperator<Tensor> floats,
      LongBinaryOperator wholes,
      @Nullable WithNumber byNumber,
      boolean commutes) {}

  private static final Arithmetic ADDITION =
      new Arithmetic(Tensor::add, Math::addExact, Tensor::add, true);
  private static final Arithmetic SUBTRACTION =
      new Arithmetic(Tensor::sub, Math::subtractExact, Tensor::sub, false);
  private static final Arithmetic MULTIPLICATION =
      new Arithmetic(Tensor::mul, Math::multiplyExact, Tensor::mul, true);
  private static final Arithmetic DIVISION =
      new Arithmetic(Tensor::div, PointwiseOperators::quotient, null, false);

  private static long quotient(long a, long b) {
    if (b == 0) {
      throw new IllegalArgumentException("a whole number is divided by 0");
    }
    return a / b;
  }

  private static Value pair(Arguments inputs, Arithmetic arithmetic) {
    if (inputs.isWhole(0) && inputs.isWhole(1)) {
      return wholes(inputs.whole(0), inputs.whole(1), arithmetic.wholes);
    }
    Tensor a = inputs.tensor(0);
    Tensor b = inputs.tensor(1);
    WithNumber byNumber = arithmetic.byNumber;
    Float right = b.shape().rank() <= a.shape().rank() ? inputs.number(1) : null;
    if (byNumber != null && right != null) {
      return new Floats(byNumber.of(a, right), false);
    }
    Float left = a.shape().rank() <= b.shape().rank() ? inputs.number(0) : null;
    return new Floats(
        byNumber != null && arithmetic.commutes && left != null
            ? byNumber.of(b, left)
            : arithmetic.floats.apply(a, b),
        false);
  }

  private static Whole wholes(Whole a, Whole b, LongBinaryOperator operation) {
    Shape shape = a.shape().broadcast(b.shape(), "whole numbers");
    if (shape.rank() > 1) {
      throw new IllegalArgumentException(
          "whole numbers of shapes " + a.shape() + " and " + b.shape() + " are not of one axis");
    }
    long[] numbers = new long[Math.toIntExact(shape.size())];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] =
          operation.applyAsLong(
              a.numbers()[a.numbers().length == 1 ? 0 : i],
              b.numbers()[b.numbers().length == 1 ? 0 : i]);
    }
    return new Whole(numbers, shape);
  }

  private static Tensor pow(Arguments inputs) {
    Tensor base = inputs.tensor(0);
    Float exponent = inputs.shape(1).rank() <= base.shape().rank() ? inputs.number(1) : null;
    return exponent == null ? base.pow(inputs.tensor(1)) : base.pow(exponent);
  }

  private static Operator folded(BinaryOperator<Tensor> operation) {
    return Operator.floats(1, Operator.ANY, _ -> inputs -> fold(inputs, operation));
  }

  private static Tensor fold(Arguments inputs, BinaryOperator<Tensor> operation) {
    Tensor result = inputs.tensor(0);
    for (int i = 1; i < inputs.count(); i++) {
      result = operation.apply(result, inputs.tensor(i));
    }
    return result;
  }

  private static Tensor mean(Arguments inputs) {
    return fold(inputs, Tensor::add).div(inputs.count());
  }
}
