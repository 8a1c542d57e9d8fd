package dev.lanewise.op.reduction;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Recording;
import dev.lanewise.array.Rows;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.RowKernels;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/**
 * The running sums along an axis: y[i] = x[0] + ... + x[i].
 *
 * @param axis the axis, which may count from the end
 */
public record CumulativeSum(int axis) implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    inputs[0].axis(axis);
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return running(inputs[0], false);
  }

  // dx[i] = dy[i] + ... + dy[n - 1]
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    d.add(0, running(dOut, true));
  }

  private NDArray running(NDArray x, boolean backwards) {
    Rows rows = Rows.of(x.shape(), "cumulativeSum", axis);
    NDArray matrix = rows.matrix(x);
    NDArray sums = NDArray.empty(matrix.shape());
    Recording.launch(() ->
        RowKernels.cumulativeSum(
            matrix.segment(),
            matrix.offset(),
            rows.rows(),
            rows.cols(),
            backwards,
            sums.segment(),
            sums.offset()));
    return rows.restore(sums).contiguous();
  }
}
