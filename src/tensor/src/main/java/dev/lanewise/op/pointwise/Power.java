package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/**
 * A power with a constant exponent, y = x^p, element by element.
 *
 * @param exponent p
 */
public record Power(float exponent) implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].mapEach(x -> (float) Math.pow(x, exponent));
  }

  // dx = dy p x^(p - 1), 0 where p is 0
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    NDArray slope =
        exponent == 0
            ? NDArray.zeros(inputs[0].shape())
            : inputs[0].mapEach(x -> (float) (exponent * Math.pow(x, exponent - 1.0)));
    d.add(0, dOut.mul(slope));
  }
}
