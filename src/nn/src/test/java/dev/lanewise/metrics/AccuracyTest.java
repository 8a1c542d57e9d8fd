package dev.lanewise.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.NDArray;
import dev.lanewise.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class AccuracyTest {
  @Example
  void shareOfRightSamples() {
    Accuracy accuracy = new Accuracy();
    accuracy.update(Tensor.of(new float[] {1, 2, 3, 9, 5, 6}, 2, 3), new int[] {2, 1});
    assertThat(accuracy.result()).isEqualTo(0.5);
    accuracy.update(NDArray.of(new float[] {-3, -2, -1}, 1, 3), new int[] {2});
    assertThat(accuracy.result()).isEqualTo(2 / 3.0);
  }

  @Example
  void top_asScikitLearnCountsIt() {
    // top_k_accuracy_score of the same scores with k=2 is 0.75.
    NDArray scores =
        NDArray.of(new float[] {.5f, .2f, .2f, .3f, .4f, .2f, .2f, .4f, .3f, .7f, .2f, .1f}, 4, 3);
    int[] labels = {0, 1, 2, 2};
    assertThat(result(Accuracy.top(2), scores, labels)).isEqualTo(0.75);
    assertThat(result(Accuracy.top(1), scores, labels)).isEqualTo(0.5);
    assertThat(result(Accuracy.top(7), scores, labels)).isEqualTo(1);
  }

  @Example
  void ties_goToTheLowerClass() {
    NDArray scores = NDArray.of(new float[] {1, 1, 1, 1, 1, 1, 1, 1, 1}, 3, 3);
    int[] labels = {0, 1, 2};
    assertThat(result(new Accuracy(), scores, labels)).isEqualTo(1 / 3.0);
    assertThat(result(Accuracy.top(2), scores, labels)).isEqualTo(2 / 3.0);
  }

  private static double result(Accuracy accuracy, NDArray scores, int[] labels) {
    accuracy.update(scores, labels);
    return accuracy.result();
  }

  @Property
  void top_isTheLabelAmongTheFirstOfTheSortedClasses(
      @ForAll Random random,
      @ForAll @IntRange(min = 1, max = 20) int samples,
      @ForAll @IntRange(min = 1, max = 8) int classes,
      @ForAll @IntRange(min = 1, max = 8) int k) {
    float[] scores = Drawn.scores(samples * classes, random);
    int[] labels = random.ints(samples, 0, classes).toArray();
    int right = 0;
    for (int i = 0; i < samples; i++) {
      int row = i * classes;
      int label = labels[i];
      boolean among =
          IntStream.range(0, classes)
              .boxed()
              .sorted(Comparator.comparingDouble(j -> -scores[row + j]))
              .limit(k)
              .anyMatch(j -> j == label);
      right += among ? 1 : 0;
    }
    Accuracy whole = Accuracy.top(k);
    Accuracy pieces = Accuracy.top(k);
    Drawn.inOneAndInPieces(whole, pieces, scores, labels, random);
    assertThat(whole.result()).isEqualTo((double) right / samples);
    Drawn.assertSame(pieces.result(), whole.result());
  }

  @Example
  void refused() {
    Accuracy accuracy = new Accuracy();
    assertThatThrownBy(accuracy::result)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("accuracy: there were no samples");
    NDArray scores = NDArray.of(new float[] {1, 2, 3, 4}, 2, 2);
    assertThatThrownBy(() -> accuracy.update(scores, new int[] {0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("accuracy: scores of shape [2, 2] are not a row for each of 1 labels");
    assertThatThrownBy(() -> accuracy.update(NDArray.of(new float[] {1, 2}), new int[] {0, 1}))
        .hasMessage("accuracy: scores of shape [2] are not a row for each of 2 labels");
    assertThatThrownBy(() -> accuracy.update(scores, new int[] {0, 2}))
        .hasMessage("accuracy: the label 2 of row 1 is not one of 0 to 1");
    assertThatThrownBy(() -> accuracy.update(scores, new int[] {-1, 0}))
        .hasMessage("accuracy: the label -1 of row 0 is not one of 0 to 1");
    float[] bad = {1, 2, Float.NaN, 4};
    assertThatThrownBy(() -> accuracy.update(NDArray.of(bad, 2, 2), new int[] {0, 1}))
        .hasMessage("accuracy: the score of class 0 in row 1 is NaN");
    assertThatThrownBy(() -> Accuracy.top(0)).hasMessage("accuracy: there is no top 0");
    assertThatThrownBy(accuracy::result).isInstanceOf(IllegalStateException.class);
    Arrays.fill(bad, 0);
    accuracy.update(NDArray.of(bad, 2, 2), new int[] {0, 1});
    assertThat(accuracy.result()).isEqualTo(0.5);
  }
}
