package dev.lanewise.parity;

import static dev.lanewise.parity.Tolerance.AVERAGE;
import static dev.lanewise.parity.Tolerance.COMPOSED;
import static dev.lanewise.parity.Tolerance.DIFFERENCE;
import static dev.lanewise.parity.Tolerance.FUNCTION;
import static dev.lanewise.parity.Tolerance.ROUNDED;
import static dev.lanewise.parity.Values.EIGHTHS;
import static dev.lanewise.parity.Values.SIXTEENTHS;

import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Activations of single elements, and the softmax over an axis. */
final class ActivationCases {
  private static final Values WIDE = Values.between(-8, 8);

  private static final Case HARD_SIGMOID =
      Case.unary("hardSigmoid", Values.between(-4, 4), Tensor::hardSigmoid)
          .within(DIFFERENCE, ROUNDED);

  private ActivationCases() {}

  static List<Case> all() {
    List<Case> all = new ArrayList<>(SpecialValues.with(unary(), 1));
    all.add(HARD_SIGMOID.on("lower corner", d -> List.of(d.input(Values.of(-3), 4))));
    all.add(HARD_SIGMOID.on("upper corner", d -> List.of(d.input(Values.of(3), 4))));
    for (int axis = -1; axis < 3; axis++) {
      int over = axis;
      all.add(softmax("softmax " + over, x -> x.softmax(over)));
      all.add(softmax("logSoftmax " + over, x -> x.logSoftmax(over)));
    }
    return all;
  }

  private static List<Case> unary() {
    return List.of(
        Case.unary("relu", EIGHTHS, Tensor::relu),
        Case.unary("leakyRelu", EIGHTHS, x -> x.leakyRelu(0.01f)).within(ROUNDED, ROUNDED),
        Case.unary("sigmoid", WIDE, Tensor::sigmoid).within(FUNCTION, DIFFERENCE),
        Case.unary("tanh", WIDE, Tensor::tanh).within(FUNCTION, DIFFERENCE),
        // Further below PyTorch's 1 + erf has no digits left, in double precision either.
        Case.unary("gelu", Values.between(-5, 8), Tensor::gelu).within(FUNCTION, DIFFERENCE),
        Case.unary("geluTanh", WIDE, Tensor::geluTanh).within(DIFFERENCE, DIFFERENCE),
        Case.unary("elu 1", WIDE, x -> x.elu(1)).within(COMPOSED, DIFFERENCE),
        Case.unary("elu 0.7", WIDE, x -> x.elu(0.7f)).within(COMPOSED, DIFFERENCE),
        Case.unary("selu", WIDE, Tensor::selu).within(COMPOSED, DIFFERENCE),
        Case.unary("silu", WIDE, Tensor::silu).within(FUNCTION, DIFFERENCE),
        Case.unary("mish", WIDE, Tensor::mish).within(COMPOSED, DIFFERENCE),
        Case.unary("softplus", WIDE, Tensor::softplus).within(COMPOSED, FUNCTION),
        Case.unary("softplus 2 6", WIDE, x -> x.softplus(2, 6)).within(COMPOSED, FUNCTION),
        Case.unary("softsign", WIDE, Tensor::softsign).within(ROUNDED, DIFFERENCE),
        Case.unary("logSigmoid", WIDE, Tensor::logSigmoid).within(COMPOSED, FUNCTION),
        HARD_SIGMOID,
        Case.unary("hardTanh", SIXTEENTHS, Tensor::hardTanh));
  }

  private static Case softmax(String definition, UnaryOperator<Tensor> f) {
    return Case.of(definition, d -> List.of(d.input(WIDE, d.dims(3))), x -> f.apply(x[0]))
        .within(AVERAGE, AVERAGE);
  }
}
