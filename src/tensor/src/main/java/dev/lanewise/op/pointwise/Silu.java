package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.VectorMath;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/** The sigmoid linear unit, y = x sigmoid(x), also called swish (Elfwing et al., 2018). */
public record Silu() implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].map(VectorMath::sigmoid).mul(inputs[0]);
  }

  // dx = dy s (1 + x (1 - s)), with s = sigmoid(x)
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    NDArray s = inputs[0].map(VectorMath::sigmoid);
    NDArray slope = inputs[0].mul(s.affine(-1, 1)).affine(1, 1).mul(s);
    d.add(0, dOut.mul(slope));
  }
}
