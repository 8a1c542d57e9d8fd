package dev.lanewise.op.shape;

import dev.lanewise.array.Indices;
import dev.lanewise.array.NDArray;
import dev.lanewise.array.Selections;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/**
 * The elements at some places along an axis, in the order and as often as they are named.
 *
 * @param axis the axis, which may count from the end
 * @param indices the places, of one axis
 */
public record IndexSelect(int axis, Indices indices) implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return Selections.selectShape(inputs[0], axis, indices);
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return Selections.select(inputs[0], axis, indices);
  }

  // dx = dy added at its places, 0 elsewhere
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    boolean fresh = d.beta(0) == 0;
    NDArray dx = d.accumulator(0);
    if (fresh) {
      dx.fill(0);
    }
    Selections.addSelected(dx, axis, indices, dOut);
  }
}
