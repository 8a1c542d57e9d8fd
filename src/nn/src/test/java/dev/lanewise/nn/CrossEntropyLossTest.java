package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.Indices;
import dev.lanewise.array.ShapeException;
import dev.lanewise.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cross-entropy and the negative log-likelihood with all options, against plain loops. */
final class CrossEntropyLossTest {
  private static final int CLASSES = 4;
  // An exponential, a logarithm, and sums over a handful of samples and classes.
  private static final int ROUNDINGS = 64;

  @ParameterizedTest
  @CsvSource({
    "false, false, 0, MEAN, 1",
    "false, false, 0, SUM, 1",
    "false, false, 0, NONE, 3",
    "true, false, 0, MEAN, 1",
    "false, true, 0, MEAN, 1",
    "false, true, 0.25, MEAN, 1",
    "true, true, 0.25, MEAN, 3",
    "true, true, 0.25, SUM, 3",
    "true, true, 0.25, NONE, 1",
    "true, false, 1, MEAN, 1"
  })
  void ofLabels_isPyTorchs(
      boolean weighted, boolean ignoring, double smoothing, Reduction reduction, int more) {
    Random random = new Random(3);
    int samples = 5;
    int[] labels = random.ints(15, 0, CLASSES).limit((long) samples * more).toArray();
    if (ignoring) {
      labels[1] = -1;
    }
    Tensor weight = Tensor.of(new float[] {0.5f, 2, 1, 1.5f});
    double[] w = Exact.widen(weighted ? weight.toFloatArray() : new float[] {1, 1, 1, 1});
    CrossEntropyLoss loss =
        new CrossEntropyLoss(weighted ? weight : null, -1, smoothing, reduction);
    Exact ofLogs = in -> ofLogs(in[0], labels, w, smoothing, reduction, more);
    Exact ofLogits = in -> ofLogs.of(logSoftmax(in[0], more));
    Tensor x =
        more == 1
            ? Exact.draw(random, samples, CLASSES)
            : Exact.draw(random, samples, CLASSES, more);
    Indices indices = more == 1 ? Indices.of(labels) : Indices.of(labels, samples, more);
    ofLogs.check(ROUNDINGS, in -> loss.ofLogProbabilities(in[0], indices), x);
    ofLogits.check(ROUNDINGS, in -> loss.of(in[0], indices), x);
  }

  @ParameterizedTest
  @CsvSource({"false, 0, MEAN", "true, 0.25, MEAN", "true, 0, SUM", "false, 0.5, NONE"})
  void ofProbabilities_isPyTorchs(boolean weighted, double smoothing, Reduction reduction) {
    Random random = new Random(3);
    int samples = 5;
    Tensor weight = Tensor.of(new float[] {0.5f, 2, 1, 1.5f});
    double[] w = Exact.widen(weighted ? weight.toFloatArray() : new float[] {1, 1, 1, 1});
    CrossEntropyLoss loss =
        CrossEntropyLoss.DEFAULT.withLabelSmoothing(smoothing).withReduction(reduction);
    CrossEntropyLoss chosen = weighted ? loss.withWeight(weight) : loss;
    Exact exact =
        in -> {
          double[] q = logSoftmax(in[0], 1);
          double[] y = new double[samples];
          for (int i = 0; i < q.length; i++) {
            double target = in[1][i] * (1 - smoothing) + smoothing / CLASSES;
            y[i / CLASSES] -= w[i % CLASSES] * q[i] * target;
          }
          return reduce(y, samples, reduction);
        };
    exact.check(
        ROUNDINGS,
        in -> chosen.of(in[0], in[1]),
        Exact.draw(random, samples, CLASSES),
        Exact.drawWithin(random, 0, 1, samples, CLASSES));
  }

  @Test
  void ofLabels_withoutOptions_isTheFusedKernel() {
    Tensor x = Exact.draw(new Random(1), 3, CLASSES);
    assertThat(CrossEntropyLoss.DEFAULT.of(x, 1, 0, 3).item())
        .isEqualTo(Losses.crossEntropy(x, 1, 0, 3).item());
    assertThat(CrossEntropyLoss.DEFAULT.of(x, 1, 0, 3)).asString().endsWith("by CrossEntropy");
    assertThat(CrossEntropyLoss.DEFAULT.of(x, 1, -100, 3).item())
        .isEqualTo(CrossEntropyLoss.DEFAULT.withIgnoreIndex(2).of(x, 1, 2, 3).item());
    assertThat(Losses.nll(x, 1, 0, 3).item())
        .isEqualTo(
            CrossEntropyLoss.DEFAULT.ofLogProbabilities(x, Indices.of(new int[] {1, 0, 3})).item());
  }

  @Test
  void ignoredSample_ofAnImpossibleClass_countsNothing() {
    float never = Float.NEGATIVE_INFINITY;
    Tensor x = Tensor.of(new float[] {never, 0, 0, 1, 2, 3}, 2, 3).requiresGrad(true);
    CrossEntropyLoss loss = CrossEntropyLoss.DEFAULT.withIgnoreIndex(0);
    Tensor value = loss.of(x, 0, 1);
    value.backward();
    assertThat(value.item()).isFinite();
    assertThat(x.grad().slice(0, 0, 1).toFloatArray()).containsOnly(0);
  }

  @Test
  void errors_areSentences() {
    CrossEntropyLoss loss = CrossEntropyLoss.DEFAULT.withReduction(Reduction.SUM);
    Tensor logits = Tensor.ones(2, 3);
    assertThatThrownBy(() -> loss.of(logits, 0, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("crossEntropy: label 3 of sample 1 is not one of 3 classes");
    assertThatThrownBy(() -> loss.of(logits, -1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> loss.of(logits, 0))
        .isInstanceOf(ShapeException.class)
        .hasMessage("crossEntropy: labels [1] are not one for each sample of logits [2, 3]");
    assertThatThrownBy(() -> loss.of(Tensor.ones(3), 0))
        .isInstanceOf(ShapeException.class)
        .hasMessage("crossEntropy: logits [3] are not [samples, classes, ...]");
    assertThatThrownBy(() -> loss.of(logits, Tensor.ones(2)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("crossEntropy: logits [2, 3] and probabilities [2] differ in shape");
    assertThatThrownBy(() -> loss.withWeight(Tensor.ones(2)).of(logits, 0, 1))
        .isInstanceOf(ShapeException.class)
        .hasMessage("crossEntropy: weight [2] is not one number for each class of logits [2, 3]");
    assertThatThrownBy(() -> loss.withLabelSmoothing(1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("crossEntropy: the label smoothing must be from 0 to 1, not 1.5");
  }

  /** Returns the loss of log-probabilities [samples, CLASSES, more] as PyTorch defines it. */
  private static double[] ofLogs(
      double[] q, int[] labels, double[] w, double smoothing, Reduction reduction, int more) {
    double[] y = new double[labels.length];
    double weights = 0;
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] >= 0) {
        int first = i / more * CLASSES * more + i % more;
        y[i] = -(1 - smoothing) * w[labels[i]] * q[first + labels[i] * more];
        for (int c = 0; c < CLASSES; c++) {
          y[i] -= smoothing / CLASSES * w[c] * q[first + c * more];
        }
        weights += w[labels[i]];
      }
    }
    return reduce(y, weights, reduction);
  }

  private static double[] reduce(double[] y, double count, Reduction reduction) {
    double sum = Arrays.stream(y).sum();
    return switch (reduction) {
      case MEAN -> new double[] {sum / count};
      case SUM -> new double[] {sum};
      case NONE -> y;
    };
  }

  private static double[] logSoftmax(double[] x, int more) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int first = i / (CLASSES * more) * CLASSES * more + i % more;
      double total = 0;
      for (int c = 0; c < CLASSES; c++) {
        total += Math.exp(x[first + c * more]);
      }
      y[i] = x[i] - Math.log(total);
    }
    return y;
  }
}
