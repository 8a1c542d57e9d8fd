package dev.lanewise.cli;

import dev.lanewise.array.NDArray;
import dev.lanewise.data.Dataset;
import dev.lanewise.memory.Scope;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Module;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;

/**
 * How well a model does on samples that it did not learn from.
 *
 * @param loss the mean squared error
 * @param accuracy the share of samples whose largest output is that of their class
 */
record Evaluation(double loss, double accuracy) {
  private static final int ROWS_AT_ONCE = 500;

  static Evaluation of(Module model, Dataset data) {
    int[] labels = data.labels();
    double sum = 0;
    int right = 0;
    for (int from = 0; from < data.size(); from += ROWS_AT_ONCE) {
      int to = Math.min(from + ROWS_AT_ONCE, data.size());
      try (Scope _ = Scope.open();
          NoGrad _ = NoGrad.open()) {
        Tensor output = model.forward(Tensor.of(data.features().slice(0, from, to)));
        Tensor target = Tensor.of(data.targets().slice(0, from, to));
        sum += (double) Losses.mse(output, target).item() * (to - from);
        right += countRight(output.array(), labels, from);
      }
    }
    return new Evaluation(sum / data.size(), (double) right / data.size());
  }

  private static int countRight(NDArray output, int[] labels, int from) {
    float[] values = output.toFloatArray();
    int classes = output.shape().dim(1);
    int right = 0;
    for (int row = 0; row < output.shape().dim(0); row++) {
      if (largest(values, row * classes, classes) == labels[from + row]) {
        right++;
      }
    }
    return right;
  }

  /** The index, counted from {@code start}, of the largest of {@code count} values. */
  static int largest(float[] values, int start, int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      if (values[start + i] > values[start + best]) {
        best = i;
      }
    }
    return best;
  }
}
