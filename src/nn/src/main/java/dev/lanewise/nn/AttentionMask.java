package dev.lanewise.nn;

import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.tensor.Tensor;

/**
 * Masks that are added to the scores of attention: 0 where a query may look at a key, and minus
 * infinity where not. Two masks together are their sum.
 */
public final class AttentionMask {
  private AttentionMask() {}

  /** Returns the mask [n, n] under which no position looks at a later one. */
  public static Tensor causal(int n) {
    return forbidden(Tensor.ones(n, n).triu(1));
  }

  /**
   * Returns the mask [batch, 1, 1, keys] under which nobody looks at padding.
   *
   * @param padding [batch, keys], not 0 where a key is only padding
   * @throws ShapeException if it is not a matrix
   */
  public static Tensor padding(Tensor padding) {
    Shape shape = padding.shape();
    if (shape.rank() != 2) {
      throw new ShapeException("a padding mask is made of [batch, keys], not of shape " + shape);
    }
    return forbidden(padding.detach().reshape(shape.dim(0), 1, 1, shape.dim(1)));
  }

  private static Tensor forbidden(Tensor where) {
    return Tensor.where(where, Tensor.scalar(Float.NEGATIVE_INFINITY), Tensor.scalar(0));
  }
}
