package dev.lanewise.op.reduction;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Rows;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import java.util.List;

/**
 * The variance, sum (x - mean)^2 / (n - correction), over {@code axes}, over all where none is
 * named.
 *
 * @param correction 1 for the unbiased estimate of PyTorch's default, 0 for the mean square
 */
public record Variance(List<Integer> axes, int correction, boolean keepDims) implements Op {
  /** Copies the list. */
  public Variance {
    axes = List.copyOf(axes);
  }

  @Override
  public Shape infer(Shape... inputs) {
    return rows(inputs[0]).result(keepDims);
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    NDArray x = inputs[0];
    NDArray squares = deviations(x).square().sum(Axes.toArray(axes), keepDims);
    return squares.affine((float) (1.0 / free(x.shape())), 0);
  }

  // dx = 2 (x - mean) dy / (n - correction)
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    NDArray x = inputs[0];
    NDArray dy = dOut.reshape(rows(x.shape()).result(true));
    d.add(0, deviations(x).mul(dy.affine((float) (2.0 / free(x.shape())), 0)));
  }

  private Rows rows(Shape shape) {
    return Rows.of(shape, "variance", Axes.toArray(axes));
  }

  private NDArray deviations(NDArray x) {
    NDArray mean =
        x.sum(Axes.toArray(axes), true).affine((float) (1.0 / rows(x.shape()).cols()), 0);
    return x.sub(mean);
  }

  private int free(Shape shape) {
    return Math.max(rows(shape).cols() - correction, 0);
  }
}
