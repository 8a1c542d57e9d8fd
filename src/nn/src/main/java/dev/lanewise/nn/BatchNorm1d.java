package dev.lanewise.nn;

/**
 * Normalization of each channel of [samples, channels] or [samples, channels, length] over a batch
 * (Ioffe and Szegedy, 2015): (x - mean) / sqrt(variance + epsilon), then times the channel's weight
 * plus its bias.
 *
 * <p>In training, mean and variance are the batch's, and the buffers {@code running_mean} and
 * {@code running_var} move towards them by the momentum, the variance as the unbiased estimate. In
 * evaluation, the running ones are used. {@code num_batches_tracked} counts the batches.
 */
public final class BatchNorm1d extends BatchNorm {
  /** Makes a norm with PyTorch's epsilon 1e-5 and momentum 0.1, and a weight and bias each. */
  public BatchNorm1d(int channels) {
    this(channels, 1e-5, 0.1, true);
  }

  /**
   * Makes a norm.
   *
   * @param momentum by how much of the way the running values move towards a batch's
   * @param affine whether channels have a weight and a bias
   * @throws IllegalArgumentException if there is no channel, or {@code momentum} is not from 0 to 1
   */
  public BatchNorm1d(int channels, double epsilon, double momentum, boolean affine) {
    super(channels, epsilon, momentum, affine, 2, 3);
  }
}
