package dev.lanewise.op.shape;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/**
 * A view of every {@code step}-th element from {@code from} to {@code to - 1} along an axis.
 *
 * @param axis the axis, which may count from the end
 * @param from the first element
 * @param to the end, which is left out
 * @param step the distance from one to the next, from 1
 */
public record Slice(int axis, int from, int to, int step) implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0].slice(axis, from, to, step);
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].slice(axis, from, to, step);
  }

  // dx = dy at its places, 0 elsewhere
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    boolean fresh = d.beta(0) == 0;
    NDArray dx = d.accumulator(0);
    if (fresh) {
      dx.fill(0);
    }
    dx.slice(axis, from, to, step).accumulate(dOut);
  }
}
