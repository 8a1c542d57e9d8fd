package dev.lanewise.op.norm;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.kernel.SoftmaxRows;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/**
 * The softmax over the last axis, y = e^x / sum(e^x).
 *
 * @param zeros whether a row of minus infinities alone, of which nothing may be seen, gives zeros
 *     instead of NaN
 */
public record Softmax(boolean zeros) implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    if (inputs[0].rank() == 0) {
      throw new ShapeException("softmax: a scalar has no axis to normalize over");
    }
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    int cols = inputs[0].shape().dim(-1);
    return inputs[0].map(
        (s, so, t, to, n) -> SoftmaxRows.softmax(s, so, t, to, rows(n, cols), cols, zeros));
  }

  // dx = y (dy - sum(y dy))
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    int cols = out.shape().dim(-1);
    d.add(
        0,
        out.zip(
            dOut,
            (y, yo, dy, dyo, dx, dxo, n) ->
                SoftmaxRows.softmaxGrad(y, yo, dy, dyo, dx, dxo, rows(n, cols), cols)));
  }

  private static long rows(long size, int cols) {
    return cols == 0 ? 0 : size / cols;
  }
}
