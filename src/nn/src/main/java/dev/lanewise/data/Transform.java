package dev.lanewise.data;

import java.util.random.RandomGenerator;

/**
 * A change to the features of one sample on their way into a batch.
 *
 * <p>A transform keeps no state of its own from sample to sample, so that its results do not depend
 * on the size of the batches or on who gathers them.
 */
@FunctionalInterface
public interface Transform {
  /**
   * Changes the features of one sample in place.
   *
   * @param features all numbers of the sample, row-major
   * @param random the sample's own generator, which depends on the seed of the loader's transform,
   *     the epoch and the sample's place in the data set, and on nothing else
   */
  void apply(float[] features, RandomGenerator random);

  /** This transform and then {@code next}, which goes on with the same generator. */
  default Transform andThen(Transform next) {
    return (features, random) -> {
      apply(features, random);
      next.apply(features, random);
    };
  }
}
