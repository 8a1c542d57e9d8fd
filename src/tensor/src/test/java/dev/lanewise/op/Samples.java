package dev.lanewise.op;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/** Random calls of every operation, from the samples of each room. */
final class Samples {
  private static final Map<Class<?>, Function<Draw, Sample>> OF = new HashMap<>();

  static {
    List.of(
            PointwiseSamples.OF,
            ReductionSamples.OF,
            NormSamples.OF,
            ShapeSamples.OF,
            ProductSamples.OF,
            LossSamples.OF)
        .forEach(OF::putAll);
  }

  private Samples() {}

  /** Says whether there are samples of the operation. */
  static boolean has(Class<?> op) {
    return OF.containsKey(op);
  }

  /** Returns a random call of the operation. */
  static Sample of(Class<?> op, Random random) {
    return OF.get(op).apply(new Draw(random));
  }
}
