package dev.lanewise.op;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Views;
import dev.lanewise.op.norm.LayerNorm;
import dev.lanewise.op.norm.LogSoftmax;
import dev.lanewise.op.norm.RmsNorm;
import dev.lanewise.op.norm.Softmax;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Random calls of the operations in {@code op.norm}. */
final class NormSamples {
  static final Map<Class<?>, Function<Draw, Sample>> OF =
      Map.ofEntries(
          Map.entry(
              Softmax.class, d -> rows(d, new Softmax(d.random.nextBoolean()), Reference::softmax)),
          Map.entry(LogSoftmax.class, d -> rows(d, new LogSoftmax(), Reference::logSoftmax)),
          Map.entry(LayerNorm.class, d -> norm(d, true)),
          Map.entry(RmsNorm.class, d -> norm(d, false)));

  private NormSamples() {}

  private static Sample rows(Draw d, Op op, Function<Integer, Reference> reference) {
    int[] dims = Draw.append(d.dims(3), d.dim());
    int cols = dims[dims.length - 1];
    return Draw.sample(op, reference.apply(Math.max(cols, 1)), cols, d.array(d::any, dims));
  }

  /** With an eps that keeps slopes near one: what smaller ones do is checked of the kernel. */
  private static Sample norm(Draw d, boolean centered) {
    double eps = d.random.nextDouble(0.25, 1);
    int[] row = d.random.nextInt(3) == 0 ? new int[] {d.small(), d.small()} : new int[] {d.dim()};
    int[] dims = Draw.append(d.small(2), row);
    int cols = Views.size(row);
    List<NDArray> inputs = new ArrayList<>(List.of(d.array(d::any, dims)));
    for (int more = d.random.nextInt(centered ? 3 : 2); more > 0; more--) {
      inputs.add(d.array(d::any, row));
    }
    return Draw.sample(
        centered ? new LayerNorm(row.length, eps) : new RmsNorm(row.length, eps),
        Reference.norm(centered, Math.max(cols, 1), eps),
        cols,
        inputs.toArray(NDArray[]::new));
  }
}
