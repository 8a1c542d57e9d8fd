package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/**
 * A choice by a condition, y = a where the condition is not 0, else b, element by element, with
 * broadcasting. Inputs are the condition, a and b; the condition's slope is 0.
 */
public record Where() implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0].broadcast(inputs[1], "where").broadcast(inputs[2], "where");
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].select(inputs[1], inputs[2]);
  }

  // da = dy where the condition is not 0, db = dy elsewhere, each summed over the axes that were
  // broadcast
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    NDArray zero = NDArray.scalar(0);
    if (d.wants(0)) {
      d.add(0, NDArray.zeros(inputs[0].shape()));
    }
    if (d.wants(1)) {
      d.add(1, inputs[0].select(dOut, zero).sumTo(inputs[1].shape()));
    }
    if (d.wants(2)) {
      d.add(2, inputs[0].select(zero, dOut).sumTo(inputs[2].shape()));
    }
  }
}
