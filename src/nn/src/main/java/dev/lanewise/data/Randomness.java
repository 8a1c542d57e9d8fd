package dev.lanewise.data;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Randomness that can be had again: a generator is found by a seed and a number. */
final class Randomness {
  private static final RandomGeneratorFactory<RandomGenerator> GENERATORS =
      RandomGeneratorFactory.of("L64X128MixRandom");
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Randomness() {}

  /** A new generator, the same for the same {@code seed} and {@code number}. */
  static RandomGenerator generator(long seed, long number) {
    return GENERATORS.create(seed + GOLDEN * (number + 1));
  }

  /** The numbers from 0 up to but without {@code size}, shuffled. */
  static int[] permutation(int size, RandomGenerator random) {
    int[] order = new int[size];
    Arrays.setAll(order, i -> i);
    shuffle(order, random);
    return order;
  }

  /** Fisher and Yates's shuffle. */
  static void shuffle(int[] order, RandomGenerator random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int other = order[j];
      order[j] = order[i];
      order[i] = other;
    }
  }
}
