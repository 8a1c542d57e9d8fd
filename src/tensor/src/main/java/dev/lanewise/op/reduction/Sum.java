package dev.lanewise.op.reduction;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import java.util.List;

/** The sum over {@code axes}, over all where none is named. */
public record Sum(List<Integer> axes, boolean keepDims) implements Op {
  /** Copies the list. */
  public Sum {
    axes = List.copyOf(axes);
  }

  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0].sum(Axes.toArray(axes), keepDims);
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].sum(Axes.toArray(axes), keepDims);
  }

  // dx = dy repeated over the summed axes
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    Shape shape = inputs[0].shape();
    d.add(0, dOut.reshape(shape.sum(Axes.toArray(axes), true)).broadcastTo(shape));
  }
}
