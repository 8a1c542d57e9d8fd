package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/** The reciprocal of the square root, y = 1 / sqrt(x), element by element. */
public record Rsqrt() implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].mapEach(x -> (float) (1 / Math.sqrt(x)));
  }

  // dx = -dy y^3 / 2
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    d.add(0, dOut.mul(out.mul(out).mul(out)).affine(-0.5f, 0));
  }
}
