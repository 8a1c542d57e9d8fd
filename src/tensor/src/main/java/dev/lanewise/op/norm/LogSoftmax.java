package dev.lanewise.op.norm;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.kernel.SoftmaxRows;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/** The logarithm of the softmax over the last axis, y = x - log sum(e^x). */
public record LogSoftmax() implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    if (inputs[0].rank() == 0) {
      throw new ShapeException("logSoftmax: a scalar has no axis to normalize over");
    }
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    int cols = inputs[0].shape().dim(-1);
    return inputs[0].map(
        (s, so, t, to, n) -> SoftmaxRows.logSoftmax(s, so, t, to, rows(n, cols), cols));
  }

  // dx = dy - e^y sum(dy)
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    int cols = out.shape().dim(-1);
    d.add(
        0,
        out.zip(
            dOut,
            (y, yo, dy, dyo, dx, dxo, n) ->
                SoftmaxRows.logSoftmaxGrad(y, yo, dy, dyo, dx, dxo, rows(n, cols), cols)));
  }

  private static long rows(long size, int cols) {
    return cols == 0 ? 0 : size / cols;
  }
}
