package dev.lanewise.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.NDArray;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class ConfusionMatrixTest {
  /** A few roundings of numbers about 1. */
  private static final double ROUNDING = 1e-15;

  private static final int[] LABELS = {0, 0, 1, 1, 3, 3, 3, 0};
  private static final int[] PREDICTIONS = {0, 1, 1, 4, 3, 0, 3, 0};

  /** The values are those of scikit-learn 1.9.1 for the same labels and predictions. */
  @Example
  void measures_areScikitLearns() {
    ConfusionMatrix matrix = new ConfusionMatrix(6);
    matrix.update(PREDICTIONS, LABELS);
    long[][] counts = {
      {2, 1, 0, 0, 0, 0}, {0, 1, 0, 0, 1, 0}, {}, {1, 0, 0, 2, 0, 0}, {}, {},
    };
    for (int i = 0; i < 6; i++) {
      for (int j = 0; j < 6; j++) {
        assertThat(matrix.count(i, j)).isEqualTo(counts[i].length == 0 ? 0 : counts[i][j]);
      }
    }
    double[] precision = {2 / 3.0, 0.5, 0, 1, 0, 0};
    double[] recall = {2 / 3.0, 0.5, 0, 2 / 3.0, 0, 0};
    double[] f1 = {2 / 3.0, 0.5, 0, 0.8, 0, 0};
    long[] support = {3, 2, 0, 3, 0, 0};
    for (int i = 0; i < 6; i++) {
      assertThat(matrix.precision(i)).isEqualTo(precision[i]);
      assertThat(matrix.recall(i)).isEqualTo(recall[i]);
      assertThat(matrix.f1(i)).isEqualTo(f1[i]);
      assertThat(matrix.support(i)).isEqualTo(support[i]);
    }
    assertThat(matrix.samples()).isEqualTo(8);
    assertThat(matrix.accuracy()).isEqualTo(0.625);
    assertAverage(
        matrix, Average.MACRO, 0.5416666666666666, 0.45833333333333326, 0.49166666666666664);
    assertAverage(matrix, Average.MICRO, 0.625, 0.625, 0.625);
    assertAverage(matrix, Average.WEIGHTED, 0.75, 0.625, 0.675);
  }

  private static void assertAverage(
      ConfusionMatrix matrix, Average average, double precision, double recall, double f1) {
    assertThat(matrix.precision(average)).isCloseTo(precision, within(ROUNDING));
    assertThat(matrix.recall(average)).isCloseTo(recall, within(ROUNDING));
    assertThat(matrix.f1(average)).isCloseTo(f1, within(ROUNDING));
  }

  @Property
  void measures_areWhatTheirDefinitionsSay(
      @ForAll Random random,
      @ForAll @IntRange(min = 1, max = 30) int samples,
      @ForAll @IntRange(min = 1, max = 6) int classes) {
    float[] scores = Drawn.scores(samples * classes, random);
    int[] labels = random.ints(samples, 0, classes).toArray();
    ConfusionMatrix whole = new ConfusionMatrix(classes);
    ConfusionMatrix pieces = new ConfusionMatrix(classes);
    Drawn.inOneAndInPieces(whole, pieces, scores, labels, random);
    Accuracy accuracy = new Accuracy();
    accuracy.update(NDArray.of(scores, samples, classes), labels);
    assertThat(whole.accuracy()).isEqualTo(accuracy.result());
    for (int label = 0; label < classes; label++) {
      double p = whole.precision(label);
      double r = whole.recall(label);
      assertThat(whole.f1(label)).isCloseTo(p + r == 0 ? 0 : 2 * p * r / (p + r), within(ROUNDING));
    }
    assertThat(whole.recall(Average.WEIGHTED)).isCloseTo(whole.accuracy(), within(ROUNDING));
    assertThat(pieces).hasToString(whole.toString());
    for (Average average : Average.values()) {
      Drawn.assertSame(pieces.precision(average), whole.precision(average));
      Drawn.assertSame(pieces.recall(average), whole.recall(average));
      Drawn.assertSame(pieces.f1(average), whole.f1(average));
    }
  }

  @Example
  void toString_isATable() {
    ConfusionMatrix matrix = new ConfusionMatrix(List.of("cat", "elephant", "ox"));
    for (int i = 0; i < 12; i++) {
      matrix.update(new int[] {0, 1}, new int[] {0, 2});
    }
    matrix.update(new int[] {2}, new int[] {1});
    assertThat(matrix)
        .hasToString(
            """
            label \\ predicted  cat  elephant  ox
            cat                 12         0   0
            elephant             0         0   1
            ox                   0        12   0
            """);
  }

  @Example
  void refused() {
    ConfusionMatrix matrix = new ConfusionMatrix(2);
    assertThatThrownBy(matrix::accuracy)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("confusion matrix: there were no samples");
    assertThatThrownBy(() -> matrix.precision(0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> matrix.recall(0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> matrix.f1(0)).isInstanceOf(IllegalStateException.class);
    for (Average average : Average.values()) {
      assertThatThrownBy(() -> matrix.f1(average)).isInstanceOf(IllegalStateException.class);
    }
    assertThatThrownBy(() -> matrix.update(new int[1], new int[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("confusion matrix: 1 predictions do not go with 2 labels");
    assertThatThrownBy(() -> matrix.update(new int[] {2}, new int[] {0}))
        .hasMessage("confusion matrix: the prediction 2 of row 0 is not one of 0 to 1");
    assertThatThrownBy(() -> matrix.update(new int[] {1}, new int[] {2}))
        .hasMessage("confusion matrix: the label 2 of row 0 is not one of 0 to 1");
    assertThatThrownBy(() -> matrix.update(NDArray.of(new float[3], 1, 3), new int[] {0}))
        .hasMessage("confusion matrix: scores of shape [1, 3] are not for 2 classes");
    assertThatThrownBy(() -> matrix.update(NDArray.of(new float[2], 1, 2), new int[] {2}))
        .hasMessage("confusion matrix: the label 2 of row 0 is not one of 0 to 1");
    assertThatThrownBy(() -> new ConfusionMatrix(0))
        .hasMessage("confusion matrix: there are no classes");
    assertThat(matrix.samples()).isZero();
  }
}
