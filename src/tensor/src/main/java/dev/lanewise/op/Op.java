package dev.lanewise.op;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;

/**
 * A differentiable operation: its shape rule, its value, and its vector-Jacobian product.
 *
 * <p>An operation is immutable and keeps nothing of a call, so one object may be recorded many
 * times.
 */
public interface Op {

  /** Returns the name that errors and listings show. */
  default String name() {
    return getClass().getSimpleName();
  }

  /**
   * Returns the shape of the result for inputs of the given shapes.
   *
   * @throws dev.lanewise.array.ShapeException naming the shapes if they do not fit
   */
  Shape infer(Shape... inputs);

  /** Returns the value for inputs whose shapes were inferred. */
  NDArray forward(NDArray... inputs);

  /**
   * Adds what {@code dOut}, the cotangent of the result, contributes to the cotangents of the
   * inputs that want one.
   *
   * @param inputs the values that {@link #forward} was given
   * @param out the value that it returned
   * @param dOut the cotangent of {@code out}, of its shape, not to be written to unless {@link
   *     Cotangents#ownsCotangent} allows it
   * @param d where the inputs' cotangents are gathered
   */
  void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d);
}
