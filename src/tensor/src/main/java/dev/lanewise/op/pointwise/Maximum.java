package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.Pointwise;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/**
 * The greater of two, c = max(a, b), element by element, with broadcasting; where they are equal,
 * each has half of the slope, and where one is NaN, each has all of it.
 */
public record Maximum() implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0].broadcast(inputs[1], "maximum");
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].combine(inputs[1], "maximum", Pointwise::maximum);
  }

  // da = dc but where a < b, db = dc but where b < a, each summed over the axes that were broadcast
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    for (int i = 0; i < 2; i++) {
      if (d.wants(i)) {
        NDArray share =
            inputs[i].combineEach(
                inputs[1 - i], "maximum", (x, y) -> x < y ? 0 : x == y ? 0.5f : 1);
        d.add(i, dOut.mul(share).sumTo(inputs[i].shape()));
      }
    }
  }
}
