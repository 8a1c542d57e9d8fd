package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class SamplerTest {
  private static final int EPOCHS = 20_000;

  @Example
  void sequential_isTheDataSetsOrder() {
    assertThat(Sampler.sequential(4).order(0)).containsExactly(0, 1, 2, 3);
    assertThat(Sampler.sequential(4).order(7)).containsExactly(0, 1, 2, 3);
    assertThat(Sampler.sequential(0).order(0)).isEmpty();
    assertThatThrownBy(() -> Sampler.sequential(-1)).hasMessage("an epoch cannot have -1 samples");
  }

  @Example
  void shuffled_isTheLoadersShuffle() {
    assertThat(Sampler.shuffled(8, 42).order(0)).containsExactly(3, 7, 0, 5, 2, 6, 1, 4);
    assertThat(Sampler.shuffled(8, 42).order(1)).isNotEqualTo(Sampler.shuffled(8, 42).order(0));
  }

  @Example
  void subset_ordersWhatIsNamed() {
    int[] named = {5, 3, 8};
    assertThat(Sampler.subset(named, Sampler.sequential(3)).order(0)).containsExactly(5, 3, 8);
    Sampler shuffled = Sampler.subset(named, Sampler.shuffled(3, 1));
    named[0] = 9;
    assertThat(shuffled.size()).isEqualTo(3);
    assertThat(shuffled.order(4)).containsExactlyInAnyOrder(5, 3, 8);
    Sampler weighted =
        Sampler.subset(new int[] {5, 3, 8}, Sampler.weighted(new double[] {0, 0, 1}, 4, true, 1));
    assertThat(weighted.order(0)).containsExactly(8, 8, 8, 8);
  }

  @Example
  void weighted_withReplacement_drawsInProportion() {
    double[] weights = {1, 0, 2, 5, 0.5, 0};
    int[] counts = new int[weights.length];
    Sampler sampler = Sampler.weighted(weights, 10, true, 3);
    assertThat(sampler.size()).isEqualTo(10);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      for (int sample : sampler.order(epoch)) {
        counts[sample]++;
      }
    }
    for (int i = 0; i < weights.length; i++) {
      assertFrequency(counts[i], 10 * EPOCHS, weights[i] / 8.5);
    }
    assertThat(counts[1] + counts[5]).isZero();
  }

  @Example
  void weighted_withoutReplacement_drawsInProportionToWhatIsLeft() {
    double[] weights = {1, 0, 2, 3};
    int[][] counts = new int[4][4];
    Sampler sampler = Sampler.weighted(weights, 2, false, 3);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      int[] order = sampler.order(epoch);
      counts[order[0]][order[1]]++;
    }
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        double probability = i == j ? 0 : weights[i] / 6 * weights[j] / (6 - weights[i]);
        assertFrequency(counts[i][j], EPOCHS, probability);
      }
    }
  }

  /** Within five standard deviations of the binomial distribution. */
  private static void assertFrequency(int count, int draws, double probability) {
    double deviation = Math.sqrt(draws * probability * (1 - probability));
    assertThat((double) count).isCloseTo(draws * probability, within(5 * deviation));
  }

  @Property
  void weighted_withoutReplacement_drawsEachSampleOnce(
      @ForAll Random random, @ForAll @IntRange(min = 1, max = 30) int samples) {
    double[] weights = new double[samples];
    Arrays.setAll(weights, _ -> random.nextBoolean() ? random.nextDouble(1e-300, 1e300) : 0);
    int possible = (int) Arrays.stream(weights).filter(weight -> weight > 0).count();
    int draws = random.nextInt(possible + 1);
    Sampler sampler = Sampler.weighted(weights, draws, false, random.nextLong());
    int epoch = random.nextInt(100);
    int[] order = sampler.order(epoch);
    assertThat(order).hasSize(draws).doesNotHaveDuplicates();
    assertThat(Arrays.stream(order).allMatch(i -> weights[i] > 0)).isTrue();
    assertThat(sampler.order(epoch)).isEqualTo(order);
  }

  @Example
  void weighted_refusesWhatCannotBeDrawn() {
    assertThatThrownBy(() -> Sampler.weighted(new double[] {1, -1}, 1, true, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the weight -1.0 of sample 1 is not a finite number from zero up");
    assertThatThrownBy(() -> Sampler.weighted(new double[] {Double.NaN}, 1, false, 0))
        .hasMessage("the weight NaN of sample 0 is not a finite number from zero up");
    assertThatThrownBy(() -> Sampler.weighted(new double[] {0, 0}, 1, true, 0))
        .hasMessage("samples cannot be drawn by weights that add up to 0.0");
    assertThatThrownBy(() -> Sampler.weighted(new double[] {1e308, 1e308}, 1, true, 0))
        .hasMessage("samples cannot be drawn by weights that add up to Infinity");
    assertThatThrownBy(() -> Sampler.weighted(new double[] {1, 0, 2}, 3, false, 0))
        .hasMessage(
            "3 samples cannot be drawn without replacement where only 2 have a weight above zero");
  }

  @Property
  void stratified_eachBatchHasEachClassInProportionToWithinOne(
      @ForAll Random random,
      @ForAll @IntRange(max = 200) int samples,
      @ForAll @IntRange(min = 1, max = 40) int batchSize,
      @ForAll @IntRange(min = 1, max = 20) int classes) {
    int[] labels = Samples.labels(samples, classes, random);
    Sampler sampler = Sampler.stratified(labels, batchSize, random.nextLong());
    int[] order = sampler.order(3);
    assertThat(IntStream.of(order).sorted()).containsExactlyElementsOf(range(samples));
    for (int start = 0; start < samples; start += batchSize) {
      int[] batch = Arrays.copyOfRange(order, start, Math.min(start + batchSize, samples));
      assertInProportion(batch, labels);
    }
    assertThat(sampler.order(3)).isEqualTo(order);
  }

  /** Checks that |count / part - members / samples| is at most 1 / part for every class. */
  static void assertInProportion(int[] part, int[] labels) {
    for (int label : IntStream.of(labels).distinct().toArray()) {
      long count = IntStream.of(part).filter(i -> labels[i] == label).count();
      long members = IntStream.of(labels).filter(other -> other == label).count();
      assertThat(Math.abs(count * labels.length - members * part.length))
          .isLessThanOrEqualTo(labels.length);
    }
  }

  @Example
  void stratified_isShuffledAnewInEachEpoch() {
    int[] labels = Samples.labels(100, 3, new Random(1));
    Sampler sampler = Sampler.stratified(labels, 10, 5);
    assertThat(sampler.order(0)).isNotEqualTo(sampler.order(1));
    assertThat(sampler.order(0)).isNotEqualTo(Sampler.stratified(labels, 10, 6).order(0));
    assertThatThrownBy(() -> Sampler.stratified(labels, 0, 5))
        .hasMessage("the batch size must be positive, not 0");
    // A class of one sample comes into every batch alike: five standard deviations of a binomial.
    int[] rare = new int[20];
    rare[7] = 1;
    int[] places = new int[20];
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      int[] order = Sampler.stratified(rare, 4, 5).order(epoch);
      places[IntStream.range(0, 20).filter(i -> order[i] == 7).findFirst().orElseThrow()]++;
    }
    for (int count : places) {
      assertFrequency(count, EPOCHS, 1.0 / 20);
    }
  }

  static List<Integer> range(int size) {
    return IntStream.range(0, size).boxed().toList();
  }
}
