package dev.lanewise.op.reduction;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Rows;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.Pointwise;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import java.util.List;

/**
 * The Euclidean norm, sqrt(sum x^2), over {@code axes}, over all where none is named; its slope at
 * 0 is 0.
 */
public record Norm(List<Integer> axes, boolean keepDims) implements Op {
  /** Copies the list. */
  public Norm {
    axes = List.copyOf(axes);
  }

  @Override
  public Shape infer(Shape... inputs) {
    return rows(inputs[0]).result(keepDims);
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].square().sum(Axes.toArray(axes), keepDims).map(Pointwise::sqrt);
  }

  // dx = dy x / y, 0 where y is 0
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    Shape kept = rows(inputs[0].shape()).result(true);
    NDArray share = dOut.combineEach(out, "norm", (dy, y) -> y == 0 ? 0 : dy / y).reshape(kept);
    d.add(0, inputs[0].mul(share));
  }

  private Rows rows(Shape shape) {
    return Rows.of(shape, "norm", Axes.toArray(axes));
  }
}
