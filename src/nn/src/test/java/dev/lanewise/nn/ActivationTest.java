package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Activations as modules, against their formulas. */
final class ActivationTest {
  static Stream<Arguments> activations() {
    return Stream.of(
        of("Relu", new Relu(), x -> Math.max(x, 0)),
        of("Sigmoid", new Sigmoid(), Exact::sigmoid),
        of("Tanh", new Tanh(), Math::tanh),
        of("LeakyRelu(0.01)", Activation.leakyRelu(0.01), x -> x > 0 ? x : 0.01 * x),
        of("Elu(0.5)", Activation.elu(0.5), x -> x > 0 ? x : 0.5 * Math.expm1(x)),
        of(
            "Selu",
            Activation.selu(),
            x -> 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x))),
        of("Silu", Activation.silu(), x -> x * Exact.sigmoid(x)),
        of("Mish", Activation.mish(), x -> x * Math.tanh(softplus(x))),
        of(
            "GeluTanh",
            Activation.geluTanh(),
            x -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))),
        of("Softplus", Activation.softplus(), ActivationTest::softplus),
        of("Softsign", Activation.softsign(), x -> x / (1 + Math.abs(x))),
        of("LogSigmoid", Activation.logSigmoid(), x -> -softplus(-x)),
        of("HardSigmoid", Activation.hardSigmoid(), x -> Math.clamp(x / 6 + 0.5, 0, 1)),
        of("HardTanh", Activation.hardTanh(), x -> Math.clamp(x, -1, 1)));
  }

  @ParameterizedTest
  @MethodSource("activations")
  void activation_isItsFormula_andPrintsItsName(
      String name, Module activation, DoubleUnaryOperator formula) {
    Exact exact = x -> Arrays.stream(x[0]).map(formula).toArray();
    // The longest, Mish, takes an exponential, a logarithm and a tangent.
    exact.check(64, in -> activation.forward(in[0]), Exact.drawWithin(new Random(1), -4, 4, 5, 9));
    assertThat(activation).hasToString(name);
    assertThat(new Sequential(activation).summary()).contains(name);
  }

  @Test
  void logSoftmax_isOverItsAxis() {
    Tensor x = Exact.draw(new Random(1), 3, 4);
    assertThat(Activation.logSoftmax(0).forward(x).toFloatArray())
        .isEqualTo(x.logSoftmax(0).toFloatArray());
    assertThat(Activation.logSoftmax(0)).hasToString("LogSoftmax(0)");
  }

  @Test
  void ownFunction_isCalled() {
    assertThat(new Activation("Cube", x -> x.pow(3)).forward(Tensor.scalar(2)).item()).isEqualTo(8);
  }

  private static Arguments of(String name, Module activation, DoubleUnaryOperator formula) {
    return Arguments.of(name, activation, formula);
  }

  private static double softplus(double x) {
    return Math.log1p(Math.exp(x));
  }
}
