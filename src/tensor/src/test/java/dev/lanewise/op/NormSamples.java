package dev.lanewise.op;

import dev.lanewise.op.norm.LogSoftmax;
import dev.lanewise.op.norm.Softmax;
import java.util.Map;
import java.util.function.Function;

/** Random calls of the operations in {@code op.norm}. */
final class NormSamples {
  static final Map<Class<?>, Function<Draw, Sample>> OF =
      Map.ofEntries(
          Map.entry(Softmax.class, d -> rows(d, new Softmax(), Reference::softmax)),
          Map.entry(LogSoftmax.class, d -> rows(d, new LogSoftmax(), Reference::logSoftmax)));

  private NormSamples() {}

  private static Sample rows(Draw d, Op op, Function<Integer, Reference> reference) {
    int[] dims = Draw.append(d.dims(3), d.dim());
    int cols = dims[dims.length - 1];
    return Draw.sample(op, reference.apply(Math.max(cols, 1)), cols, d.array(d::any, dims));
  }
}
