package dev.lanewise.op;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Views;
import dev.lanewise.op.reduction.CumulativeSum;
import dev.lanewise.op.reduction.LogSumExp;
import dev.lanewise.op.reduction.Max;
import dev.lanewise.op.reduction.Norm;
import dev.lanewise.op.reduction.Product;
import dev.lanewise.op.reduction.Sum;
import dev.lanewise.op.reduction.Variance;
import java.util.Arrays;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/** Random calls of the operations in {@code op.reduction}. */
final class ReductionSamples {
  static final Map<Class<?>, Function<Draw, Sample>> OF =
      Map.ofEntries(
          Map.entry(Sum.class, ReductionSamples::sum),
          Map.entry(Max.class, ReductionSamples::max),
          Map.entry(Product.class, ReductionSamples::product),
          Map.entry(Norm.class, ReductionSamples::norm),
          Map.entry(Variance.class, ReductionSamples::variance),
          Map.entry(LogSumExp.class, ReductionSamples::logSumExp),
          Map.entry(CumulativeSum.class, ReductionSamples::cumulativeSum));

  private ReductionSamples() {}

  private static Sample sum(Draw d) {
    int[] dims = d.dims(4);
    int[] axes = d.axes(dims);
    Op op = new Sum(Draw.list(axes), d.random.nextBoolean());
    Reference reference = Reference.sum(Draw.named(axes, dims), dims);
    return Draw.sample(op, reference, Views.size(dims), d.array(d::any, dims));
  }

  private static Sample max(Draw d) {
    int[] dims = d.filled(4);
    int[] axes = d.axes(dims);
    Op op = new Max(Draw.list(axes), d.random.nextBoolean());
    // Each number once, as the slopes of equals are shared and a difference quotient's are not.
    int[] order = Views.permutation(d.random, Views.size(dims));
    int[] next = {0};
    NDArray x = Views.permuted(d.random, () -> order[next[0]++] / 16.0 - 3, dims);
    return Draw.sample(
        op,
        Reference.reduce(
            row -> Arrays.stream(row).max().orElseThrow(), Draw.named(axes, dims), dims),
        1,
        x);
  }

  private static Sample product(Draw d) {
    int[] dims = d.dims(4);
    int[] axes = d.axes(dims);
    Op op = new Product(Draw.list(axes), d.random.nextBoolean());
    DoubleSupplier draw =
        () -> d.random.nextInt(20) == 0 ? 0 : Math.copySign(d.random.nextDouble(0.8, 1.2), d.any());
    return Draw.sample(
        op,
        Reference.reduce(
            row -> Arrays.stream(row).reduce(1, (a, b) -> a * b), Draw.named(axes, dims), dims),
        Views.size(dims),
        d.array(draw, dims));
  }

  private static Sample norm(Draw d) {
    int[] dims = d.dims(4);
    int[] axes = d.axes(dims);
    Op op = new Norm(Draw.list(axes), d.random.nextBoolean());
    return Draw.sample(
        op,
        Reference.reduce(
            row -> Math.sqrt(Arrays.stream(row).map(x -> x * x).sum()),
            Draw.named(axes, dims),
            dims),
        Views.size(dims),
        d.array(d::awayFromZero, dims));
  }

  private static Sample variance(Draw d) {
    int[] dims = d.filled(4);
    int[] axes = d.axes(dims);
    int correction = d.random.nextInt(2);
    int terms = 1;
    boolean[] reduced = Draw.named(axes, dims);
    for (int axis = 0; axis < dims.length; axis++) {
      terms *= reduced[axis] ? dims[axis] : 1;
    }
    if (terms <= correction) {
      correction = 0;
    }
    int free = terms - correction;
    Op op = new Variance(Draw.list(axes), correction, d.random.nextBoolean());
    return Draw.sample(
        op,
        Reference.reduce(
            row -> {
              double mean = Arrays.stream(row).average().orElseThrow();
              return Arrays.stream(row).map(x -> (x - mean) * (x - mean)).sum() / free;
            },
            reduced,
            dims),
        2 * terms,
        d.array(d::any, dims));
  }

  private static Sample logSumExp(Draw d) {
    int[] dims = d.filled(4);
    int[] axes = d.axes(dims);
    Op op = new LogSumExp(Draw.list(axes), d.random.nextBoolean());
    return Draw.sample(
        op,
        Reference.reduce(
            row -> Math.log(Arrays.stream(row).map(Math::exp).sum()), Draw.named(axes, dims), dims),
        Views.size(dims),
        d.array(d::any, dims));
  }

  private static Sample cumulativeSum(Draw d) {
    int[] dims = d.filled(4);
    int axis = d.axis(dims);
    int counted = Math.floorMod(axis, dims.length);
    Reference reference =
        x -> {
          double[] y = x[0].clone();
          for (int i = 0; i < y.length; i++) {
            int[] at = Views.index(i, dims);
            if (at[counted] > 0) {
              at[counted]--;
              y[i] += y[Views.position(at, dims)];
            }
          }
          return y;
        };
    return Draw.sample(new CumulativeSum(axis), reference, dims[counted], d.array(d::any, dims));
  }
}
