package dev.lanewise.op.shape;

import dev.lanewise.array.Indices;
import dev.lanewise.array.NDArray;
import dev.lanewise.array.Selections;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/**
 * The first input with the elements of the second added at the places that {@link Gather} reads.
 *
 * @param axis the axis, which may count from the end
 * @param indices the places along it, of the second input's shape
 */
public record ScatterAdd(int axis, Indices indices) implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    Selections.gatherShape(inputs[0], axis, indices, "scatterAdd");
    if (!indices.shape().equals(inputs[1])) {
      throw new ShapeException(
          "scatterAdd: indices "
              + indices.shape()
              + " and what is added, "
              + inputs[1]
              + ", differ in shape");
    }
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    NDArray sum = inputs[0].copy();
    Selections.addGathered(sum, axis, indices, inputs[1]);
    return sum;
  }

  // dx = dy, d(added) = dy at its places
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    d.add(0, dOut);
    if (d.wants(1)) {
      d.add(1, Selections.gather(dOut, axis, indices));
    }
  }
}
