package dev.lanewise.tensor;

import dev.lanewise.array.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * The check that the gradients of one's own operation or function are right: against central
 * differences, element by element.
 *
 * <pre>{@code
 * Gradcheck.check(in -> Tensor.apply(new MyOp(), in), x, y);
 * }</pre>
 *
 * <p>A difference over a step h in single precision errs by the rounding of the value over h and by
 * the bend of the function over the step, which the difference over 2 h shows. A gradient is
 * refused where it is further off than ten times both.
 */
public final class Gradcheck {
  private static final double STEP = 0x1p-7;
  private static final double EPSILON = 0x1p-24;
  private static final double SLACK = 10;

  private Gradcheck() {}

  /**
   * Checks the gradient of {@code function} by every element of every input that requires one, at
   * these values, where it should be smooth. The values are moved on the way and restored.
   *
   * @throws AssertionError naming the input, the element, the gradient and the difference, at the
   *     first that differ
   * @throws IllegalArgumentException if no input requires a gradient
   */
  public static void check(Function<Tensor[], Tensor> function, Tensor... inputs) {
    Tensor[] wanted = Arrays.stream(inputs).filter(Tensor::requiresGrad).toArray(Tensor[]::new);
    if (wanted.length == 0) {
      throw new IllegalArgumentException(
          "a gradient check wants an input that requires a gradient");
    }
    Tensor result = function.apply(inputs);
    NDArray cotangent = cotangent(result);
    double[] weights = widen(cotangent.toFloatArray());
    List<NDArray> gradients = Gradients.of(result, cotangent, false, wanted);
    for (int i = 0; i < wanted.length; i++) {
      float[] gradient = gradients.get(i).toFloatArray();
      float[] values = wanted[i].toFloatArray();
      for (int e = 0; e < values.length; e++) {
        double near = difference(function, inputs, wanted[i], values, e, STEP, weights);
        double far = difference(function, inputs, wanted[i], values, e, 2 * STEP, weights);
        double noise = EPSILON * magnitude(function, inputs, weights) / STEP;
        double allowed = SLACK * (noise + Math.abs(near - far) + EPSILON * Math.abs(near));
        if (!(Math.abs(gradient[e] - near) <= allowed)) {
          throw new AssertionError(
              "the gradient by element "
                  + e
                  + " of input "
                  + i
                  + " of shape "
                  + wanted[i].shape()
                  + " is "
                  + gradient[e]
                  + ", the difference quotient "
                  + near
                  + " (within "
                  + allowed
                  + ")");
        }
      }
    }
  }

  /** Draws the weights in which the elements of the result are added up to one number. */
  private static NDArray cotangent(Tensor result) {
    Random random = new Random(1);
    float[] weights = new float[Math.toIntExact(result.size())];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = random.nextFloat(0.5f, 1.5f) * (random.nextBoolean() ? 1 : -1);
    }
    return NDArray.of(weights).reshape(result.shape());
  }

  private static double difference(
      Function<Tensor[], Tensor> function,
      Tensor[] inputs,
      Tensor moved,
      float[] values,
      int element,
      double step,
      double[] weights) {
    float above = (float) (values[element] + step);
    float below = (float) (values[element] - step);
    double high = at(function, inputs, moved, values, element, above, weights);
    double low = at(function, inputs, moved, values, element, below, weights);
    return (high - low) / ((double) above - below);
  }

  private static double at(
      Function<Tensor[], Tensor> function,
      Tensor[] inputs,
      Tensor moved,
      float[] values,
      int element,
      float value,
      double[] weights) {
    float[] changed = values.clone();
    changed[element] = value;
    int[] dims = moved.shape().toArray();
    NDArray array = moved.array();
    array.copyFrom(NDArray.of(changed).reshape(dims));
    try (NoGrad _ = NoGrad.open()) {
      return sum(function.apply(inputs), weights, false);
    } finally {
      array.copyFrom(NDArray.of(values).reshape(dims));
    }
  }

  private static double magnitude(
      Function<Tensor[], Tensor> function, Tensor[] inputs, double[] weights) {
    try (NoGrad _ = NoGrad.open()) {
      return 1 + sum(function.apply(inputs), weights, true);
    }
  }

  private static double sum(Tensor result, double[] weights, boolean absolute) {
    float[] values = result.toFloatArray();
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      double term = weights[i] * values[i];
      sum += absolute ? Math.abs(term) : term;
    }
    return sum;
  }

  private static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
