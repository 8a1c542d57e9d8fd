package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;
import java.util.function.UnaryOperator;

/** A function without parameters as a module: a named activation for a chain of modules. */
public final class Activation extends Module {
  private final String name;
  private final UnaryOperator<Tensor> function;

  /** Makes a module of {@code function} that prints as {@code name}. */
  public Activation(String name, UnaryOperator<Tensor> function) {
    this.name = name;
    this.function = function;
  }

  /** Returns max(0, x) + slope min(0, x); PyTorch's slope is 0.01. */
  public static Activation leakyRelu(double slope) {
    return new Activation("LeakyRelu(" + slope + ")", x -> x.leakyRelu((float) slope));
  }

  /** Returns x above 0 and alpha (e^x - 1) below; PyTorch's alpha is 1. */
  public static Activation elu(double alpha) {
    return new Activation("Elu(" + alpha + ")", x -> x.elu((float) alpha));
  }

  /** Returns the scaled exponential linear unit. */
  public static Activation selu() {
    return new Activation("Selu", Tensor::selu);
  }

  /** Returns x sigmoid(x), also called swish. */
  public static Activation silu() {
    return new Activation("Silu", Tensor::silu);
  }

  /** Returns x tanh(softplus(x)). */
  public static Activation mish() {
    return new Activation("Mish", Tensor::mish);
  }

  /** Returns the Gaussian error linear unit by its approximation with tanh. */
  public static Activation geluTanh() {
    return new Activation("GeluTanh", Tensor::geluTanh);
  }

  /** Returns ln(1 + e^x). */
  public static Activation softplus() {
    return new Activation("Softplus", Tensor::softplus);
  }

  /** Returns x / (1 + |x|). */
  public static Activation softsign() {
    return new Activation("Softsign", Tensor::softsign);
  }

  /** Returns ln(sigmoid(x)). */
  public static Activation logSigmoid() {
    return new Activation("LogSigmoid", Tensor::logSigmoid);
  }

  /** Returns x / 6 + 1/2 within 0 and 1. */
  public static Activation hardSigmoid() {
    return new Activation("HardSigmoid", Tensor::hardSigmoid);
  }

  /** Returns x within -1 and 1. */
  public static Activation hardTanh() {
    return new Activation("HardTanh", Tensor::hardTanh);
  }

  /** Returns the logarithm of the softmax over {@code axis}. */
  public static Activation logSoftmax(int axis) {
    return new Activation("LogSoftmax(" + axis + ")", x -> x.logSoftmax(axis));
  }

  @Override
  public Tensor forward(Tensor input) {
    return function.apply(input);
  }

  @Override
  public String toString() {
    return name;
  }
}
