package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.Pointwise;
import dev.lanewise.kernel.VectorMath;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/**
 * The smooth ramp y = ln(1 + e^(beta x)) / beta; a straight line where beta x is above the
 * threshold.
 *
 * @param beta how sharp the bend is, above 0
 * @param threshold where the line takes over
 */
public record Softplus(float beta, float threshold) implements Op {
  /** The ramp with PyTorch's defaults. */
  public static final Softplus PLAIN = new Softplus(1, 20);

  /** Checks the sharpness. */
  public Softplus {
    if (!(beta > 0 && beta < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("softplus: beta must be above 0, not " + beta);
    }
  }

  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return of(inputs[0]);
  }

  // dx = dy sigmoid(beta x), dy where the line took over
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    NDArray slope = inputs[0].affine(beta, 0).map(VectorMath::sigmoid);
    d.add(
        0,
        dOut.mul(slope.combineEach(inputs[0], "softplus", (s, x) -> x * beta > threshold ? 1 : s)));
  }

  // max(z, 0) + ln(1 + e^-|z|), which overflows nowhere, with z = beta x
  NDArray of(NDArray x) {
    NDArray rest = x.mapEach(v -> -Math.abs(beta * v)).map(VectorMath::exp).map(Pointwise::log1p);
    return x.combineEach(
        rest, "softplus", (v, r) -> beta * v > threshold ? v : (Math.max(beta * v, 0) + r) / beta);
  }
}
