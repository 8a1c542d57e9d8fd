package dev.lanewise.op.loss;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.kernel.Reduction;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/** The mean of (a - b)^2 over all elements of two arrays of one shape: a scalar. */
public record MeanSquaredError() implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    if (!inputs[0].equals(inputs[1])) {
      throw new ShapeException(
          "mse: prediction " + inputs[0] + " and target " + inputs[1] + " differ in shape");
    }
    return Shape.SCALAR;
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    NDArray a = inputs[0].contiguous();
    NDArray b = inputs[1].contiguous();
    float sum =
        Reduction.squaredDifference(a.segment(), a.offset(), b.segment(), b.offset(), a.size());
    return NDArray.scalar(sum / a.size());
  }

  // da = 2 (a - b) dy / n, db = -da
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    float slope = 2 * dOut.item() / inputs[0].size();
    for (int i = 0; i < 2; i++) {
      if (d.wants(i)) {
        NDArray difference = inputs[i].sub(inputs[1 - i]);
        difference.scale(slope);
        d.add(i, difference);
      }
    }
  }
}
