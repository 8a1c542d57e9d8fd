package dev.lanewise.op;

import dev.lanewise.array.Indices;
import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.Views;
import dev.lanewise.op.shape.Concat;
import dev.lanewise.op.shape.Expand;
import dev.lanewise.op.shape.Flip;
import dev.lanewise.op.shape.Gather;
import dev.lanewise.op.shape.IndexSelect;
import dev.lanewise.op.shape.Pad;
import dev.lanewise.op.shape.Permute;
import dev.lanewise.op.shape.Reshape;
import dev.lanewise.op.shape.ScatterAdd;
import dev.lanewise.op.shape.Slice;
import dev.lanewise.op.shape.Triangle;
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
          Map.entry(Expand.class, ShapeSamples::expand),
          Map.entry(Slice.class, ShapeSamples::slice),
          Map.entry(Flip.class, ShapeSamples::flip),
          Map.entry(IndexSelect.class, ShapeSamples::indexSelect),
          Map.entry(Gather.class, ShapeSamples::gather),
          Map.entry(ScatterAdd.class, ShapeSamples::scatterAdd),
          Map.entry(Concat.class, ShapeSamples::concat),
          Map.entry(Pad.class, ShapeSamples::pad),
          Map.entry(Triangle.class, ShapeSamples::triangle));

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

  private static Sample slice(Draw d) {
    int[] dims = d.filled(4);
    int axis = d.axis(dims);
    int counted = Math.floorMod(axis, dims.length);
    int from = d.random.nextInt(dims[counted] + 1);
    int to = d.random.nextInt(from, dims[counted] + 1);
    int step = 1 + d.random.nextInt(3);
    int[] out = dims.clone();
    out[counted] = Math.ceilDiv(to - from, step);
    Reference reference =
        Reference.pick(
            at -> {
              at[counted] = from + at[counted] * step;
              return Views.position(at, dims);
            },
            out);
    return Draw.sample(new Slice(axis, from, to, step), reference, 1, d.array(d::any, dims));
  }

  private static Sample flip(Draw d) {
    int[] dims = d.dims(4);
    int[] axes = d.axes(dims);
    Reference reference =
        Reference.pick(
            at -> {
              for (int axis : axes) {
                int counted = Math.floorMod(axis, dims.length);
                at[counted] = dims[counted] - 1 - at[counted];
              }
              return Views.position(at, dims);
            },
            dims);
    return Draw.sample(new Flip(Draw.list(axes)), reference, 1, d.array(d::any, dims));
  }

  private static Sample indexSelect(Draw d) {
    int[] dims = d.filled(4);
    int axis = d.axis(dims);
    int counted = Math.floorMod(axis, dims.length);
    int[] indices = d.random.ints(d.random.nextInt(6), 0, dims[counted]).toArray();
    int[] out = dims.clone();
    out[counted] = indices.length;
    Reference reference =
        Reference.pick(
            at -> {
              at[counted] = indices[at[counted]];
              return Views.position(at, dims);
            },
            out);
    Op op = new IndexSelect(axis, Indices.of(indices));
    return Draw.sample(op, reference, indices.length, d.array(d::any, dims));
  }

  private static Sample gather(Draw d) {
    int[] dims = d.filled(3);
    int axis = d.axis(dims);
    int counted = Math.floorMod(axis, dims.length);
    int[] out = picked(d, counted, dims);
    int[] indices = d.random.ints(Views.size(out), 0, dims[counted]).toArray();
    Reference reference =
        Reference.pick(
            at -> {
              at[counted] = indices[Views.position(at.clone(), out)];
              return Views.position(at, dims);
            },
            out);
    Op op = new Gather(axis, Indices.of(indices, out));
    return Draw.sample(op, reference, indices.length, d.array(d::any, dims));
  }

  private static Sample scatterAdd(Draw d) {
    int[] dims = d.filled(3);
    int axis = d.axis(dims);
    int counted = Math.floorMod(axis, dims.length);
    int[] added = picked(d, counted, dims);
    int[] indices = d.random.ints(Views.size(added), 0, dims[counted]).toArray();
    Reference reference =
        x -> {
          double[] y = x[0].clone();
          for (int i = 0; i < indices.length; i++) {
            int[] at = Views.index(i, added);
            at[counted] = indices[i];
            y[Views.position(at, dims)] += x[1][i];
          }
          return y;
        };
    Op op = new ScatterAdd(axis, Indices.of(indices, added));
    return Draw.sample(
        op, reference, 1 + indices.length, d.array(d::any, dims), d.array(d::any, added));
  }

  /** Returns a shape of indices into {@code dims}: any length along the axis, no longer beside. */
  private static int[] picked(Draw d, int axis, int... dims) {
    int[] out = new int[dims.length];
    Arrays.setAll(out, i -> 1 + d.random.nextInt(i == axis ? 5 : dims[i]));
    return out;
  }

  private static Sample concat(Draw d) {
    int[] dims = d.filled(3);
    int axis = d.axis(dims);
    int counted = Math.floorMod(axis, dims.length);
    NDArray[] parts = new NDArray[1 + d.random.nextInt(3)];
    int[] ends = new int[parts.length];
    int[] out = dims.clone();
    out[counted] = 0;
    for (int i = 0; i < parts.length; i++) {
      int[] part = dims.clone();
      part[counted] = d.random.nextInt(4);
      out[counted] += part[counted];
      ends[i] = out[counted];
      parts[i] = d.array(d::any, part);
    }
    Reference reference =
        x -> {
          double[] y = new double[Views.size(out)];
          for (int i = 0; i < y.length; i++) {
            int[] at = Views.index(i, out);
            int part = 0;
            while (at[counted] >= ends[part]) {
              part++;
            }
            at[counted] -= part == 0 ? 0 : ends[part - 1];
            y[i] = x[part][Views.position(at, parts[part].shape().toArray())];
          }
          return y;
        };
    return Draw.sample(new Concat(axis), reference, 1, parts);
  }

  private static Sample pad(Draw d) {
    int[] dims = d.dims(3);
    int[] before = Arrays.stream(dims).map(i -> d.random.nextInt(3)).toArray();
    int[] after = Arrays.stream(dims).map(i -> d.random.nextInt(3)).toArray();
    int[] out = new int[dims.length];
    Arrays.setAll(out, i -> before[i] + dims[i] + after[i]);
    float value = (float) d.any();
    Reference reference =
        x -> {
          double[] y = new double[Views.size(out)];
          Arrays.fill(y, value);
          for (int i = 0; i < x[0].length; i++) {
            int[] at = Views.index(i, dims);
            Arrays.setAll(at, axis -> at[axis] + before[axis]);
            y[Views.position(at, out)] = x[0][i];
          }
          return y;
        };
    Op op = new Pad(Draw.list(before), Draw.list(after), value);
    return Draw.sample(op, reference, 1, d.array(d::any, dims));
  }

  private static Sample triangle(Draw d) {
    int[] dims = Draw.append(d.small(2), d.small(), d.small());
    boolean lower = d.random.nextBoolean();
    int diagonal = d.random.nextInt(-3, 4);
    int last = dims.length - 1;
    Reference reference =
        Reference.pick(
            at -> {
              int beside = at[last] - at[last - 1] - diagonal;
              return (lower ? beside <= 0 : beside >= 0) ? Views.position(at, dims) : -1;
            },
            dims);
    return Draw.sample(new Triangle(lower, diagonal), reference, 1, d.array(d::any, dims));
  }
}
