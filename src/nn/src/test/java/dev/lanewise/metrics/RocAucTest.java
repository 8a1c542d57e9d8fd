package dev.lanewise.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.NDArray;
import dev.lanewise.tensor.Tensor;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class RocAucTest {
  /** A few roundings of numbers about 1. */
  private static final double ROUNDING = 1e-15;

  /** The values are those of scikit-learn 1.9.1 for the same scores and labels. */
  @Example
  void areas_areScikitLearns() {
    RocAuc area = new RocAuc();
    int[] labels = {0, 0, 1, 1, 1, 0, 1, 0};
    area.update(Tensor.of(new float[] {.1f, .4f, .35f, .8f, .4f, .4f, .9f, .1f}), labels);
    assertThat(area.result()).isEqualTo(0.8125);
    OneVsRestAuc areas = new OneVsRestAuc(3);
    float[] scores = {
      0.4f, 0.3f, 0.3f, 0.4f, 0.4f, 0.2f, 4 / 12f, 4 / 12f, 4 / 12f, 4 / 11f, 3 / 11f, 4 / 11f,
      0.3f, 0.3f, 0.4f, 4 / 12f, 4 / 12f, 4 / 12f, 3 / 9f, 4 / 9f, 2 / 9f, 0.5f, 0.375f, 0.125f,
      2 / 9f, 4 / 9f, 3 / 9f,
    };
    areas.update(NDArray.of(scores, 9, 3), new int[] {0, 1, 2, 0, 1, 2, 2, 2, 0});
    assertThat(areas.result(0)).isCloseTo(17 / 36.0, within(ROUNDING));
    assertThat(areas.result(1)).isCloseTo(13 / 28.0, within(ROUNDING));
    assertThat(areas.result(2)).isCloseTo(0.3, within(ROUNDING));
    assertThat(areas.macro()).isCloseTo(0.4121693121693122, within(ROUNDING));
    assertThat(areas.weighted()).isCloseTo(0.3939153439153439, within(ROUNDING));
  }

  @Property
  void area_isTheShareOfPairsInOrder(
      @ForAll Random random, @ForAll @IntRange(min = 1, max = 60) int samples) {
    float[] scores = Drawn.scores(samples, random);
    int[] labels = random.ints(samples, 0, 2).toArray();
    double won = 0;
    double pairs = 0;
    for (int i = 0; i < samples; i++) {
      for (int j = 0; j < samples; j++) {
        if (labels[i] == 1 && labels[j] == 0) {
          won += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
          pairs++;
        }
      }
    }
    RocAuc whole = new RocAuc();
    RocAuc pieces = new RocAuc();
    Drawn.inOneAndInPieces(whole, pieces, scores, labels, random);
    Drawn.assertSame(whole.result(), won / pairs);
    Drawn.assertSame(pieces.result(), whole.result());
  }

  @Property
  void oneVsRest_isTheAreaOfEachClass(
      @ForAll Random random,
      @ForAll @IntRange(min = 1, max = 40) int samples,
      @ForAll @IntRange(min = 2, max = 5) int classes) {
    float[] scores = Drawn.scores(samples * classes, random);
    int[] labels = random.ints(samples, 0, classes).toArray();
    OneVsRestAuc whole = new OneVsRestAuc(classes);
    OneVsRestAuc pieces = new OneVsRestAuc(classes);
    Drawn.inOneAndInPieces(whole, pieces, scores, labels, random);
    double sum = 0;
    double weighted = 0;
    for (int label = 0; label < classes; label++) {
      RocAuc area = new RocAuc();
      int members = 0;
      for (int i = 0; i < samples; i++) {
        int own = labels[i] == label ? 1 : 0;
        area.update(NDArray.of(new float[] {scores[i * classes + label]}, 1, 1), new int[] {own});
        members += own;
      }
      Drawn.assertSame(whole.result(label), area.result());
      sum += area.result();
      weighted += members == 0 ? 0 : members * area.result();
    }
    if (Double.isNaN(sum)) {
      assertThat(whole.macro()).isNaN();
    } else {
      assertThat(whole.macro()).isCloseTo(sum / classes, within(ROUNDING));
      assertThat(whole.weighted()).isCloseTo(weighted / samples, within(ROUNDING));
    }
    Drawn.assertSame(pieces.macro(), whole.macro());
    Drawn.assertSame(pieces.weighted(), whole.weighted());
  }

  @Example
  void zeros_ofEitherSignAndInfinitiesAreInOrder() {
    RocAuc area = new RocAuc();
    float[] scores = {-0.0f, 0.0f, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY};
    area.update(NDArray.of(scores), new int[] {0, 1, 0, 1});
    assertThat(area.result()).isEqualTo(3.5 / 4);
  }

  /** As scikit-learn 1.9.1 has it. */
  @Example
  void classThatNobodyOrEverybodyHas_hasNoArea() {
    RocAuc area = new RocAuc();
    area.update(NDArray.of(new float[] {.1f, .2f}), new int[] {1, 1});
    assertThat(area.result()).isNaN();
    OneVsRestAuc areas = new OneVsRestAuc(3);
    float[] scores = {.1f, .2f, .7f, .2f, .5f, .3f, .3f, .3f, .4f};
    areas.update(NDArray.of(scores, 3, 3), new int[] {0, 1, 1});
    assertThat(areas.result(0)).isEqualTo(0);
    assertThat(areas.result(1)).isEqualTo(1);
    assertThat(areas.result(2)).isNaN();
    assertThat(areas.macro()).isNaN();
    assertThat(areas.weighted()).isEqualTo(2 / 3.0);
    OneVsRestAuc one = new OneVsRestAuc(2);
    one.update(NDArray.of(new float[] {.1f, .2f}, 1, 2), new int[] {1});
    assertThat(one.weighted()).isNaN();
  }

  @Example
  void refused() {
    RocAuc area = new RocAuc();
    assertThatThrownBy(area::result)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("ROC AUC: there were no samples");
    assertThatThrownBy(() -> area.update(NDArray.of(new float[4], 2, 2), new int[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ROC AUC: scores of shape [2, 2] are not one for each sample");
    assertThatThrownBy(() -> area.update(NDArray.of(new float[2]), new int[] {0, 2}))
        .hasMessage("ROC AUC: the label 2 of row 1 is not one of 0 to 1");
    assertThatThrownBy(() -> area.update(NDArray.of(new float[] {Float.NaN}), new int[1]))
        .hasMessage("ROC AUC: the score of class 0 in row 0 is NaN");
    OneVsRestAuc areas = new OneVsRestAuc(3);
    assertThatThrownBy(areas::macro).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(areas::weighted).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> areas.update(NDArray.of(new float[4], 2, 2), new int[2]))
        .hasMessage("one-vs-rest ROC AUC: scores of shape [2, 2] are not for 3 classes");
    assertThatThrownBy(() -> areas.update(NDArray.of(new float[3], 1, 3), new int[] {3}))
        .hasMessage("one-vs-rest ROC AUC: the label 3 of row 0 is not one of 0 to 2");
    assertThatThrownBy(() -> new OneVsRestAuc(1))
        .hasMessage("one-vs-rest ROC AUC: there are no two classes in 1");
  }
}
