package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.VectorMath;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/**
 * The exponential linear unit, y = scale x above 0 and scale alpha (e^x - 1) below (Clevert et al.,
 * 2016); with the constants of {@link #SELU}, the scaled one (Klambauer et al., 2017).
 *
 * @param alpha minus the limit far below 0, before scaling
 * @param scale a factor of the whole
 */
public record Elu(float alpha, float scale) implements Op {
  /** The self-normalizing unit, with the constants that keep mean 0 and variance 1. */
  public static final Elu SELU = new Elu(1.6732632f, 1.050701f);

  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    NDArray x = inputs[0];
    NDArray below = x.mapEach(v -> Math.min(v, 0)).map(VectorMath::expm1);
    NDArray above = x.mapEach(v -> Math.max(v, 0));
    return above.affine(scale, 0).add(below.affine(scale * alpha, 0));
  }

  // dx = scale dy above 0, dy (y + scale alpha) below
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    NDArray slope = inputs[0].combineEach(out, "elu", (x, y) -> x > 0 ? scale : y + scale * alpha);
    d.add(0, dOut.mul(slope));
  }
}
