package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.VectorMath;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/**
 * The Gaussian error linear unit, y = x Phi(x), with the normal distribution function Phi by erf.
 */
public record Gelu() implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].map(VectorMath::gelu);
  }

  // dx = dy * (Phi(x) + x phi(x))
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    d.add(0, inputs[0].zip(dOut, VectorMath::geluGrad));
  }
}
