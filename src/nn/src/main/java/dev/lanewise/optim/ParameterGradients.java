package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import dev.lanewise.kernel.Pointwise;
import dev.lanewise.kernel.Reduction;
import dev.lanewise.nn.Parameter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * The gradients of several parameters, to be measured and clipped between {@code backward()} and
 * {@code step()}. A parameter without a gradient is passed over.
 */
public final class ParameterGradients {
  /** What PyTorch adds to a norm before it divides by it. */
  private static final double EPSILON = 1e-6;

  private ParameterGradients() {}

  /**
   * Returns the Euclidean norm of all gradients as one vector. The sum has one order, so that it
   * repeats bit by bit.
   */
  public static double norm(List<Parameter> parameters) {
    double squares = 0;
    for (int i = 0; i < parameters.size(); i++) {
      squares += squares(parameters.get(i));
    }
    return Math.sqrt(squares);
  }

  /**
   * Scales all gradients by one factor so that their norm is at most about {@code most}, as
   * PyTorch's {@code clip_grad_norm_}: by {@code most / (norm + 1e-6)} where that is below 1.
   *
   * @return the norm before; where it is not finite, the gradients are of no use
   * @throws IllegalArgumentException if {@code most} is not a number from 0
   */
  public static double clipNorm(List<Parameter> parameters, double most) {
    checkMost("norm", most);
    double norm = norm(parameters);
    double factor = most / (norm + EPSILON);
    if (!(factor >= 1)) {
      for (int i = 0; i < parameters.size(); i++) {
        NDArray gradient = parameters.get(i).grad();
        if (gradient != null) {
          gradient.scale((float) factor);
        }
      }
    }
    return norm;
  }

  /**
   * As {@link #clipNorm(List, double)}, but refuses a norm that is not finite.
   *
   * @param named the parameters by name, as {@code Module.namedParameters()} gives them
   * @throws IllegalStateException naming a parameter whose gradient is to blame; the gradients then
   *     stay as they are
   */
  public static double clipNorm(Map<String, Parameter> named, double most) {
    checkMost("norm", most);
    named.forEach((name, parameter) -> {
      double squares = squares(parameter);
      if (!Double.isFinite(squares)) {
        throw new IllegalStateException(
            "the gradient of " + name + " has norm " + Math.sqrt(squares));
      }
    });
    return clipNorm(List.copyOf(new LinkedHashSet<>(named.values())), most);
  }

  /**
   * Clamps every element of the gradients to between {@code -most} and {@code most}, as PyTorch's
   * {@code clip_grad_value_}; NaN stays NaN.
   *
   * @throws IllegalArgumentException if {@code most} is not a number from 0
   */
  public static void clipValue(List<Parameter> parameters, double most) {
    float bound = (float) checkMost("value", most);
    for (int i = 0; i < parameters.size(); i++) {
      NDArray gradient = parameters.get(i).grad();
      if (gradient != null) {
        Pointwise.clamp(
            gradient.segment(),
            gradient.offset(),
            -bound,
            bound,
            gradient.segment(),
            gradient.offset(),
            gradient.size());
        gradient.touch();
      }
    }
  }

  private static double squares(Parameter parameter) {
    NDArray gradient = parameter.grad();
    return gradient == null
        ? 0
        : Reduction.sumOfSquares(gradient.segment(), gradient.offset(), gradient.size());
  }

  private static double checkMost(String what, double most) {
    if (!(most >= 0)) {
      throw new IllegalArgumentException(
          "gradients are clipped to a " + what + " from 0, not " + most);
    }
    return most;
  }
}
