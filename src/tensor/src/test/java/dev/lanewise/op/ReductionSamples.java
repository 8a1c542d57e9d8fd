package dev.lanewise.op;

import dev.lanewise.array.Views;
import dev.lanewise.op.reduction.Sum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Random calls of the operations in {@code op.reduction}. */
final class ReductionSamples {
  static final Map<Class<?>, Function<Draw, Sample>> OF =
      Map.ofEntries(Map.entry(Sum.class, ReductionSamples::sum));

  private ReductionSamples() {}

  private static Sample sum(Draw d) {
    int[] dims = d.dims(4);
    boolean[] summed = new boolean[dims.length];
    List<Integer> axes = new ArrayList<>();
    for (int axis : Views.permutation(d.random, dims.length)) {
      if (d.random.nextBoolean()) {
        axes.add(d.random.nextBoolean() ? axis : axis - dims.length);
        summed[axis] = true;
      }
    }
    if (axes.isEmpty()) {
      Arrays.fill(summed, true);
    }
    Op op = new Sum(axes, d.random.nextBoolean());
    return Draw.sample(op, Reference.sum(summed, dims), Views.size(dims), d.array(d::any, dims));
  }
}
