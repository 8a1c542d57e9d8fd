package dev.lanewise.data;

import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * The order in which each epoch goes through the samples of a data set.
 *
 * <p>An order depends on the number of the epoch and on what the sampler was made from, such as a
 * seed, and on nothing else, so that any epoch can be gone through again.
 */
public interface Sampler {
  /** The number of samples in every epoch. */
  int size();

  /** The samples of epoch {@code epoch} in their order: {@link #size} indices, in a new array. */
  int[] order(int epoch);

  /** The sampler whose epochs have {@code size} samples, in the orders that a function gives. */
  static Sampler of(int size, IntFunction<int[]> orders) {
    return new SizedSampler(size, orders);
  }

  /** Every one of {@code samples} samples once, in the order of the data set. */
  static Sampler sequential(int samples) {
    return of(
        samples,
        _ -> {
          int[] order = new int[samples];
          Arrays.setAll(order, i -> i);
          return order;
        });
  }

  /** Every one of {@code samples} samples once, shuffled anew in each epoch. */
  static Sampler shuffled(int samples, long seed) {
    return of(samples, epoch -> Randomness.permutation(samples, Randomness.generator(seed, epoch)));
  }

  /**
   * Samples drawn with probabilities in proportion to their weights, as PyTorch's {@code
   * WeightedRandomSampler} draws them.
   *
   * @param weights a weight for each sample: finite, not negative, and not all zero
   * @param draws the samples in an epoch
   * @param replacement whether a sample can be drawn again; if not, the weights of those not yet
   *     drawn in the epoch keep their proportions
   */
  static Sampler weighted(double[] weights, int draws, boolean replacement, long seed) {
    return replacement
        ? WeightedSampler.withReplacement(weights, draws, seed)
        : WeightedSampler.withoutReplacement(weights, draws, seed);
  }

  /**
   * Every sample once, shuffled so that each batch has each class in the proportion of the whole,
   * to within one sample.
   *
   * @param labels the class of each sample
   * @param batchSize the samples in a batch, which is to be the loader's
   */
  static Sampler stratified(int[] labels, int batchSize, long seed) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("the batch size must be positive, not " + batchSize);
    }
    int[] classes = labels.clone();
    int[] sizes = new int[Math.ceilDiv(classes.length, batchSize)];
    Arrays.setAll(sizes, i -> Math.min(batchSize, classes.length - i * batchSize));
    return of(
        classes.length,
        epoch ->
            Arrays.stream(Strata.deal(classes, sizes, Randomness.generator(seed, epoch)))
                .flatMapToInt(Arrays::stream)
                .toArray());
  }

  /**
   * The samples named by {@code samples}, each where {@code order} has its place among them.
   *
   * <pre>{@code
   * Sampler part = Sampler.subset(indices, Sampler.shuffled(indices.length, seed));
   * }</pre>
   */
  static Sampler subset(int[] samples, Sampler order) {
    int[] named = samples.clone();
    return of(
        order.size(),
        epoch -> {
          int[] places = order.order(epoch);
          for (int i = 0; i < places.length; i++) {
            places[i] = named[places[i]];
          }
          return places;
        });
  }
}
