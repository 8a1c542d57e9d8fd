package dev.lanewise.nn;

import java.util.random.RandomGenerator;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * The one generator behind the randomness of layers: initial weights, and dropout.
 *
 * <p>It starts from a fixed seed, so that a program gives the same numbers at every run, whatever
 * the number of threads. Each layer draws from a generator split off when it is made.
 */
public final class Seed {
  private static final long DEFAULT = 0;
  private static final RandomGeneratorFactory<SplittableGenerator> FACTORY =
      RandomGeneratorFactory.of("L64X128MixRandom");

  private static SplittableGenerator root = FACTORY.create(DEFAULT);

  private Seed() {}

  /** Starts the generator afresh from {@code seed}. */
  public static synchronized void set(long seed) {
    root = FACTORY.create(seed);
  }

  /** Returns a new generator, split off the one that {@link #set} started. */
  public static synchronized RandomGenerator split() {
    return root.split();
  }
}
