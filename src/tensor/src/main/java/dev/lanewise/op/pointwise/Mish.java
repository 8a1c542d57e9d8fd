package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.VectorMath;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/** Misra's unit, y = x tanh(softplus(x)) (Misra, 2019). */
public record Mish() implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    NDArray x = inputs[0];
    return Softplus.PLAIN.of(x).map(VectorMath::tanh).mul(x);
  }

  // dx = dy (t + x (1 - t^2) sigmoid(x)), with t = tanh(softplus(x))
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    NDArray x = inputs[0];
    NDArray t = Softplus.PLAIN.of(x).map(VectorMath::tanh);
    NDArray bend = t.square().affine(-1, 1).mul(x).mul(x.map(VectorMath::sigmoid));
    d.add(0, dOut.mul(t.add(bend)));
  }
}
