package dev.lanewise.nn;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import java.util.Arrays;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;

/**
 * Initial values of weights. Fan-in and fan-out of a weight [out, in, ...] are {@code in} and
 * {@code out} times the lengths of the axes after them: a convolution's kernel.
 */
public final class Init {
  /** The gain of ReLU, sqrt(2); that of a sigmoid, and of no activation, is 1. */
  public static final double RELU_GAIN = Math.sqrt(2);

  /** The gain of the hyperbolic tangent, 5/3. */
  public static final double TANH_GAIN = 5 / 3.0;

  /** The gain of the scaled exponential linear unit, 3/4. */
  public static final double SELU_GAIN = 0.75;

  /** How many numbers meet at one end of a weight. */
  public enum Fan {
    /** What one output is computed from: forward, the variance stays. */
    IN,
    /** What one input goes into: backward, the variance stays. */
    OUT;

    private double of(Shape shape) {
      requireWeight(shape);
      return shape.size() / (double) shape.dim(this == IN ? 0 : 1);
    }
  }

  /** What of a truncated normal distribution is further off than this many deviations is left. */
  private static final double FARTHEST = 10;

  private Init() {}

  /** Returns the gain of a leaky ReLU, sqrt(2 / (1 + slope^2)). */
  public static double leakyReluGain(double slope) {
    return Math.sqrt(2 / (1 + slope * slope));
  }

  /** Fills {@code array} from the uniform distribution on [low, high). */
  public static void uniform(NDArray array, double low, double high, RandomGenerator random) {
    fill(array, () -> low + (high - low) * random.nextDouble());
  }

  /** Fills {@code array} from the normal distribution. */
  public static void normal(NDArray array, double mean, double deviation, RandomGenerator random) {
    fill(array, () -> mean + deviation * random.nextGaussian());
  }

  /**
   * Fills {@code array} from the normal distribution, of which only what is from {@code low} to
   * {@code high} is left. (PyTorch's defaults are -2 and 2.)
   *
   * @throws IllegalArgumentException if nothing is left within ten deviations of the mean
   */
  public static void truncatedNormal(
      NDArray array,
      double mean,
      double deviation,
      double low,
      double high,
      RandomGenerator random) {
    double from = Math.max(low, mean - FARTHEST * deviation);
    double to = Math.min(high, mean + FARTHEST * deviation);
    if (!(from < to)) {
      throw new IllegalArgumentException(
          "truncatedNormal: there is nothing to draw from "
              + low
              + " to "
              + high
              + " of a distribution with mean "
              + mean
              + " and deviation "
              + deviation);
    }
    double peak = (Math.clamp(mean, from, to) - mean) / deviation;
    fill(
        array,
        () -> {
          // A point under the bell is found by trying points of a rectangle around it.
          while (true) {
            double x = from + (to - from) * random.nextDouble();
            double z = (x - mean) / deviation;
            if (random.nextDouble() < Math.exp((peak * peak - z * z) / 2)) {
              return x;
            }
          }
        });
  }

  /**
   * Fills a weight, taken as a matrix [out, in ...], with orthonormal rows times {@code gain} or,
   * where it is higher than wide, with orthonormal columns (Saxe et al., 2014).
   *
   * @throws ShapeException if the array has less than two axes, or no element
   */
  public static void orthogonal(NDArray weight, double gain, RandomGenerator random) {
    requireWeight(weight.shape());
    int rows = weight.shape().dim(0);
    int cols = Math.toIntExact(weight.size() / rows);
    double[][] vectors = new double[Math.min(rows, cols)][Math.max(rows, cols)];
    for (double[] vector : vectors) {
      Arrays.setAll(vector, i -> random.nextGaussian());
    }
    orthonormalize(vectors);
    float[] values = new float[rows * cols];
    for (int i = 0; i < values.length; i++) {
      int row = i / cols;
      int col = i % cols;
      values[i] = (float) (gain * (rows > cols ? vectors[col][row] : vectors[row][col]));
    }
    weight.copyFrom(NDArray.of(values, weight.shape().toArray()));
  }

  /** Makes vectors orthonormal, each against those before it (modified Gram-Schmidt). */
  private static void orthonormalize(double[][] vectors) {
    for (int i = 0; i < vectors.length; i++) {
      double[] vector = vectors[i];
      for (int j = 0; j < i; j++) {
        double[] other = vectors[j];
        double projection = dot(vector, other);
        for (int k = 0; k < vector.length; k++) {
          vector[k] -= projection * other[k];
        }
      }
      double length = Math.sqrt(dot(vector, vector));
      for (int k = 0; k < vector.length; k++) {
        vector[k] /= length;
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /**
   * Fills a weight from the uniform distribution whose deviation is gain / sqrt(fan-in), with the
   * gain of a leaky ReLU of slope {@code a} (He et al., 2015).
   */
  public static void kaimingUniform(NDArray weight, double a, RandomGenerator random) {
    kaimingUniform(weight, a, Fan.IN, random);
  }

  /** As {@link #kaimingUniform(NDArray, double, RandomGenerator)}, for either fan. */
  public static void kaimingUniform(NDArray weight, double a, Fan fan, RandomGenerator random) {
    double bound = Math.sqrt(6 / ((1 + a * a) * fan.of(weight.shape())));
    uniform(weight, -bound, bound, random);
  }

  /** Fills a weight from the normal distribution with the deviation of {@code kaimingUniform}. */
  public static void kaimingNormal(NDArray weight, double a, RandomGenerator random) {
    kaimingNormal(weight, a, Fan.IN, random);
  }

  /** As {@link #kaimingNormal(NDArray, double, RandomGenerator)}, for either fan. */
  public static void kaimingNormal(NDArray weight, double a, Fan fan, RandomGenerator random) {
    normal(weight, 0, Math.sqrt(2 / ((1 + a * a) * fan.of(weight.shape()))), random);
  }

  /**
   * Fills a weight from the uniform distribution whose deviation is gain * sqrt(2 / (fan-in +
   * fan-out)) (Glorot and Bengio, 2010).
   */
  public static void xavierUniform(NDArray weight, double gain, RandomGenerator random) {
    double bound = gain * Math.sqrt(6.0 / (Fan.IN.of(weight.shape()) + Fan.OUT.of(weight.shape())));
    uniform(weight, -bound, bound, random);
  }

  /** Fills a weight from the normal distribution with the deviation of {@link #xavierUniform}. */
  public static void xavierNormal(NDArray weight, double gain, RandomGenerator random) {
    double deviation =
        gain * Math.sqrt(2.0 / (Fan.IN.of(weight.shape()) + Fan.OUT.of(weight.shape())));
    normal(weight, 0, deviation, random);
  }

  private static void requireWeight(Shape shape) {
    if (shape.rank() < 2 || shape.size() == 0) {
      throw new ShapeException(
          "shape " + shape + " is not a weight [out, in, ...]: it has no fan-in");
    }
  }

  /** Draws in row-major order, however the array lies in memory. */
  private static void fill(NDArray array, DoubleSupplier draw) {
    float[] values = new float[Math.toIntExact(array.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) draw.getAsDouble();
    }
    array.copyFrom(NDArray.of(values, array.shape().toArray()));
  }
}
