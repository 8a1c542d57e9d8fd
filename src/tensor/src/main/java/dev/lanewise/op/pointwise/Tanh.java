package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.VectorMath;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/** The hyperbolic tangent. */
public record Tanh() implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].map(VectorMath::tanh);
  }

  // dx = dy * (1 - y^2)
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    d.add(0, out.zip(dOut, VectorMath::tanhGrad));
  }
}
