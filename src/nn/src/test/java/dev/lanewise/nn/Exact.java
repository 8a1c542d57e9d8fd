package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.NDArray;
import dev.lanewise.tensor.Gradients;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** A function of row-major arrays in double precision, by plain loops. */
@FunctionalInterface
interface Exact {
  double HALF_ULP = 0x1p-24;
  double STEP = 1e-5;

  /** Returns the value, in row-major order. */
  double[] of(double[]... inputs);

  /** Returns a leaf of numbers of the size of 1 that requires a gradient. */
  static Tensor draw(Random random, int... dims) {
    return drawWithin(random, -1.5f, 1.5f, dims);
  }

  /** Returns a leaf of numbers from {@code low} to {@code high} that requires a gradient. */
  static Tensor drawWithin(Random random, float low, float high, int... dims) {
    int size = Arrays.stream(dims).reduce(1, Math::multiplyExact);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = random.nextFloat(low, high);
    }
    Tensor drawn = dims.length == 0 ? Tensor.scalar(values[0]) : Tensor.of(values, dims);
    return drawn.requiresGrad(true);
  }

  /** Returns {@code first} and all parameters of {@code module}, which are drawn anew. */
  static Tensor[] inputs(Random random, Module module, Tensor... first) {
    List<Tensor> inputs = new ArrayList<>(Arrays.asList(first));
    for (Parameter parameter : module.parameters()) {
      Init.uniform(parameter.array(), -1, 1, random);
      inputs.add(parameter);
    }
    return inputs.toArray(Tensor[]::new);
  }

  /**
   * Checks the value of {@code function}, and its gradient by each input that requires one, against
   * this function and its central differences.
   *
   * <p>Numbers are of the size of 1 on the way, so each of {@code roundings} moves the result by
   * half an ulp of 1 and of itself, or as much as moving the inputs by half an ulp does; and a
   * gradient likewise. The differences err by some 1e-10.
   */
  default void check(int roundings, Function<Tensor[], Tensor> function, Tensor... inputs) {
    double[][] at = new double[inputs.length][];
    Arrays.setAll(at, i -> widen(inputs[i].toFloatArray()));
    Tensor result = function.apply(inputs);
    double[] expected = of(at);
    double[] value = widen(result.toFloatArray());
    assertThat(value).hasSameSizeAs(expected);

    double[] magnitude = new double[expected.length];
    Arrays.setAll(magnitude, o -> 1 + Math.abs(expected[o]));
    NDArray cotangent = draw(new Random(1), result.shape().toArray()).array();
    double[] weights = widen(cotangent.toFloatArray());
    Tensor[] wanted = Arrays.stream(inputs).filter(Tensor::requiresGrad).toArray(Tensor[]::new);
    List<NDArray> gradients = Gradients.of(result, cotangent, false, wanted);
    int next = 0;
    for (int i = 0; i < inputs.length; i++) {
      double[] gradient =
          inputs[i].requiresGrad()
              ? widen(gradients.get(next++).toFloatArray())
              : new double[at[i].length];
      for (int e = 0; e < at[i].length; e++) {
        double[] slope = slope(at, i, e);
        double sum = 0;
        double size = 1;
        for (int o = 0; o < slope.length; o++) {
          sum += weights[o] * slope[o];
          size += Math.abs(weights[o] * slope[o]);
          magnitude[o] += Math.abs(slope[o] * at[i][e]);
        }
        if (inputs[i].requiresGrad()) {
          assertThat(gradient[e])
              .as("the gradient by element %s of input %s, %s", e, i, inputs[i].shape())
              .isCloseTo(sum, within(roundings * HALF_ULP * size));
        }
      }
    }
    for (int o = 0; o < value.length; o++) {
      assertThat(value[o])
          .as("element %s of the result", o)
          .isCloseTo(expected[o], within(roundings * HALF_ULP * magnitude[o]));
    }
  }

  /** Returns the slope of each element of the result by one element of one input. */
  private double[] slope(double[][] at, int input, int element) {
    double x = at[input][element];
    at[input][element] = x + STEP;
    double[] above = of(at).clone();
    at[input][element] = x - STEP;
    double[] below = of(at).clone();
    at[input][element] = x;
    double[] slope = new double[above.length];
    Arrays.setAll(slope, o -> (above[o] - below[o]) / (2 * STEP));
    return slope;
  }

  static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  static double[] widen(float... values) {
    double[] wide = new double[values.length];
    Arrays.setAll(wide, i -> values[i]);
    return wide;
  }

  /** Returns X W' + b for X [rows, in], W [out, in] and b [out], or none. */
  static double[] linear(double[] x, double[] w, double[] b, int in) {
    int out = w.length / in;
    double[] y = new double[x.length / in * out];
    for (int i = 0; i < y.length; i++) {
      double sum = b == null ? 0 : b[i % out];
      for (int k = 0; k < in; k++) {
        sum += x[i / out * in + k] * w[i % out * in + k];
      }
      y[i] = sum;
    }
    return y;
  }

  /** Makes {@code row[from] .. row[from + n - 1]} their softmax. */
  static void softmax(double[] row, int from, int n) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = from; i < from + n; i++) {
      largest = Math.max(largest, row[i]);
    }
    double total = 0;
    for (int i = from; i < from + n; i++) {
      row[i] = Math.exp(row[i] - largest);
      total += row[i];
    }
    for (int i = from; i < from + n; i++) {
      row[i] /= total;
    }
  }

  /** Returns rows of {@code n} with mean 0 and variance 1, times w plus b. */
  static double[] layerNorm(double[] x, int n, double[] w, double[] b, double epsilon) {
    double[] y = new double[x.length];
    for (int from = 0; from < x.length; from += n) {
      double mean = 0;
      double square = 0;
      for (int i = from; i < from + n; i++) {
        mean += x[i] / n;
      }
      for (int i = from; i < from + n; i++) {
        square += (x[i] - mean) * (x[i] - mean) / n;
      }
      for (int i = from; i < from + n; i++) {
        y[i] = (x[i] - mean) / Math.sqrt(square + epsilon) * w[i - from] + b[i - from];
      }
    }
    return y;
  }
}
