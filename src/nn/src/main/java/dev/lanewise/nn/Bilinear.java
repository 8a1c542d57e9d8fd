package dev.lanewise.nn;

import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.tensor.Tensor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A layer that is linear in each of two inputs: y[o] = sum over i and j of x1[i] W[o, i, j] x2[j] +
 * b[o], for x1 [..., in1], x2 [..., in2], W [out, in1, in2] and b [out].
 *
 * <p>Weight and bias start as PyTorch's do, uniform on ±1 / sqrt(in1).
 */
public final class Bilinear extends Module {
  private final Parameter weight;
  private final @Nullable Parameter bias;

  /** Makes a layer with a bias. */
  public Bilinear(int in1, int in2, int out) {
    this(in1, in2, out, true);
  }

  /**
   * Makes a layer with or without a bias.
   *
   * @throws IllegalArgumentException if a size is not positive
   */
  public Bilinear(int in1, int in2, int out, boolean withBias) {
    if (in1 <= 0 || in2 <= 0 || out <= 0) {
      throw new IllegalArgumentException(
          "a bilinear layer from "
              + in1
              + " and "
              + in2
              + " to "
              + out
              + " has a size that is not positive");
    }
    RandomGenerator random = Seed.split();
    double bound = 1 / Math.sqrt(in1);
    weight = register("weight", Parameter.uniform(bound, random, out, in1, in2));
    bias = withBias ? register("bias", Parameter.uniform(bound, random, out)) : null;
  }

  /** Returns W, [out, in1, in2]. */
  public Parameter weight() {
    return weight;
  }

  /** Returns b, [out], or null where the layer has none. */
  public @Nullable Parameter bias() {
    return bias;
  }

  /**
   * Returns the layer's result, [..., out].
   *
   * @throws ShapeException if the inputs do not end in in1 and in2 and agree before that
   */
  public Tensor forward(Tensor first, Tensor second) {
    Shape w = weight.shape();
    if (first.shape().rank() < 1
        || first.shape().dim(-1) != w.dim(1)
        || !first.shape().with(-1, w.dim(2)).equals(second.shape())) {
      throw new ShapeException(
          "bilinear: inputs "
              + first.shape()
              + " and "
              + second.shape()
              + " do not end in the weight's "
              + w
              + " numbers of inputs after the same axes");
    }
    Tensor rows1 = first.reshape(-1, w.dim(1));
    Tensor rows2 = second.reshape(-1, w.dim(2));
    Tensor product = Tensor.einsum("ni,oij,nj->no", rows1, weight, rows2);
    Tensor result = bias == null ? product : product.add(bias);
    return result.reshape(first.shape().with(-1, w.dim(0)).toArray());
  }

  /**
   * Refuses: one input does not do.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public Tensor forward(Tensor input) {
    throw new UnsupportedOperationException(
        "a Bilinear layer wants two inputs: forward(first, second)");
  }
}
