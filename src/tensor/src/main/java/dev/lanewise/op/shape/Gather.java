package dev.lanewise.op.shape;

import dev.lanewise.array.Indices;
import dev.lanewise.array.NDArray;
import dev.lanewise.array.Selections;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/**
 * The elements at one place along an axis for each place of the indices: along axis 1, y[i][j][k] =
 * x[i][indices[i][j][k]][k].
 *
 * @param axis the axis, which may count from the end
 * @param indices the places along it, with as many axes as the input
 */
public record Gather(int axis, Indices indices) implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return Selections.gatherShape(inputs[0], axis, indices, "gather");
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return Selections.gather(inputs[0], axis, indices);
  }

  // dx = dy added at its places, 0 elsewhere
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    boolean fresh = d.beta(0) == 0;
    NDArray dx = d.accumulator(0);
    if (fresh) {
      dx.fill(0);
    }
    Selections.addGathered(dx, axis, indices, dOut);
  }
}
