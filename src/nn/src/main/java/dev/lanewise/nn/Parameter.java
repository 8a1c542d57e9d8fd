package dev.lanewise.nn;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.tensor.Tensor;
import java.util.random.RandomGenerator;

/** A tensor that a module learns: a leaf that requires a gradient and outlives every scope. */
public final class Parameter extends Tensor {
  /**
   * Makes a parameter of {@code value}, which is not copied.
   *
   * @throws IllegalArgumentException if {@code value} belongs to a scope, or is a view with gaps
   */
  public Parameter(NDArray value) {
    super(value);
    requireLasting("parameter", value);
    if (!value.layout().isDense()) {
      throw new IllegalArgumentException(
          "a parameter of shape " + value.shape() + " cannot be a view with gaps or repetitions");
    }
    requiresGrad(true);
  }

  /** Returns a parameter drawn from the uniform distribution on ±{@code bound}. */
  static Parameter uniform(double bound, RandomGenerator random, int... dims) {
    return uniform(bound, random, NDArray.persistent(Shape.of(dims)));
  }

  /**
   * Returns a parameter of {@code value}, drawn from the uniform distribution on ±{@code bound}.
   */
  static Parameter uniform(double bound, RandomGenerator random, NDArray value) {
    Init.uniform(value, -bound, bound, random);
    return new Parameter(value);
  }

  /** Returns a parameter whose elements all are {@code number}. */
  static Parameter constant(float number, int... dims) {
    NDArray value = NDArray.persistent(Shape.of(dims));
    value.fill(number);
    return new Parameter(value);
  }

  /** Refuses an array that a scope frees. */
  static void requireLasting(String kind, NDArray value) {
    if (value.storage().owner() != null) {
      throw new IllegalArgumentException(
          "a "
              + kind
              + " of shape "
              + value.shape()
              + " would be freed with its scope; make its array with NDArray.persistent");
    }
  }
}
