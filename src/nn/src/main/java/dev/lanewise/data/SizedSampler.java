package dev.lanewise.data;

import java.util.function.IntFunction;

/** A sampler from a function, which is held to its size. */
record SizedSampler(int size, IntFunction<int[]> orders) implements Sampler {
  SizedSampler {
    if (size < 0) {
      throw new IllegalArgumentException("an epoch cannot have " + size + " samples");
    }
  }

  @Override
  public int[] order(int epoch) {
    return orders.apply(epoch);
  }
}
