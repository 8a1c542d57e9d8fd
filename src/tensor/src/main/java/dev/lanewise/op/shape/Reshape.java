package dev.lanewise.op.shape;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/** The same elements in row-major order under another shape. */
public record Reshape(Shape shape) implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0].reshape(shape);
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].reshape(shape);
  }

  // dx = dy under x's shape
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    d.add(0, dOut.reshape(inputs[0].shape()));
  }
}
