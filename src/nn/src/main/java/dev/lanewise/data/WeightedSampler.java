package dev.lanewise.data;

import java.util.Arrays;
import java.util.Comparator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Draws of samples by weight. */
final class WeightedSampler {
  private WeightedSampler() {}

  /** Each draw looks up a point of the sum of all weights among the sums up to each sample. */
  static Sampler withReplacement(double[] weights, int draws, long seed) {
    double[] sums = new double[weights.length];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += checked(weights, i);
      sums[i] = sum;
    }
    double total = sum;
    if (!(total > 0 && total < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "samples cannot be drawn by weights that add up to " + total);
    }
    return Sampler.of(
        draws,
        epoch -> {
          RandomGenerator random = Randomness.generator(seed, epoch);
          int[] order = new int[draws];
          Arrays.setAll(order, _ -> firstPast(sums, random.nextDouble(total)));
          return order;
        });
  }

  /** The first index whose sum is greater than {@code point}, so never one of weight zero. */
  private static int firstPast(double[] sums, double point) {
    int low = 0;
    int high = sums.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sums[middle] > point) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /**
   * The samples that come first if each waits for a time drawn from the exponential distribution
   * whose rate is its weight (P. Efraimidis and P. Spirakis, "Weighted random sampling with a
   * reservoir", 2006).
   */
  static Sampler withoutReplacement(double[] weights, int draws, long seed) {
    double[] rates = weights.clone();
    int[] possible = IntStream.range(0, rates.length).filter(i -> checked(rates, i) > 0).toArray();
    if (draws > possible.length) {
      throw new IllegalArgumentException(
          draws
              + " samples cannot be drawn without replacement where only "
              + possible.length
              + " have a weight above zero");
    }
    return Sampler.of(
        draws,
        epoch -> {
          RandomGenerator random = Randomness.generator(seed, epoch);
          double[] times = new double[rates.length];
          for (int i : possible) {
            times[i] = -StrictMath.log(1 - random.nextDouble()) / rates[i];
          }
          return Arrays.stream(possible)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> times[i]))
              .limit(draws)
              .mapToInt(Integer::intValue)
              .toArray();
        });
  }

  private static double checked(double[] weights, int i) {
    if (!(weights[i] >= 0 && weights[i] < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "the weight " + weights[i] + " of sample " + i + " is not a finite number from zero up");
    }
    return weights[i];
  }
}
