package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A layer of a transformer's encoder (Vaswani et al., 2017) over [batch, length, size]: attention
 * of the input to itself, then two linear layers with an activation between them, each with
 * dropout, with a way past it, and with a layer norm after the sum or, norm first, before the
 * branch.
 *
 * <p>Parameters are named and shaped as PyTorch's: those of {@code self_attn}, {@code linear1},
 * {@code linear2}, {@code norm1} and {@code norm2}.
 */
public final class TransformerEncoderLayer extends Module {
  private final MultiheadAttention attention;
  private final Linear linear1;
  private final Dropout dropout;
  private final Linear linear2;
  private final LayerNorm norm1;
  private final LayerNorm norm2;
  private final Dropout dropout1;
  private final Dropout dropout2;
  private final UnaryOperator<Tensor> activation;
  private final boolean normFirst;

  /** Makes a layer as PyTorch's defaults do: dropout 0.1, ReLU, and the norm after the sum. */
  public TransformerEncoderLayer(int size, int heads, int inner) {
    this(size, heads, inner, 0.1, Tensor::relu, false);
  }

  /**
   * Makes a layer.
   *
   * @param inner the width between the two linear layers
   * @param activation between them, such as {@code Tensor::relu} or {@code Tensor::gelu}
   * @param normFirst whether the norms stand before the branches
   * @throws IllegalArgumentException as {@link MultiheadAttention} and {@link Linear} do
   */
  public TransformerEncoderLayer(
      int size,
      int heads,
      int inner,
      double dropout,
      UnaryOperator<Tensor> activation,
      boolean normFirst) {
    this.attention = register("self_attn", new MultiheadAttention(size, heads, dropout, true));
    this.linear1 = register("linear1", new Linear(size, inner));
    this.dropout = register("dropout", new Dropout(dropout));
    this.linear2 = register("linear2", new Linear(inner, size));
    this.norm1 = register("norm1", new LayerNorm(size));
    this.norm2 = register("norm2", new LayerNorm(size));
    this.dropout1 = register("dropout1", new Dropout(dropout));
    this.dropout2 = register("dropout2", new Dropout(dropout));
    this.activation = activation;
    this.normFirst = normFirst;
  }

  @Override
  public Tensor forward(Tensor input) {
    return forward(input, null);
  }

  /**
   * Returns the layer's result, of the shape of {@code input}, [batch, length, size].
   *
   * @param mask added to the scores, broadcast to [batch, heads, length, length], such as those of
   *     {@link AttentionMask}; null for none
   */
  public Tensor forward(Tensor input, @Nullable Tensor mask) {
    if (normFirst) {
      Tensor attended = input.add(attend(norm1.call(input), mask));
      return attended.add(feed(norm2.call(attended)));
    }
    Tensor attended = norm1.call(input.add(attend(input, mask)));
    return norm2.call(attended.add(feed(attended)));
  }

  private Tensor attend(Tensor x, @Nullable Tensor mask) {
    return dropout1.call(attention.forward(x, mask));
  }

  private Tensor feed(Tensor x) {
    Tensor inner = activation.apply(linear1.call(x));
    return dropout2.call(linear2.call(dropout.call(inner)));
  }
}
