package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.Pointwise;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/** The absolute value, y = |x|, element by element; its slope at 0 is 0. */
public record Abs() implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].map(Pointwise::abs);
  }

  // dx = dy sign(x)
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    d.add(0, dOut.mul(inputs[0].mapEach(Math::signum)));
  }
}
