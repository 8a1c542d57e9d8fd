package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.VectorMath;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/**
 * The Gaussian error linear unit by tanh, y = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2
 * (Hendrycks and Gimpel, 2016).
 */
public record GeluTanh() implements Op {
  private static final double ROOT = 0.7978845608028654;
  private static final double CUBIC = 0.044715;

  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].affine(0.5f, 0).mul(bend(inputs[0]).affine(1, 1));
  }

  // dx = dy ((1 + t) / 2 + x (1 - t^2) sqrt(2 / pi) (1 + 3 * 0.044715 x^2) / 2)
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    NDArray x = inputs[0];
    NDArray t = bend(x);
    NDArray inner = x.square().affine((float) (3 * ROOT * CUBIC), (float) ROOT);
    NDArray slope = x.affine(0.5f, 0).mul(t.square().affine(-1, 1)).mul(inner);
    d.add(0, dOut.mul(t.affine(0.5f, 0.5f).add(slope)));
  }

  private static NDArray bend(NDArray x) {
    return x.square().affine((float) (ROOT * CUBIC), (float) ROOT).mul(x).map(VectorMath::tanh);
  }
}
