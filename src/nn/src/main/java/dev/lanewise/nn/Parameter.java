package dev.lanewise.nn;

import dev.lanewise.array.NDArray;
import dev.lanewise.tensor.Tensor;

/** A tensor that a module learns: a leaf that requires a gradient and outlives every scope. */
public final class Parameter extends Tensor {
  /**
   * Makes a parameter of {@code value}, which is not copied.
   *
   * @throws IllegalArgumentException if {@code value} belongs to a scope, or is a view with gaps
   */
  public Parameter(NDArray value) {
    super(value);
    if (value.storage().owner() != null) {
      throw new IllegalArgumentException(
          "a parameter of shape "
              + value.shape()
              + " would be freed with its scope; make its array"
              + " with NDArray.persistent");
    }
    if (!value.layout().isDense()) {
      throw new IllegalArgumentException(
          "a parameter of shape " + value.shape() + " cannot be a view with gaps or repetitions");
    }
    requiresGrad(true);
  }
}
