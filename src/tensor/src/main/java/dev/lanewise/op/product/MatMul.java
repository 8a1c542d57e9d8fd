package dev.lanewise.op.product;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Products;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/** The matrix product over the last two axes, the others broadcast. */
public record MatMul() implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    return Products.matmulShape(inputs[0], inputs[1]);
  }

  // ... x M x K * ... x K x N -> ... x M x N
  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].matmul(inputs[1]);
  }

  // dA = dC B', dB = A' dC, each summed over the axes that were broadcast
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    NDArray a = inputs[0];
    NDArray b = inputs[1];
    if (d.wants(0)) {
      d.add(0, dOut.matmul(b.transpose()).sumTo(a.shape()));
    }
    if (d.wants(1)) {
      d.add(1, a.transpose().matmul(dOut).sumTo(b.shape()));
    }
  }
}
