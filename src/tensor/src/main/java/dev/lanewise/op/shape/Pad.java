package dev.lanewise.op.shape;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import java.util.List;

/**
 * An array with a border of a constant.
 *
 * @param before the width of the border before each axis, from the first on
 * @param after the width after each
 * @param value what it is made of
 */
public record Pad(List<Integer> before, List<Integer> after, float value) implements Op {
  /** Copies the lists. */
  public Pad {
    before = List.copyOf(before);
    after = List.copyOf(after);
  }

  @Override
  public Shape infer(Shape... inputs) {
    int[] dims = inputs[0].toArray();
    if (before.size() != dims.length || after.size() != dims.length) {
      throw new ShapeException(
          "pad: borders " + before + " and " + after + " do not name each axis of " + inputs[0]);
    }
    for (int axis = 0; axis < dims.length; axis++) {
      if (before.get(axis) < 0 || after.get(axis) < 0) {
        throw new ShapeException("pad: a border of " + before + " and " + after + " is negative");
      }
      dims[axis] = Math.addExact(dims[axis], Math.addExact(before.get(axis), after.get(axis)));
    }
    return Shape.of(dims);
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    NDArray padded = NDArray.full(infer(inputs[0].shape()), value);
    inside(padded, inputs[0].shape()).copyFrom(inputs[0]);
    return padded;
  }

  // dx = dy without its border
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    d.add(0, inside(dOut, inputs[0].shape()));
  }

  private NDArray inside(NDArray padded, Shape shape) {
    NDArray inside = padded;
    for (int axis = 0; axis < shape.rank(); axis++) {
      inside = inside.slice(axis, before.get(axis), before.get(axis) + shape.dim(axis));
    }
    return inside;
  }
}
