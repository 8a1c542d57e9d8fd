package dev.lanewise.op;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Views;
import dev.lanewise.op.loss.CrossEntropy;
import dev.lanewise.op.loss.MeanSquaredError;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;

/** Random calls of the operations in {@code op.loss}. */
final class LossSamples {
  static final Map<Class<?>, Function<Draw, Sample>> OF =
      Map.ofEntries(
          Map.entry(CrossEntropy.class, LossSamples::crossEntropy),
          Map.entry(MeanSquaredError.class, LossSamples::meanSquaredError));

  private LossSamples() {}

  private static Sample crossEntropy(Draw d) {
    int rows = 1 + d.random.nextInt(6);
    int cols = Math.max(1, d.dim());
    int[] labels = d.random.ints(rows, 0, cols).toArray();
    Op op = CrossEntropy.of(labels, cols);
    return Draw.sample(
        op, Reference.crossEntropy(cols, labels), rows * cols, d.array(d::any, rows, cols));
  }

  private static Sample meanSquaredError(Draw d) {
    int[] dims = Arrays.stream(d.dims(3)).map(dim -> Math.max(dim, 1)).toArray();
    NDArray a = d.array(d::any, dims);
    NDArray b = d.random.nextInt(5) == 0 ? a : d.array(d::any, dims);
    return Draw.sample(
        new MeanSquaredError(), Reference.meanSquaredError(), Views.size(dims), a, b);
  }
}
