package dev.lanewise.op;

import dev.lanewise.array.Shape;
import dev.lanewise.array.Views;
import dev.lanewise.op.shape.Expand;
import dev.lanewise.op.shape.Permute;
import dev.lanewise.op.shape.Reshape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Random calls of the operations in {@code op.shape}. */
final class ShapeSamples {
  static final Map<Class<?>, Function<Draw, Sample>> OF =
      Map.ofEntries(
          Map.entry(Permute.class, ShapeSamples::permute),
          Map.entry(Reshape.class, ShapeSamples::reshape),
          Map.entry(Expand.class, ShapeSamples::expand));

  private ShapeSamples() {}

  private static Sample permute(Draw d) {
    int[] dims = d.dims(4);
    int[] axes = Views.permutation(d.random, dims.length);
    List<Integer> named =
        Arrays.stream(axes).mapToObj(a -> d.random.nextBoolean() ? a : a - dims.length).toList();
    Op op = new Permute(named);
    return Draw.sample(op, Reference.permute(axes, dims), 1, d.array(d::any, dims));
  }

  private static Sample reshape(Draw d) {
    int[] dims = d.dims(4);
    int[] shuffled = new int[dims.length];
    int[] order = Views.permutation(d.random, dims.length);
    Arrays.setAll(shuffled, i -> dims[order[i]]);
    int[] target =
        switch (d.random.nextInt(3)) {
          case 0 -> new int[] {Views.size(dims)};
          case 1 -> Draw.append(shuffled, 1);
          default -> shuffled;
        };
    return Draw.sample(new Reshape(Shape.of(target)), x -> x[0].clone(), 1, d.array(d::any, dims));
  }

  private static Sample expand(Draw d) {
    int[] out = d.dims(4);
    int[] dims = d.narrowed(out);
    Op op = new Expand(Shape.of(out));
    return Draw.sample(op, Reference.expand(dims, out), 1, d.array(d::any, dims));
  }
}
