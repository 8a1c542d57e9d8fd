package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.Pointwise;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/**
 * The leaky rectified linear unit, y = max(0, x) + slope min(0, x) (Maas et al., 2013).
 *
 * @param slope the slope below 0, and at 0
 */
public record LeakyRelu(float slope) implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].map((s, so, t, to, n) -> Pointwise.leakyRelu(s, so, slope, t, to, n));
  }

  // dx = dy where x > 0, else slope dy
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    d.add(
        0,
        inputs[0].zip(
            dOut,
            (x, xo, dy, dyo, dx, dxo, n) ->
                Pointwise.leakyReluGrad(x, xo, dy, dyo, slope, dx, dxo, n)));
  }
}
