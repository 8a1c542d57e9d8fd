package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/** The exponential, y = e^x, element by element. */
public record Exp() implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].exp();
  }

  // dx = dy * y
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    d.add(0, dOut.mul(out));
  }
}
