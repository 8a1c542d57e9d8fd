package dev.lanewise.op.reduction;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Rows;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import java.util.List;

/**
 * The logarithm of the sum of exponentials, ln(sum e^x), over {@code axes}, over all where none is
 * named; nothing overflows.
 */
public record LogSumExp(List<Integer> axes, boolean keepDims) implements Op {
  /** Copies the list. */
  public LogSumExp {
    axes = List.copyOf(axes);
  }

  @Override
  public Shape infer(Shape... inputs) {
    return rows(inputs[0]).result(keepDims);
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    NDArray x = inputs[0];
    Rows rows = rows(x.shape());
    if (rows.cols() == 0) {
      return NDArray.full(rows.result(keepDims), Float.NEGATIVE_INFINITY);
    }
    NDArray max = new Max(axes, true).forward(x).mapEach(m -> Float.isInfinite(m) ? 0 : m);
    NDArray sum = x.sub(max).exp().sum(Axes.toArray(axes), true);
    return sum.log().add(max).reshape(rows.result(keepDims));
  }

  // dx = dy e^(x - y)
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    Shape kept = rows(inputs[0].shape()).result(true);
    d.add(0, inputs[0].sub(out.reshape(kept)).exp().mul(dOut.reshape(kept)));
  }

  private Rows rows(Shape shape) {
    return Rows.of(shape, "logSumExp", Axes.toArray(axes));
  }
}
