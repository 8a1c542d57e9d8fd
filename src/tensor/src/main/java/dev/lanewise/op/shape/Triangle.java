package dev.lanewise.op.shape;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;

/**
 * The lower or upper triangle of matrices, the last two axes, and 0 elsewhere.
 *
 * @param lower whether the elements on and below the diagonal are kept, or those on and above
 * @param diagonal which diagonal: 0 the main one, 1 the one to its right, -1 the one to its left
 */
public record Triangle(boolean lower, int diagonal) implements Op {
  @Override
  public String name() {
    return lower ? "tril" : "triu";
  }

  @Override
  public Shape infer(Shape... inputs) {
    if (inputs[0].rank() < 2) {
      throw new ShapeException(name() + ": shape " + inputs[0] + " is not of matrices");
    }
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return masked(inputs[0]);
  }

  // dx = dy in the triangle, 0 elsewhere
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    d.add(0, masked(dOut));
  }

  private NDArray masked(NDArray x) {
    int rows = x.shape().dim(-2);
    int cols = x.shape().dim(-1);
    float[] kept = new float[Math.multiplyExact(rows, cols)];
    for (int i = 0; i < kept.length; i++) {
      long beside = (long) (i % cols) - i / cols - diagonal;
      kept[i] = (lower ? beside <= 0 : beside >= 0) ? 1 : 0;
    }
    return NDArray.of(kept, rows, cols).select(x, NDArray.scalar(0));
  }
}
