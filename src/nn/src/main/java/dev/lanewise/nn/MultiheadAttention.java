package dev.lanewise.nn;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention (Vaswani et al., 2017) over [batch, length, size]: queries, keys and values
 * are projected, cut into heads, attended to head by head, and projected together.
 *
 * <p>Parameters are named and shaped as PyTorch's ({@code batch_first=True}) and start as its do:
 * {@code in_proj_weight} [3 size, size] with the projections of queries, keys and values one below
 * the other, uniform after Glorot; {@code in_proj_bias} [3 size] and {@code out_proj.bias} [size],
 * zeros; {@code out_proj.weight} [size, size].
 */
public final class MultiheadAttention extends Module {
  private final int size;
  private final int heads;
  private final Parameter weight;
  private final @Nullable Parameter bias;
  private final Linear output;
  private final Dropout dropout;

  /** Makes an attention with biases and without dropout. */
  public MultiheadAttention(int size, int heads) {
    this(size, heads, 0, true);
  }

  /**
   * Makes an attention whose weights pass through dropout in training.
   *
   * @throws IllegalArgumentException if {@code heads} does not divide {@code size}, or {@code
   *     dropout} is not at least 0 and less than 1
   */
  public MultiheadAttention(int size, int heads, double dropout, boolean withBias) {
    if (size <= 0 || heads <= 0 || size % heads != 0) {
      throw new IllegalArgumentException(
          "attention of size " + size + " cannot be cut into " + heads + " equal heads");
    }
    this.size = size;
    this.heads = heads;
    NDArray projections = Linear.weights(size, 3 * size);
    Init.xavierUniform(projections, 1, Seed.split());
    this.weight = register("in_proj_weight", new Parameter(projections));
    this.bias = withBias ? register("in_proj_bias", Parameter.constant(0, 3 * size)) : null;
    this.output = register("out_proj", new Linear(size, size, withBias));
    this.dropout = register("dropout", new Dropout(dropout));
    Parameter outputBias = output.bias();
    if (outputBias != null) {
      outputBias.array().fill(0);
    }
  }

  /** Returns the attention of {@code input}, [batch, length, size], to itself. */
  @Override
  public Tensor forward(Tensor input) {
    return forward(input, null);
  }

  /**
   * Returns the attention of {@code input}, [batch, length, size], to itself.
   *
   * @param mask added to the scores, broadcast to [batch, heads, length, length], such as those of
   *     {@link AttentionMask}; null for none
   * @throws ShapeException if the input is not of its shape
   */
  public Tensor forward(Tensor input, @Nullable Tensor mask) {
    checkInput("input", input);
    Tensor projected = input.linear(weight, bias);
    return attend(
        heads(projected.slice(-1, 0, size)),
        heads(projected.slice(-1, size, 2 * size)),
        heads(projected.slice(-1, 2 * size, 3 * size)),
        mask);
  }

  /**
   * Returns the attention of {@code query}, [batch, n, size], to {@code key} and {@code value},
   * [batch, m, size]: [batch, n, size].
   *
   * @param mask added to the scores, broadcast to [batch, heads, n, m], such as those of {@link
   *     AttentionMask}; null for none
   * @throws ShapeException if an input is not of its shape
   */
  public Tensor forward(Tensor query, Tensor key, Tensor value, @Nullable Tensor mask) {
    checkInput("query", query);
    checkInput("key", key);
    checkInput("value", value);
    return attend(
        heads(projected(query, 0)), heads(projected(key, 1)), heads(projected(value, 2)), mask);
  }

  private Tensor projected(Tensor input, int part) {
    int from = part * size;
    Tensor partOfBias = bias == null ? null : bias.slice(0, from, from + size);
    return input.linear(weight.slice(0, from, from + size), partOfBias);
  }

  // q [batch, heads, n, d], k and v [batch, heads, m, d] -> [batch, n, size]
  private Tensor attend(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask) {
    float scale = (float) (1 / Math.sqrt(q.shape().dim(-1)));
    Tensor scores = q.mul(scale).matmul(k.transpose());
    Tensor weights = (mask == null ? scores : scores.add(mask)).softmax(-1);
    return output.call(dropout.call(weights).matmul(v).transpose(1, 2).flatten(2, 3));
  }

  // [batch, n, size] -> [batch, heads, n, d]
  private Tensor heads(Tensor projected) {
    Shape shape = projected.shape();
    return projected.reshape(shape.dim(0), shape.dim(1), heads, -1).transpose(1, 2);
  }

  private void checkInput(String name, Tensor input) {
    Shape shape = input.shape();
    if (shape.rank() != 3 || shape.dim(2) != size) {
      throw new ShapeException(
          "attention: " + name + " " + shape + " is not [batch, length, " + size + "]");
    }
  }
}
