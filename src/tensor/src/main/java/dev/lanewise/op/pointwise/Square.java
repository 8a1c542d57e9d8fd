package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.Elementwise;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/** The square, y = x^2, element by element. */
public record Square() implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].square();
  }

  // dx = 2 x dy
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    d.add(0, inputs[0].zip(dOut, Elementwise::squareGrad));
  }
}
