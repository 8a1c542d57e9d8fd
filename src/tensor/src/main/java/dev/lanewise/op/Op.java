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
   * Returns the computation of the value from the memory of {@code inputs} into that of {@code
   * out}, which is contiguous and of the inferred shape. It may be run any number of times, each
   * time on what the memory then holds, by one thread at a time.
   *
   * <p>The operations of this library allocate nothing when it is run; this default computes the
   * value as {@link #forward} does and copies it.
   */
  default Runnable bind(NDArray[] inputs, NDArray out) {
    return () -> out.copyFrom(forward(inputs));
  }

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
