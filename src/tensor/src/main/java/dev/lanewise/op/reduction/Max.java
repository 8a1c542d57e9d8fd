package dev.lanewise.op.reduction;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Recording;
import dev.lanewise.array.Rows;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.kernel.RowKernels;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import java.util.List;

/**
 * The greatest element over {@code axes}, over all where none is named; equals share the slope
 * evenly.
 */
public record Max(List<Integer> axes, boolean keepDims) implements Op {
  /** Copies the list. */
  public Max {
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
    if (rows.cols() == 0 && rows.rows() > 0) {
      throw new ShapeException("max: shape " + x.shape() + " has no element to be the greatest");
    }
    NDArray matrix = rows.matrix(x);
    NDArray max = NDArray.empty(Shape.of(rows.rows()));
    Recording.launch(() ->
        RowKernels.max(
            matrix.segment(),
            matrix.offset(),
            rows.rows(),
            rows.cols(),
            max.segment(),
            max.offset()));
    return max.reshape(rows.result(keepDims));
  }

  // dx = dy / n where x = y, of which there are n, else 0
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    NDArray x = inputs[0];
    Rows rows = rows(x.shape());
    Shape kept = rows.result(true);
    NDArray greatest =
        x.combineEach(out.reshape(kept), "max", (a, b) -> a == b || Float.isNaN(a) ? 1 : 0);
    NDArray share = dOut.reshape(kept).div(greatest.sum(Axes.toArray(axes), true));
    d.add(0, greatest.mul(share));
  }

  private Rows rows(Shape shape) {
    return Rows.of(shape, "max", Axes.toArray(axes));
  }
}
