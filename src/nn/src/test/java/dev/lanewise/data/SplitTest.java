package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class SplitTest {
  @Property
  void byCount_isAPartitionOfTheseSizes(
      @ForAll @IntRange(max = 200) int samples,
      @ForAll @IntRange(min = 1, max = 8) int parts,
      @ForAll Random random) {
    int[] counts = counts(samples, parts, random);
    int[] labels = Samples.labels(samples, 6, random);
    long seed = random.nextLong();
    Split split = Split.byCount(counts);
    for (List<int[]> indices :
        List.of(split.randomIndices(samples, seed), split.stratifiedIndices(labels, seed))) {
      assertThat(indices)
          .extracting(part -> part.length)
          .isEqualTo(IntStream.of(counts).boxed().toList());
      assertPartition(indices, samples);
    }
    split
        .stratifiedIndices(labels, seed)
        .forEach(part -> SamplerTest.assertInProportion(part, labels));
    assertThat(split.randomIndices(samples, seed))
        .usingRecursiveComparison()
        .isEqualTo(split.randomIndices(samples, seed));
    assertThat(split.stratifiedIndices(labels, seed))
        .usingRecursiveComparison()
        .isEqualTo(split.stratifiedIndices(labels, seed));
  }

  private static int[] counts(int samples, int parts, Random random) {
    int[] counts = new int[parts];
    for (int i = 0; i < samples; i++) {
      counts[random.nextInt(random.nextInt(1, parts + 1))]++;
    }
    return counts;
  }

  private static void assertPartition(List<int[]> parts, int samples) {
    assertThat(parts.stream().flatMapToInt(IntStream::of).sorted())
        .containsExactlyElementsOf(SamplerTest.range(samples));
  }

  @Property
  void byFraction_sizesAreTheFractionsRoundedUpOrDown(
      @ForAll @IntRange(max = 10_000) int samples,
      @ForAll @IntRange(min = 1, max = 8) int parts,
      @ForAll Random random) {
    double[] fractions = random.doubles(parts, 0.001, 1).toArray();
    double sum = Arrays.stream(fractions).sum();
    Arrays.setAll(fractions, i -> fractions[i] / sum);
    List<int[]> indices = Split.byFraction(fractions).randomIndices(samples, 1);
    assertPartition(indices, samples);
    for (int i = 0; i < parts; i++) {
      assertThat(Math.abs(indices.get(i).length - samples * fractions[i])).isLessThan(1);
    }
  }

  @Example
  void byFraction_whatRemainsGoesWhereMostWasLost() {
    assertThat(sizes(10, 0.25, 0.75)).containsExactly(3, 7);
    assertThat(sizes(100, 0.29, 0.71)).containsExactly(29, 71);
    assertThat(sizes(10, 0.84, 0.16)).containsExactly(8, 2);
    assertThat(sizes(7, 0.5, 0, 0.5)).containsExactly(4, 0, 3);
    assertThat(sizes(10, 1 / 3.0, 1 / 3.0, 1 / 3.0)).containsExactly(4, 3, 3);
  }

  private static List<Integer> sizes(int samples, double... fractions) {
    return Split.byFraction(fractions).randomIndices(samples, 1).stream()
        .map(part -> part.length)
        .toList();
  }

  @Example
  void datasets_areCopiesOfTheParts() {
    List<Dataset> parts = Split.byFraction(0.6, 0.4).random(Samples.numbered(10), 3);
    List<int[]> indices = Split.byCount(6, 4).randomIndices(10, 3);
    assertThat(parts).hasSize(2);
    for (int i = 0; i < 2; i++) {
      assertThat(parts.get(i).labels()).isEqualTo(indices.get(i));
    }
    int[] labels = new int[20];
    Arrays.setAll(labels, i -> i % 4 == 0 ? 1 : 0);
    Dataset data = Dataset.of(NDArray.zeros(Shape.of(20, 1)), labels);
    parts = Split.byFraction(0.8, 0.2).stratified(data, 3);
    assertThat(Arrays.stream(parts.get(0).labels()).sum()).isEqualTo(4);
    assertThat(Arrays.stream(parts.get(1).labels()).sum()).isEqualTo(1);
  }

  @Example
  void parts_dependOnTheSeed_andAreNoEpochsOrder() {
    assertThat(Split.byCount(50).randomIndices(50, 1).getFirst())
        .isNotEqualTo(Split.byCount(50).randomIndices(50, 2).getFirst())
        .isNotEqualTo(Sampler.shuffled(50, 1).order(0));
    int[] labels = new int[50];
    assertThat(Split.byCount(25, 25).stratifiedIndices(labels, 1).getFirst())
        .isNotEqualTo(Split.byCount(25, 25).stratifiedIndices(labels, 2).getFirst());
  }

  @Example
  void split_refusesWhatDoesNotAddUp() {
    assertThatThrownBy(() -> Split.byCount(3, 4).random(Samples.numbered(8), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("parts of [3, 4] samples do not add up to 8");
    assertThatThrownBy(() -> Split.byCount(3, -1)).hasMessage("a part cannot have -1 samples");
    assertThatThrownBy(() -> Split.byFraction(0.5, 0.4))
        .hasMessage("the fractions [0.5, 0.4] add up to 0.9, not to 1");
    assertThatThrownBy(() -> Split.byFraction(1.5, -0.5))
        .hasMessage("a part cannot be -0.5 of a data set");
    assertThatThrownBy(() -> Split.byFraction(Double.NaN))
        .hasMessage("a part cannot be NaN of a data set");
    Dataset plain = Dataset.of(NDArray.zeros(Shape.of(3, 1)), NDArray.zeros(Shape.of(3, 1)));
    assertThatThrownBy(() -> Split.byCount(3).stratified(plain, 0))
        .hasMessage("a stratified split needs labels, and the data set has none");
  }
}
