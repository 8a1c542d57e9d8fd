package dev.lanewise.nn;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.tensor.Tensor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A fully connected layer: y = x W' + b, for x [..., in], W [out, in] and b [out].
 *
 * <p>Weight and bias start as PyTorch's do, uniform on ±1 / sqrt(in). The weight is shaped as
 * PyTorch's and saved so; in memory each input's weights lie side by side, as the forward kernel
 * reads them.
 *
 * <p>An activation called on the result right away runs in the layer's own kernel.
 */
public final class Linear extends Module {
  private final Parameter weight;
  private final @Nullable Parameter bias;

  /** Makes a layer with a bias. */
  public Linear(int in, int out) {
    this(in, out, true);
  }

  /** Makes a layer with or without a bias. */
  public Linear(int in, int out, boolean withBias) {
    this(in, out, withBias, Seed.split());
  }

  /**
   * Makes a layer whose initial values are drawn from {@code random}.
   *
   * @throws IllegalArgumentException if {@code in} or {@code out} is not positive
   */
  public Linear(int in, int out, boolean withBias, RandomGenerator random) {
    if (in <= 0 || out <= 0) {
      throw new IllegalArgumentException(
          "a linear layer from " + in + " to " + out + " has a size that is not positive");
    }
    NDArray initial = weights(in, out);
    Init.kaimingUniform(initial, Math.sqrt(5), random);
    weight = register("weight", new Parameter(initial));
    bias = withBias ? register("bias", Parameter.uniform(1 / Math.sqrt(in), random, out)) : null;
  }

  /** Returns a weight [out, in] of zeros in which each input's weights lie side by side. */
  static NDArray weights(int in, int out) {
    return NDArray.persistent(Shape.of(in, out)).transpose();
  }

  /** Returns W, [out, in]. */
  public Parameter weight() {
    return weight;
  }

  /** Returns b, [out], or null where the layer has none. */
  public @Nullable Parameter bias() {
    return bias;
  }

  @Override
  public Tensor forward(Tensor input) {
    return input.linear(weight, bias);
  }
}
