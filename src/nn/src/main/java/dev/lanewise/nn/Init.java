package dev.lanewise.nn;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;

/**
 * Initial values of weights. Fan-in and fan-out of a weight [out, in] are {@code in} and {@code
 * out}.
 */
public final class Init {
  private Init() {}

  /** Fills {@code array} from the uniform distribution on [low, high). */
  public static void uniform(NDArray array, double low, double high, RandomGenerator random) {
    fill(array, () -> low + (high - low) * random.nextDouble());
  }

  /** Fills {@code array} from the normal distribution. */
  public static void normal(NDArray array, double mean, double deviation, RandomGenerator random) {
    fill(array, () -> mean + deviation * random.nextGaussian());
  }

  /**
   * Fills a weight from the uniform distribution whose deviation is gain / sqrt(fan-in), with the
   * gain sqrt(2 / (1 + a^2)) of a leaky ReLU of slope {@code a} (He et al., 2015).
   */
  public static void kaimingUniform(NDArray weight, double a, RandomGenerator random) {
    double bound = Math.sqrt(6 / ((1 + a * a) * fanIn(weight.shape())));
    uniform(weight, -bound, bound, random);
  }

  /** Fills a weight from the normal distribution with the deviation of {@link #kaimingUniform}. */
  public static void kaimingNormal(NDArray weight, double a, RandomGenerator random) {
    normal(weight, 0, Math.sqrt(2 / ((1 + a * a) * fanIn(weight.shape()))), random);
  }

  /**
   * Fills a weight from the uniform distribution whose deviation is gain * sqrt(2 / (fan-in +
   * fan-out)) (Glorot and Bengio, 2010).
   */
  public static void xavierUniform(NDArray weight, double gain, RandomGenerator random) {
    double bound = gain * Math.sqrt(6.0 / (fanIn(weight.shape()) + fanOut(weight.shape())));
    uniform(weight, -bound, bound, random);
  }

  /** Fills a weight from the normal distribution with the deviation of {@link #xavierUniform}. */
  public static void xavierNormal(NDArray weight, double gain, RandomGenerator random) {
    double deviation = gain * Math.sqrt(2.0 / (fanIn(weight.shape()) + fanOut(weight.shape())));
    normal(weight, 0, deviation, random);
  }

  private static double fanIn(Shape shape) {
    requireWeight(shape);
    return shape.size() / (double) shape.dim(0);
  }

  private static double fanOut(Shape shape) {
    requireWeight(shape);
    return shape.size() / (double) shape.dim(1);
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
