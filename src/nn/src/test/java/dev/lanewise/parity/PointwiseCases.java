package dev.lanewise.parity;

import static dev.lanewise.parity.Tolerance.FUNCTION;
import static dev.lanewise.parity.Tolerance.ROUNDED;
import static dev.lanewise.parity.Values.EIGHTHS;
import static dev.lanewise.parity.Values.POWERS_OF_TWO;

import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;

/** Arithmetic, functions of single elements, and comparisons, all with broadcasting. */
final class PointwiseCases {
  private static final Values POSITIVE = Values.between(0.125f, 8);

  private PointwiseCases() {}

  static List<Case> all() {
    List<Case> all = new ArrayList<>();
    all.addAll(SpecialValues.with(unary(), 1));
    all.addAll(SpecialValues.with(binary(), 2));
    all.addAll(broadcast());
    return all;
  }

  private static List<Case> unary() {
    return List.of(
        Case.unary("add a number", EIGHTHS, x -> x.add(0.75f)),
        Case.unary("sub a number", EIGHTHS, x -> x.sub(0.75f)),
        Case.unary("mul by a number", EIGHTHS, x -> x.mul(-1.5f)),
        Case.unary("div by a number", EIGHTHS, x -> x.div(3)).within(ROUNDED, ROUNDED),
        Case.unary("neg", EIGHTHS, Tensor::neg),
        Case.unary("exp", Values.between(-20, 20), Tensor::exp).within(FUNCTION, FUNCTION),
        Case.unary("log", POSITIVE, Tensor::log).within(FUNCTION, ROUNDED),
        Case.unary("log1p", Values.between(-0.875f, 8), Tensor::log1p).within(FUNCTION, ROUNDED),
        Case.unary("square", EIGHTHS, Tensor::square),
        Case.unary("sqrt", POSITIVE, Tensor::sqrt).within(ROUNDED, ROUNDED),
        Case.unary("rsqrt", POSITIVE, Tensor::rsqrt).within(ROUNDED, ROUNDED),
        Case.unary("pow 3", Values.between(-4, 4), x -> x.pow(3)).within(ROUNDED, ROUNDED),
        Case.unary("pow 2", EIGHTHS, x -> x.pow(2)),
        Case.unary("pow 1.5", POSITIVE, x -> x.pow(1.5f)).within(ROUNDED, ROUNDED),
        Case.unary("pow 0.5", POSITIVE, x -> x.pow(0.5f)).within(ROUNDED, ROUNDED),
        Case.unary("pow 0", EIGHTHS, x -> x.pow(0)),
        Case.unary("pow -1", POWERS_OF_TWO, x -> x.pow(-1)),
        Case.unary("abs", EIGHTHS, Tensor::abs),
        Case.unary("sign", EIGHTHS, Tensor::sign),
        Case.unary("floor", EIGHTHS, Tensor::floor),
        Case.unary("ceil", EIGHTHS, Tensor::ceil),
        Case.unary("round", EIGHTHS, Tensor::round),
        Case.unary("sin", Values.between(-20, 20), Tensor::sin).within(ROUNDED, ROUNDED),
        Case.unary("cos", Values.between(-20, 20), Tensor::cos).within(ROUNDED, ROUNDED),
        Case.unary("clamp", EIGHTHS, x -> x.clamp(-1, 1.5f)));
  }

  private static List<Case> binary() {
    return List.of(
        binary("add", EIGHTHS, Tensor::add),
        binary("sub", EIGHTHS, Tensor::sub),
        binary("mul", EIGHTHS, Tensor::mul),
        binary("div", POWERS_OF_TWO, Tensor::div),
        binary("minimum", EIGHTHS, Tensor::minimum),
        binary("maximum", EIGHTHS, Tensor::maximum),
        alike("pow", POSITIVE, Values.between(-2, 2), Tensor::pow),
        binary("eq", EIGHTHS, Tensor::eq),
        binary("ne", EIGHTHS, Tensor::ne),
        binary("lt", EIGHTHS, Tensor::lt),
        binary("le", EIGHTHS, Tensor::le),
        binary("gt", EIGHTHS, Tensor::gt),
        binary("ge", EIGHTHS, Tensor::ge));
  }

  private static List<Case> broadcast() {
    Case add = binary("add", EIGHTHS, Tensor::add);
    Values any = Values.between(-4, 4);
    return List.of(
        add.on("nothing", d -> List.of(d.input(EIGHTHS, 2, 0), d.input(EIGHTHS, 1))),
        alike("div", any, POSITIVE, Tensor::div).as("by any number"),
        // Powers of two to whole exponents: the sums over what was broadcast do not round.
        Case.of("pow", PointwiseCases::wholePowers, x -> x[0].pow(x[1])).as("whole exponents"),
        Case.of("where", PointwiseCases::choices, x -> Tensor.where(x[0], x[1], x[2])));
  }

  /** A function of two numbers, with broadcasting. */
  private static Case binary(String name, Values right, BinaryOperator<Tensor> function) {
    return Case.of(
        name,
        d -> {
          int[] dims = d.dimsUpTo(3);
          return List.of(d.input(EIGHTHS, d.narrowed(dims)), d.input(right, d.narrowed(dims)));
        },
        x -> function.apply(x[0], x[1]));
  }

  /** A function of two numbers that rounds, on inputs of one shape: no gradient is a sum. */
  private static Case alike(
      String name, Values left, Values right, BinaryOperator<Tensor> function) {
    return Case.of(name, d -> alike(d, left, right), x -> function.apply(x[0], x[1]))
        .within(ROUNDED, ROUNDED);
  }

  private static List<Input> alike(Draw d, Values left, Values right) {
    int[] dims = d.dimsUpTo(3);
    return List.of(d.input(left, dims), d.input(right, dims));
  }

  private static List<Input> wholePowers(Draw d) {
    int[] dims = d.dims(3);
    return List.of(
        d.input(POWERS_OF_TWO, d.narrowed(dims)),
        d.constant(Values.of(-2, -1, 0, 1, 2, 3), d.narrowed(dims)));
  }

  private static List<Input> choices(Draw d) {
    int[] dims = d.dims(3);
    return List.of(
        d.constant(Values.of(0, 1), d.narrowed(dims)),
        d.input(EIGHTHS, d.narrowed(dims)),
        d.input(EIGHTHS, d.narrowed(dims)));
  }
}
