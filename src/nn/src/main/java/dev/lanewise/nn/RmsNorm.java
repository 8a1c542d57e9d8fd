package dev.lanewise.nn;

import dev.lanewise.array.Shape;
import dev.lanewise.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Normalization by the root of the mean square over the last axes (Zhang and Sennrich, 2019): x /
 * sqrt(mean(x^2) + epsilon) * weight, with a weight of ones to begin with.
 */
public final class RmsNorm extends Module {
  private final Shape shape;
  private final double epsilon;
  private final @Nullable Parameter weight;

  /**
   * Makes a norm over the last axes, of these lengths, with PyTorch's epsilon for floats, 2^-23.
   */
  public RmsNorm(int... lengths) {
    this(Shape.of(lengths), 0x1p-23, true);
  }

  /** Makes a norm over the last axes, of {@code shape}. */
  public RmsNorm(Shape shape, double epsilon, boolean withWeight) {
    this.shape = shape;
    this.epsilon = epsilon;
    this.weight = withWeight ? register("weight", Parameter.constant(1, shape.toArray())) : null;
  }

  /** Returns the weight, or null where there is none. */
  public @Nullable Parameter weight() {
    return weight;
  }

  @Override
  public Tensor forward(Tensor input) {
    LayerNorm.requireEnd(this, input.shape(), shape);
    return weight == null ? input.rmsNorm(shape.rank(), epsilon) : input.rmsNorm(weight, epsilon);
  }
}
