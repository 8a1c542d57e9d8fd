package dev.lanewise.nn;

import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Normalizations of [samples, channels, ...] with a weight and a bias for each channel. */
abstract sealed class ChannelNorm extends Module permits BatchNorm, GroupNorm {
  final int channels;
  final double epsilon;
  final @Nullable Parameter weight;
  final @Nullable Parameter bias;

  ChannelNorm(int channels, double epsilon, boolean affine) {
    if (channels <= 0) {
      throw new IllegalArgumentException("a norm of " + channels + " channels has none");
    }
    this.channels = channels;
    this.epsilon = epsilon;
    this.weight = affine ? register("weight", Parameter.constant(1, channels)) : null;
    this.bias = affine ? register("bias", Parameter.constant(0, channels)) : null;
  }

  /** Returns each channel of {@code normalized} times its weight plus its bias. */
  final Tensor scaled(Tensor normalized) {
    if (weight == null || bias == null) {
      return normalized;
    }
    int rank = normalized.shape().rank();
    return normalized.mul(perChannel(weight, rank)).add(perChannel(bias, rank));
  }

  /** Returns [channels] so that it broadcasts to [samples, channels, ...] of {@code rank} axes. */
  static Tensor perChannel(Tensor values, int rank) {
    int[] dims = new int[rank - 1];
    Arrays.fill(dims, 1);
    dims[0] = -1;
    return values.reshape(dims);
  }

  final void requireChannels(Shape input, int leastRank, int greatestRank) {
    if (input.rank() < leastRank || input.rank() > greatestRank || input.dim(1) != channels) {
      throw new ShapeException(
          this
              + ": input "
              + input
              + " is not [samples, "
              + channels
              + (leastRank == greatestRank ? ", height, width]" : ", ...]"));
    }
  }
}
