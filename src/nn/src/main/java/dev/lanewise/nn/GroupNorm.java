package dev.lanewise.nn;

import dev.lanewise.array.Shape;
import dev.lanewise.tensor.Tensor;

/**
 * Normalization of each sample's groups of channels (Wu and He, 2018): (x - mean) / sqrt(variance +
 * epsilon) over a group, then times the channel's weight plus its bias.
 */
public final class GroupNorm extends ChannelNorm {
  private final int groups;

  /** Makes a norm with PyTorch's epsilon 1e-5 and a weight and bias for each channel. */
  public GroupNorm(int groups, int channels) {
    this(groups, channels, 1e-5, true);
  }

  /**
   * Makes a norm.
   *
   * @param affine whether channels have a weight and a bias
   * @throws IllegalArgumentException if {@code groups} does not divide {@code channels}
   */
  public GroupNorm(int groups, int channels, double epsilon, boolean affine) {
    super(channels, epsilon, affine);
    if (groups <= 0 || channels % groups != 0) {
      throw new IllegalArgumentException(
          channels + " channels cannot be cut into " + groups + " equal groups");
    }
    this.groups = groups;
  }

  @Override
  public Tensor forward(Tensor input) {
    Shape shape = input.shape();
    requireChannels(shape, 2, Integer.MAX_VALUE);
    Tensor rows = input.reshape(shape.dim(0), groups, -1);
    return scaled(rows.layerNorm(1, epsilon).reshape(shape.toArray()));
  }
}
