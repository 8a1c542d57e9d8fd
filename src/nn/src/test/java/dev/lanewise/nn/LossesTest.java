package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.ShapeException;
import dev.lanewise.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Losses against plain double loops. */
final class LossesTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "3, 5", "17, 10", "64, 33"})
  void mse_andItsGradient(int rows, int cols) {
    Random random = new Random(rows);
    float[] p = drawn(random, rows * cols, 3);
    float[] t = drawn(random, rows * cols, 3);
    Tensor prediction = Tensor.of(p, rows, cols).requiresGrad(true);
    Tensor loss = Losses.mse(prediction, Tensor.of(t, rows, cols));
    loss.backward();

    int n = rows * cols;
    double sum = 0;
    for (int i = 0; i < n; i++) {
      double difference = (double) p[i] - t[i];
      sum += difference * difference;
      // Four roundings of numbers of the size of p and t.
      assertThat((double) prediction.grad().get(i / cols, i % cols))
          .isCloseTo(2 * difference / n, within(4 * 0x1p-24 * 12 / n));
    }
    // All terms are positive: each addition rounds by at most half an ulp of the sum.
    assertThat((double) loss.item()).isCloseTo(sum / n, within(0x1p-24 * (n + 8) * sum / n));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "3, 5, 4", "17, 10, 8", "64, 33, 80"})
  void crossEntropy_andItsGradient(int rows, int cols, int range) {
    Random random = new Random(rows);
    float[] x = drawn(random, rows * cols, range);
    int[] labels = random.ints(rows, 0, cols).toArray();
    Tensor logits = Tensor.of(x, rows, cols).requiresGrad(true);
    Tensor loss = Losses.crossEntropy(logits, labels);
    loss.backward();

    double sum = 0;
    for (int row = 0; row < rows; row++) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < cols; i++) {
        largest = Math.max(largest, x[row * cols + i]);
      }
      double total = 0;
      for (int i = 0; i < cols; i++) {
        total += Math.exp(x[row * cols + i] - largest);
      }
      sum += largest + Math.log(total) - x[row * cols + labels[row]];
      for (int i = 0; i < cols; i++) {
        double softmax = Math.exp(x[row * cols + i] - largest) / total;
        double slope = (softmax - (i == labels[row] ? 1 : 0)) / rows;
        // Numbers up to 1, after a sum of cols terms and an exponential of up to 2 range.
        assertThat((double) logits.grad().get(row, i))
            .isCloseTo(slope, within(0x1p-24 * (cols + 2 * range + 8) / rows));
      }
    }
    assertThat((double) loss.item())
        .isCloseTo(sum / rows, within(0x1p-24 * (rows + cols + 8) * (range + sum / rows)));
  }

  @Test
  void crossEntropy_ofHugeLogits_isFinite() {
    Tensor logits = Tensor.of(new float[] {1e30f, -1e30f, 0, 0}, 2, 2).requiresGrad(true);
    Tensor loss = Losses.crossEntropy(logits, 0, 1);
    loss.backward();
    assertThat((double) loss.item()).isCloseTo(Math.log(2) / 2, within(4 * 0x1p-24));
    assertThat(logits.grad().toFloatArray()).containsExactly(0, 0, 0.25f, -0.25f);
  }

  static Stream<Arguments> comparisons() {
    return Stream.of(
        of("mse", Losses::mse, (p, t) -> (p - t) * (p - t)),
        of("l1", Losses::l1, (p, t) -> Math.abs(p - t)),
        of("huber", (p, t, r) -> Losses.huber(p, t, 0.75, r), (p, t) -> huber(p - t, 0.75)),
        of(
            "smoothL1",
            (p, t, r) -> Losses.smoothL1(p, t, 0.5, r),
            (p, t) -> huber(p - t, 0.5) / 0.5),
        of("smoothL1, beta 0", (p, t, r) -> Losses.smoothL1(p, t, 0, r), (p, t) -> Math.abs(p - t)),
        of(
            "bceWithLogits",
            (p, t, r) -> Losses.bceWithLogits(p, t, null, null, r),
            (p, t) -> t * Math.log1p(Math.exp(-p)) + (1 - t) * Math.log1p(Math.exp(p))),
        of(
            "bceWithLogits, weighted",
            (p, t, r) -> Losses.bceWithLogits(p, t, Tensor.scalar(3), Tensor.scalar(0.5f), r),
            (p, t) -> 3 * (0.5 * t * Math.log1p(Math.exp(-p)) + (1 - t) * Math.log1p(Math.exp(p)))),
        of(
            "kl of a logarithm",
            (p, t, r) -> Losses.kl(p, t, true, r),
            (p, t) -> Math.exp(t) * (t - p)));
  }

  @ParameterizedTest
  @MethodSource("comparisons")
  void loss_isItsFormula_underEachReduction(String name, Loss loss, DoubleBinaryOperator formula) {
    Random random = new Random(4);
    Tensor prediction = Exact.draw(random, 5, 3);
    Tensor target = Exact.draw(random, 5, 3);
    check(loss, formula, prediction, target);
  }

  static Stream<Arguments> probabilities() {
    return Stream.of(
        of(
            "bce",
            (p, t, r) -> Losses.bce(p, t, null, r),
            (p, t) -> -(t * Math.log(p) + (1 - t) * Math.log1p(-p))),
        of(
            "bce, weighted",
            (p, t, r) -> Losses.bce(p, t, Tensor.scalar(2), r),
            (p, t) -> -2 * (t * Math.log(p) + (1 - t) * Math.log1p(-p))),
        of("kl", (p, t, r) -> Losses.kl(p, t, false, r), (p, t) -> t * (Math.log(t) - p)));
  }

  @ParameterizedTest
  @MethodSource("probabilities")
  void lossOfProbabilities_isItsFormula_underEachReduction(
      String name, Loss loss, DoubleBinaryOperator formula) {
    Random random = new Random(4);
    Tensor prediction = Exact.drawWithin(random, 0.1f, 0.9f, 5, 3);
    Tensor target = Exact.drawWithin(random, 0.1f, 0.9f, 5, 3);
    check(loss, formula, prediction, target);
  }

  static Stream<Arguments> labelled() {
    return Stream.of(
        of(
            "hingeEmbedding",
            (p, t, r) -> Losses.hingeEmbedding(p, t, 0.5, r),
            (p, t) -> t == 1 ? p : Math.max(0, 0.5 - p)),
        of(
            "marginRanking",
            (p, t, r) -> Losses.marginRanking(p, Tensor.full(0.25f, 5, 3), t, 0.5, r),
            (p, t) -> Math.max(0, -t * (p - 0.25) + 0.5)));
  }

  @ParameterizedTest
  @MethodSource("labelled")
  void lossOfLabels_isItsFormula_underEachReduction(
      String name, Loss loss, DoubleBinaryOperator formula) {
    Random random = new Random(4);
    Tensor prediction = Exact.draw(random, 5, 3);
    check(loss, formula, prediction, signs(random, 5, 3));
  }

  @Test
  void cosineEmbedding_isItsFormula() {
    Random random = new Random(6);
    Tensor label = signs(random, 6);
    Exact exact =
        in -> {
          double[] y = new double[6];
          for (int n = 0; n < 6; n++) {
            double product = 0;
            double first = 0;
            double second = 0;
            for (int i = 4 * n; i < 4 * n + 4; i++) {
              product += in[0][i] * in[1][i];
              first += in[0][i] * in[0][i];
              second += in[1][i] * in[1][i];
            }
            double cosine = product / Math.sqrt((first + 1e-12) * (second + 1e-12));
            y[n] = in[2][n] == 1 ? 1 - cosine : Math.max(0, cosine - 0.1);
          }
          return y;
        };
    // Sums of four products, a root and a quotient.
    exact.check(
        32,
        in -> Losses.cosineEmbedding(in[0], in[1], in[2], 0.1, Reduction.NONE),
        Exact.draw(random, 6, 4),
        Exact.draw(random, 6, 4),
        label);
  }

  @Test
  void tripletMargin_isItsFormula() {
    Random random = new Random(6);
    Exact exact =
        in -> {
          double[] y = new double[6];
          for (int n = 0; n < 6; n++) {
            y[n] = Math.max(0, distance(in[0], in[1], n) - distance(in[0], in[2], n) + 0.5);
          }
          return y;
        };
    // Sums of four squares and two roots.
    exact.check(
        32,
        in -> Losses.tripletMargin(in[0], in[1], in[2], 0.5, Reduction.NONE),
        Exact.draw(random, 6, 4),
        Exact.draw(random, 6, 4),
        Exact.draw(random, 6, 4));
  }

  /** Two equal scores, or a distance of the margin, are told apart from then on. */
  @Test
  void lossOnItsMargin_stillPulls() {
    Tensor first = Tensor.of(new float[] {1, 2}).requiresGrad(true);
    Tensor labels = Tensor.of(new float[] {1, -1});
    Losses.marginRanking(first, first.detach(), labels, 0, Reduction.SUM).backward();
    assertThat(first.grad().toFloatArray()).containsExactly(-1, 1);

    Tensor distance = Tensor.of(new float[] {1}).requiresGrad(true);
    Losses.hingeEmbedding(distance, Tensor.of(new float[] {-1})).backward();
    assertThat(distance.grad().toFloatArray()).containsExactly(-1);
  }

  @Test
  void shortForms_havePyTorchsDefaults() {
    Random random = new Random(8);
    Tensor p = Exact.drawWithin(random, 0.1f, 0.9f, 4, 3);
    Tensor t = Exact.drawWithin(random, 0.1f, 0.9f, 4, 3);
    Tensor third = Exact.drawWithin(random, 0.1f, 0.9f, 4, 3);
    Tensor signs = signs(random, 4, 3);
    Tensor rows = signs(random, 4);
    Reduction mean = Reduction.MEAN;
    same(Losses.mse(p, t), Losses.mse(p, t, mean));
    same(Losses.l1(p, t), Losses.l1(p, t, mean));
    same(Losses.huber(p, t), Losses.huber(p, t, 1, mean));
    same(Losses.smoothL1(p, t), Losses.smoothL1(p, t, 1, mean));
    same(Losses.bce(p, t), Losses.bce(p, t, null, mean));
    same(Losses.bceWithLogits(p, t), Losses.bceWithLogits(p, t, null, null, mean));
    same(Losses.kl(p, t), Losses.kl(p, t, false, mean));
    same(Losses.hingeEmbedding(p, signs), Losses.hingeEmbedding(p, signs, 1, mean));
    same(Losses.marginRanking(p, t, signs), Losses.marginRanking(p, t, signs, 0, mean));
    same(Losses.cosineEmbedding(p, t, rows), Losses.cosineEmbedding(p, t, rows, 0, mean));
    same(Losses.tripletMargin(p, t, third), Losses.tripletMargin(p, t, third, 1, mean));
  }

  @Test
  void bce_ofCertainty_isBounded() {
    Tensor p = Tensor.of(new float[] {0, 1, 0, 1}).requiresGrad(true);
    Tensor t = Tensor.of(new float[] {1, 0, 0, 1});
    Tensor losses = Losses.bce(p, t, null, Reduction.NONE);
    assertThat(losses.toFloatArray()).containsExactly(100, 100, 0, 0);
    losses.sum().backward();
    float steepest = 1 / 1e-12f;
    assertThat(p.grad().toFloatArray()).containsExactly(-steepest, steepest, 0, 0);
  }

  /** 1 / p overflows for a subnormal p. */
  @Test
  void bce_ofASubnormalProbability_hasAFiniteSlope() {
    Tensor p = Tensor.of(new float[] {1e-40f}).requiresGrad(true);
    Losses.bce(p, Tensor.ones(1)).backward();
    assertThat(p.grad().toFloatArray()).containsExactly(-1 / 1e-12f);
  }

  @Test
  void bceWithLogits_ofHugeLogits_isFinite() {
    Tensor x = Tensor.of(new float[] {-300, 300, -300, 300}).requiresGrad(true);
    Tensor losses =
        Losses.bceWithLogits(x, Tensor.of(new float[] {1, 0, 0, 1}), null, null, Reduction.NONE);
    assertThat(losses.toFloatArray()).containsExactly(300, 300, 0, 0);
    losses.sum().backward();
    assertThat(x.grad().toFloatArray()).containsExactly(-1, 1, 0, 0);
  }

  @Test
  void kl_ofAProbabilityOfZero_addsNothing() {
    Tensor q = Tensor.of(new float[] {-1, -2}).requiresGrad(true);
    Tensor losses = Losses.kl(q, Tensor.of(new float[] {0, 1}), false, Reduction.NONE);
    assertThat(losses.toFloatArray()).containsExactly(0, 2);
    losses.sum().backward();
    assertThat(q.grad().toFloatArray()).containsExactly(0, -1);
  }

  @Test
  void optionsOutOfRange_areRefused() {
    Tensor x = Tensor.ones(2);
    assertThatThrownBy(() -> Losses.huber(x, x, 0, Reduction.MEAN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("huber: delta must be above 0, not 0.0");
    assertThatThrownBy(() -> Losses.smoothL1(x, x, -1, Reduction.MEAN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("smoothL1: beta must be from 0, not -1.0");
    assertThatThrownBy(() -> Losses.bce(Tensor.full(1.5f, 2), x))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bce: a probability of shape [2] is not from 0 to 1");
    assertThatThrownBy(() -> Losses.bce(Tensor.full(Float.NaN, 2), x))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Losses.hingeEmbedding(x, Tensor.zeros(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("hingeEmbedding: a label of shape [2] is neither 1 nor -1");
    assertThatThrownBy(() -> Losses.marginRanking(x, x, Tensor.zeros(2)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Losses.cosineEmbedding(x, x, Tensor.scalar(0)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shapesThatDiffer_areRefused() {
    Tensor a = Tensor.ones(2, 3);
    Tensor b = Tensor.ones(3);
    refuses("l1", () -> Losses.l1(a, b));
    refuses("mse", () -> Losses.mse(a, b, Reduction.SUM));
    refuses("huber", () -> Losses.huber(a, b));
    refuses("smoothL1", () -> Losses.smoothL1(a, b));
    refuses("bce", () -> Losses.bce(a, b));
    refuses("bceWithLogits", () -> Losses.bceWithLogits(a, b));
    refuses("kl", () -> Losses.kl(a, b));
    refuses("hingeEmbedding", () -> Losses.hingeEmbedding(a, b));
    refuses("marginRanking", () -> Losses.marginRanking(a, b, a));
    refuses("marginRanking", () -> Losses.marginRanking(a, a, b));
    refuses("cosineEmbedding", () -> Losses.cosineEmbedding(a, b, b));
    refuses("tripletMargin", () -> Losses.tripletMargin(a, b, a));
    refuses("tripletMargin", () -> Losses.tripletMargin(a, a, b));
    assertThatThrownBy(() -> Losses.cosineEmbedding(a, a, b))
        .isInstanceOf(ShapeException.class)
        .hasMessage("cosineEmbedding: shapes [2] and [3] differ");
  }

  @Test
  void errors_areSentences() {
    Tensor logits = Tensor.ones(2, 3);
    assertThatThrownBy(() -> Losses.mse(logits, Tensor.ones(3)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("mse: prediction [2, 3] and target [3] differ in shape");
    assertThatThrownBy(() -> Losses.crossEntropy(logits, 1))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "crossEntropy: logits [2, 3] are not [rows, classes] with a row for each of 1 labels");
    assertThatThrownBy(() -> Losses.crossEntropy(logits, 0, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("crossEntropy: label 3 of row 1 is not one of 3 classes");
    assertThatThrownBy(() -> Losses.crossEntropy(Tensor.ones(3), 0, 1, 2))
        .isInstanceOf(ShapeException.class);
  }

  /** Checks each single loss, and the reductions of all, each an addition a term more. */
  private static void check(
      Loss loss, DoubleBinaryOperator formula, Tensor prediction, Tensor target) {
    Exact each =
        in -> {
          double[] y = new double[in[0].length];
          Arrays.setAll(y, i -> formula.applyAsDouble(in[0][i], in[1][i]));
          return y;
        };
    int n = (int) prediction.size();
    // An exponential, a logarithm or two, and a handful of products.
    each.check(24, in -> loss.of(in[0], in[1], Reduction.NONE), prediction, target);
    Exact sum = in -> new double[] {Arrays.stream(each.of(in)).sum()};
    sum.check(24 + n, in -> loss.of(in[0], in[1], Reduction.SUM), prediction, target);
    Exact mean = in -> new double[] {Arrays.stream(each.of(in)).average().orElseThrow()};
    mean.check(24 + n, in -> loss.of(in[0], in[1], Reduction.MEAN), prediction, target);
  }

  @FunctionalInterface
  interface Loss {
    Tensor of(Tensor prediction, Tensor target, Reduction reduction);
  }

  private static Arguments of(String name, Loss loss, DoubleBinaryOperator formula) {
    return Arguments.of(name, loss, formula);
  }

  private static double huber(double d, double delta) {
    return Math.abs(d) <= delta ? d * d / 2 : delta * (Math.abs(d) - delta / 2);
  }

  private static double distance(double[] a, double[] b, int row) {
    double sum = 0;
    for (int i = 4 * row; i < 4 * row + 4; i++) {
      sum += (a[i] - b[i] + 1e-6) * (a[i] - b[i] + 1e-6);
    }
    return Math.sqrt(sum);
  }

  private static Tensor signs(Random random, int... dims) {
    return Exact.draw(random, dims).detach().sign();
  }

  private static void same(Tensor a, Tensor b) {
    assertThat(a.item()).isEqualTo(b.item()).isNotZero();
  }

  private static void refuses(String loss, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(ShapeException.class)
        .hasMessage(loss + ": shapes [2, 3] and [3] differ");
  }

  private static float[] drawn(Random random, int n, float range) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextFloat(-range, range);
    }
    return values;
  }
}
