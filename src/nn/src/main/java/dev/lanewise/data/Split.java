package dev.lanewise.data;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The sizes of the parts that a data set is split into at random.
 *
 * <pre>{@code
 * List<Dataset> parts = Split.byFraction(0.8, 0.2).stratified(data, seed);
 * }</pre>
 *
 * <p>Every sample comes into exactly one part, and the same seed gives the same parts.
 */
public final class Split {
  /** How far from one the sum of fractions may be, for the sake of their rounding. */
  private static final double SLACK = 1e-9;

  /** The number of the generator, so that a shuffle by the same seed draws other numbers. */
  private static final int BEFORE_ALL_EPOCHS = -1;

  private final IntFunction<int[]> sizes;

  private Split(IntFunction<int[]> sizes) {
    this.sizes = sizes;
  }

  /** The split into parts of {@code counts} samples, which add up to those of the data set. */
  public static Split byCount(int... counts) {
    int[] sizes = counts.clone();
    long sum = 0;
    for (int count : sizes) {
      if (count < 0) {
        throw new IllegalArgumentException("a part cannot have " + count + " samples");
      }
      sum += count;
    }
    long total = sum;
    return new Split(samples -> {
      if (total != samples) {
        throw new IllegalArgumentException(
            "parts of " + Arrays.toString(sizes) + " samples do not add up to " + samples);
      }
      return sizes;
    });
  }

  /**
   * The split into parts of {@code fractions} of the data set, which add up to one. Sizes are
   * rounded down, and what remains goes to those that lost most by it.
   */
  public static Split byFraction(double... fractions) {
    double[] shares = fractions.clone();
    double sum = 0;
    for (double share : shares) {
      if (!(share >= 0)) {
        throw new IllegalArgumentException("a part cannot be " + share + " of a data set");
      }
      sum += share;
    }
    if (!(Math.abs(sum - 1) <= SLACK)) {
      throw new IllegalArgumentException(
          "the fractions " + Arrays.toString(shares) + " add up to " + sum + ", not to 1");
    }
    double total = sum;
    return new Split(
        samples -> rounded(samples, Arrays.stream(shares).map(x -> samples * (x / total))));
  }

  /** The method of largest remainders; parts that lost equally much come in their order. */
  private static int[] rounded(int samples, DoubleStream shares) {
    double[] exact = shares.toArray();
    int[] sizes = Arrays.stream(exact).mapToInt(share -> (int) share).toArray();
    IntStream.range(0, sizes.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> (int) exact[i] - exact[i]))
        .limit(samples - Arrays.stream(sizes).sum())
        .forEach(i -> sizes[i]++);
    return sizes;
  }

  /** Copies of the samples of each part, all drawn at random. */
  public List<Dataset> random(Dataset data, long seed) {
    return randomIndices(data.size(), seed).stream().map(data::subset).toList();
  }

  /**
   * Copies of the samples of each part, drawn at random so that each part has each class in the
   * proportion of the whole, to within one sample.
   *
   * @throws IllegalArgumentException if the data set has no labels
   */
  public List<Dataset> stratified(Dataset data, long seed) {
    return stratifiedIndices(data.requireLabels("a stratified split"), seed).stream()
        .map(data::subset)
        .toList();
  }

  /** The indices of each part of {@code samples} samples, as {@link #random} draws them. */
  public List<int[]> randomIndices(int samples, long seed) {
    int[] order = Randomness.permutation(samples, generator(seed));
    int[] ends = sizes.apply(samples).clone();
    Arrays.parallelPrefix(ends, Integer::sum);
    return IntStream.range(0, ends.length)
        .mapToObj(i -> Arrays.copyOfRange(order, i == 0 ? 0 : ends[i - 1], ends[i]))
        .toList();
  }

  /** The indices of each part of samples of {@code labels}, as {@link #stratified} draws them. */
  public List<int[]> stratifiedIndices(int[] labels, long seed) {
    return List.of(Strata.deal(labels, sizes.apply(labels.length), generator(seed)));
  }

  private static RandomGenerator generator(long seed) {
    return Randomness.generator(seed, BEFORE_ALL_EPOCHS);
  }
}
