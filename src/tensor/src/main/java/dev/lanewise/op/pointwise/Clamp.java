package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.Pointwise;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/**
 * The number within bounds that is nearest, y = min(max(x, low), high), element by element.
 *
 * @param low the lower bound, not above {@code high}
 * @param high the upper bound
 * @param closed whether the slope at the bounds is 1, as PyTorch has it for clamp; else it is 0, as
 *     for hard tanh
 */
public record Clamp(float low, float high, boolean closed) implements Op {
  /** Checks the bounds. */
  public Clamp {
    if (!(low <= high)) {
      throw new IllegalArgumentException(
          "clamp: the lower bound " + low + " is not at most the upper bound " + high);
    }
  }

  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].map((s, so, t, to, n) -> Pointwise.clamp(s, so, low, high, t, to, n));
  }

  // dx = dy where low <= x <= high, or low < x < high, else 0
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    float least = closed ? low : Math.nextUp(low);
    float most = closed ? high : Math.nextDown(high);
    d.add(
        0,
        inputs[0].zip(
            dOut,
            (x, xo, dy, dyo, dx, dxo, n) ->
                Pointwise.clampGrad(x, xo, dy, dyo, least, most, dx, dxo, n)));
  }
}
