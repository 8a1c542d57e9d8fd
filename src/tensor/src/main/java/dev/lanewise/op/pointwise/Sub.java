package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/** The difference, c = a - b, element by element, with broadcasting. */
public record Sub() implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0].broadcast(inputs[1], "sub");
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].sub(inputs[1]);
  }

  // da = dc, db = -dc, each summed over the axes that were broadcast
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    NDArray a = inputs[0];
    NDArray b = inputs[1];
    if (d.wants(0)) {
      d.add(0, dOut.sumTo(a.shape()));
    }
    if (d.wants(1)) {
      d.add(1, dOut.affine(-1, 0).sumTo(b.shape()));
    }
  }
}
