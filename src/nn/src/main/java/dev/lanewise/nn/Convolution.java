package dev.lanewise.nn;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions: a weight [out, in / groups, ...kernel...] and, where there is one, a bias [out].
 */
abstract sealed class Convolution extends Module permits Conv1d, Conv2d {
  final Parameter weight;
  final @Nullable Parameter bias;

  Convolution(int in, int out, int groups, boolean withBias, int... kernel) {
    long taps = 1;
    for (int length : kernel) {
      taps *= Math.max(length, 0);
    }
    if (in <= 0 || out <= 0 || taps == 0 || groups <= 0 || in % groups != 0 || out % groups != 0) {
      throw new IllegalArgumentException(
          "a convolution from "
              + in
              + " to "
              + out
              + " channels by a kernel "
              + Arrays.toString(kernel)
              + " in "
              + groups
              + " groups wants positive sizes, and groups that divide the channels");
    }
    int[] dims = new int[2 + kernel.length];
    dims[0] = out;
    dims[1] = in / groups;
    System.arraycopy(kernel, 0, dims, 2, kernel.length);
    RandomGenerator random = Seed.split();
    double bound = 1 / Math.sqrt((double) dims[1] * taps);
    this.weight = register("weight", Parameter.uniform(bound, random, dims));
    this.bias = withBias ? register("bias", Parameter.uniform(bound, random, out)) : null;
  }

  /** Returns the weight, [out, in / groups, ...kernel...]. */
  public final Parameter weight() {
    return weight;
  }

  /** Returns the bias, [out], or null where there is none. */
  public final @Nullable Parameter bias() {
    return bias;
  }
}
