package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/** The natural logarithm, y = ln x, element by element. */
public record Log() implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].log();
  }

  // dx = dy / x
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    d.add(0, dOut.div(inputs[0]));
  }
}
