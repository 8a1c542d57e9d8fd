package dev.lanewise.op.shape;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/** A view of a wider shape in which lengths of 1 and missing leading axes repeat. */
public record Expand(Shape shape) implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0].stretch(shape, "expand");
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].broadcastTo(shape);
  }

  // dx = dy summed over the axes that were repeated
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    d.add(0, dOut.sumTo(inputs[0].shape()));
  }
}
