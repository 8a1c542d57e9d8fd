package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/** A line, y = scale * x + shift, element by element, rounded once. */
public record Affine(float scale, float shift) implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].affine(scale, shift);
  }

  // dx = scale * dy
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    d.add(0, scale == 1 ? dOut : dOut.affine(scale, 0));
  }
}
