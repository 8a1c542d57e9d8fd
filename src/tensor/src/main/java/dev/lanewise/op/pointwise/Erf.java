package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.VectorMath;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/** The error function, y = 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x. */
public record Erf() implements Op {
  private static final float SLOPE_AT_ZERO = (float) (2 / Math.sqrt(Math.PI));

  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].map(VectorMath::erf);
  }

  // dx = dy * 2 / sqrt(pi) e^-x^2
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    NDArray bell = inputs[0].square().affine(-1, 0).exp();
    d.add(0, dOut.mul(bell.affine(SLOPE_AT_ZERO, 0)));
  }
}
