package dev.lanewise.nn;

import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Layer normalization over the last axes (Ba et al., 2016): (x - mean) / sqrt(variance + epsilon) *
 * weight + bias, with a weight of ones and a bias of zeros to begin with.
 */
public final class LayerNorm extends Module {
  private final Shape shape;
  private final double epsilon;
  private final @Nullable Parameter weight;
  private final @Nullable Parameter bias;

  /** Makes a norm over the last axes, of these lengths, with PyTorch's epsilon 1e-5. */
  public LayerNorm(int... lengths) {
    this(Shape.of(lengths), 1e-5, true, true);
  }

  /**
   * Makes a norm over the last axes, of {@code shape}.
   *
   * @param withBias whether there is a bias, where there is a weight
   */
  public LayerNorm(Shape shape, double epsilon, boolean withWeight, boolean withBias) {
    this.shape = shape;
    this.epsilon = epsilon;
    int[] dims = shape.toArray();
    this.weight = withWeight ? register("weight", Parameter.constant(1, dims)) : null;
    this.bias = withWeight && withBias ? register("bias", Parameter.constant(0, dims)) : null;
  }

  /** Returns the weight, or null where there is none. */
  public @Nullable Parameter weight() {
    return weight;
  }

  /** Returns the bias, or null where there is none. */
  public @Nullable Parameter bias() {
    return bias;
  }

  @Override
  public Tensor forward(Tensor input) {
    requireEnd(this, input.shape(), shape);
    return weight == null
        ? input.layerNorm(shape.rank(), epsilon)
        : input.layerNorm(weight, bias, epsilon);
  }

  /** Refuses an input that does not end in the axes of {@code end}. */
  static void requireEnd(Module norm, Shape input, Shape end) {
    boolean fits = input.rank() >= end.rank();
    for (int axis = 1; fits && axis <= end.rank(); axis++) {
      fits = input.dim(-axis) == end.dim(-axis);
    }
    if (!fits) {
      throw new ShapeException(norm + ": input " + input + " does not end in " + end);
    }
  }
}
