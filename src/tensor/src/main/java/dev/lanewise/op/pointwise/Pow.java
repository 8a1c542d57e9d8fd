package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/**
 * The power c = a^b, element by element, with broadcasting. As PyTorch defines it, the slope by b
 * is 0 where a is 0 and b is not negative.
 */
public record Pow() implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0].broadcast(inputs[1], "pow");
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].combineEach(inputs[1], "pow", (a, b) -> (float) power(a, b));
  }

  // da = dc b a^(b - 1), db = dc c ln(a), each summed over the axes that were broadcast
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    NDArray a = inputs[0];
    NDArray b = inputs[1];
    if (d.wants(0)) {
      NDArray slope =
          a.combineEach(b, "pow", (x, p) -> p == 0 ? 0 : (float) (p * power(x, p - 1.0)));
      d.add(0, dOut.mul(slope).sumTo(a.shape()));
    }
    if (d.wants(1)) {
      NDArray slope =
          a.combineEach(
              b, "pow", (x, p) -> x == 0 && p >= 0 ? 0 : (float) (power(x, p) * Math.log(x)));
      d.add(1, dOut.mul(slope).sumTo(b.shape()));
    }
  }

  /** Returns {@code Math.pow}, but 1 where C has it: 1 to any power, -1 to an infinite one. */
  private static double power(double a, double b) {
    boolean one = a == 1 || (a == -1 && Double.isInfinite(b));
    return one ? 1 : Math.pow(a, b);
  }
}
