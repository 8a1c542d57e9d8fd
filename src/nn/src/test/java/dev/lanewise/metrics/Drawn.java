package dev.lanewise.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.array.NDArray;
import java.util.random.RandomGenerator;

/** Scores and labels drawn at random, and handed to metrics in more ways than one. */
final class Drawn {
  private Drawn() {}

  /** Scores many of which are equal. */
  static float[] scores(int count, RandomGenerator random) {
    float[] scores = new float[count];
    int values = random.nextInt(1, 12);
    for (int i = 0; i < count; i++) {
      scores[i] = (random.nextInt(values) - values / 2) / 4f;
    }
    return scores;
  }

  /** Gives one metric all samples at once, and the other the same in another order, in pieces. */
  static void inOneAndInPieces(
      ClassifierMetric whole,
      ClassifierMetric pieces,
      float[] scores,
      int[] labels,
      RandomGenerator random) {
    int samples = labels.length;
    int width = scores.length / samples;
    whole.update(NDArray.of(scores, samples, width), labels);
    int turn = random.nextInt(samples);
    for (int start = 0; start < samples; ) {
      int end = random.nextInt(start, samples) + 1;
      float[] piece = new float[(end - start) * width];
      int[] pieceLabels = new int[end - start];
      for (int i = start; i < end; i++) {
        int sample = (i + turn) % samples;
        System.arraycopy(scores, sample * width, piece, (i - start) * width, width);
        pieceLabels[i - start] = labels[sample];
      }
      pieces.update(NDArray.of(piece, end - start, width), pieceLabels);
      start = end;
    }
    pieces.update(NDArray.of(new float[0], 0, width), new int[0]);
  }

  /** Compares two results, which may be NaN. */
  static void assertSame(double actual, double expected) {
    assertThat(Double.doubleToLongBits(actual)).isEqualTo(Double.doubleToLongBits(expected));
  }
}
