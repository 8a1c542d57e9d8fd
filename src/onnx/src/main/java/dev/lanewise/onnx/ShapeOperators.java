package dev.lanewise.onnx;

import dev.lanewise.array.Indices;
import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.onnx.Value.Floats;
import dev.lanewise.onnx.Value.Whole;
import dev.lanewise.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The operators that give the same elements in another shape, and those that compute shapes: these
 * work on whole numbers that are known once the shape of the input is.
 */
final class ShapeOperators {
  /** The most elements that a constant of a shape may have: files have weights for more. */
  private static final long MOST = 1 << 24;

  private ShapeOperators() {}

  static void addTo(Map<String, Operator> table) {
    table.put("Shape", Operator.value(1, 1, ShapeOperators::shape));
    table.put("Size", Operator.value(1, 1, _ -> ShapeOperators::size));
    table.put("Flatten", Operator.floats(1, 1, ShapeOperators::flatten));
    table.put("Reshape", Operator.value(2, 2, ShapeOperators::reshape));
    table.put("Squeeze", Operator.value(1, 2, ShapeOperators::squeeze));
    table.put("Unsqueeze", Operator.value(1, 2, ShapeOperators::unsqueeze));
    table.put("Transpose", Operator.floats(1, 1, ShapeOperators::transpose));
    table.put("Concat", Operator.value(1, Operator.ANY, ShapeOperators::concat));
    table.put("Split", new Operator(0, 1, 2, ShapeOperators::split));
    table.put("Slice", Operator.value(3, 5, _ -> ShapeOperators::slice));
    table.put("Gather", Operator.value(2, 2, ShapeOperators::gather));
    table.put("GatherElements", Operator.floats(2, 2, ShapeOperators::gatherElements));
    table.put("Expand", Operator.floats(2, 2, _ -> ShapeOperators::expand));
    table.put("Pad", Operator.floats(2, 4, ShapeOperators::pad));
    table.put("ConstantOfShape", Operator.value(1, 1, ShapeOperators::constantOfShape));
    table.put("Trilu", Operator.floats(1, 2, ShapeOperators::trilu).since(14));
  }

  private static Operator.Choice shape(Node node) throws OnnxException {
    int start = node.whole("start", 0);
    int end = node.whole("end", Integer.MAX_VALUE);
    return inputs -> {
      long[] dims = Numbers.longs(inputs.shape(0));
      int from = clamp(start, dims.length, 0, dims.length);
      int to = clamp(end, dims.length, 0, dims.length);
      return Whole.of(Arrays.copyOfRange(dims, from, Math.max(from, to)));
    };
  }

  private static Whole size(Arguments inputs) {
    return new Whole(new long[] {inputs.shape(0).size()}, Shape.SCALAR);
  }

  /** Returns {@code place}, which may count from the end of {@code length}, within bounds. */
  private static int clamp(long place, int length, int low, int high) {
    return Math.clamp(place < 0 ? place + length : place, low, high);
  }

  private static Operator.Formula flatten(Node node) throws OnnxException {
    int axis = node.whole("axis", 1);
    return inputs -> matrix(inputs.tensor(0), axis);
  }

  /** Returns the axes before {@code axis} as one and those from there on as another. */
  static Tensor matrix(Tensor x, int axis) {
    Shape shape = x.shape();
    int rank = shape.rank();
    int counted = axis < 0 ? axis + rank : axis;
    if (counted < 0 || counted > rank) {
      throw new IllegalArgumentException("there is no axis " + axis + " in shape " + shape);
    }
    int rows = 1;
    int columns = 1;
    for (int i = 0; i < rank; i++) {
      if (i < counted) {
        rows = Math.multiplyExact(rows, shape.dim(i));
      } else {
        columns = Math.multiplyExact(columns, shape.dim(i));
      }
    }
    return x.reshape(rows, columns);
  }

  private static Value reshaped(Value value, int... dims) {
    return switch (value) {
      case Floats(Tensor tensor, boolean constant) -> new Floats(tensor.reshape(dims), constant);
      case Whole whole -> new Whole(whole.numbers(), whole.shape().reshape(Shape.of(dims)));
    };
  }

  private static Operator.Choice reshape(Node node) throws OnnxException {
    boolean zeros = node.flag("allowzero", false);
    return inputs -> {
      Shape from = inputs.shape(0);
      int[] dims = inputs.ints(1);
      long known = 1;
      int open = -1;
      for (int i = 0; i < dims.length; i++) {
        if (dims[i] == 0 && !zeros) {
          dims[i] = from.dim(i);
        } else if (i == 0 && isRows(dims[0], from, inputs.batch())) {
          // Written for one number of rows, meant for as many as there are.
          dims[0] = inputs.batch().given();
        }
        if (dims[i] == -1 && open < 0) {
          open = i;
        } else if (dims[i] < 0) {
          throw new IllegalArgumentException(
              Arrays.toString(dims) + " is no shape to reshape " + from + " to");
        } else {
          known = Math.multiplyExact(known, (long) dims[i]);
        }
      }
      if (open >= 0) {
        if (known == 0 || from.size() % known != 0) {
          throw new IllegalArgumentException(
              "reshape: shape " + from + " does not fit " + Arrays.toString(dims));
        }
        dims[open] = Numbers.whole(from.size() / known);
      }
      return reshaped(inputs.value(0), dims);
    };
  }

  private static boolean isRows(int dim, Shape from, Arguments.Batch batch) {
    return dim == batch.written()
        && batch.given() != batch.written()
        && from.rank() > 0
        && from.dim(0) == batch.given();
  }

  /** Axes that a node has as an attribute in older operator sets, as an input in newer ones. */
  private interface Axes {
    int @Nullable [] of(Arguments inputs);
  }

  private static Axes axes(Node node) throws OnnxException {
    if (node.opset() >= 13) {
      return inputs -> inputs.has(1) ? inputs.ints(1) : null;
    }
    if (node.inputs().size() > 1) {
      throw node.refuse("has its axes as an input, which it has from opset 13");
    }
    int[] axes = node.ints("axes");
    return _ -> axes;
  }

  private static Operator.Choice squeeze(Node node) throws OnnxException {
    Axes axes = axes(node);
    return inputs -> {
      Shape from = inputs.shape(0);
      boolean[] gone = new boolean[from.rank()];
      int[] named = axes.of(inputs);
      if (named == null) {
        for (int i = 0; i < gone.length; i++) {
          gone[i] = from.dim(i) == 1;
        }
      } else {
        for (int axis : named) {
          if (from.dim(axis) != 1) {
            throw new IllegalArgumentException(
                "squeeze: axis " + axis + " of shape " + from + " is not of length 1");
          }
          gone[from.axis(axis)] = true;
        }
      }
      return reshaped(
          inputs.value(0),
          IntStream.range(0, gone.length).filter(i -> !gone[i]).map(from::dim).toArray());
    };
  }

  private static Operator.Choice unsqueeze(Node node) throws OnnxException {
    Axes axes = axes(node);
    return inputs -> {
      int[] named = axes.of(inputs);
      if (named == null) {
        throw new IllegalArgumentException("unsqueeze: no axes are given");
      }
      Shape from = inputs.shape(0);
      int[] dims = new int[Math.addExact(from.rank(), named.length)];
      for (int axis : named) {
        int counted = axis < 0 ? axis + dims.length : axis;
        if (counted < 0 || counted >= dims.length || dims[counted] == 1) {
          throw new IllegalArgumentException(
              ("unsqueeze: axes " + Arrays.toString(named) + " are not places of their own in a")
                  + (" result of " + dims.length + " axes"));
        }
        dims[counted] = 1;
      }
      int next = 0;
      for (int i = 0; i < dims.length; i++) {
        if (dims[i] == 0) {
          dims[i] = from.dim(next++);
        }
      }
      return reshaped(inputs.value(0), dims);
    };
  }

  private static Operator.Formula transpose(Node node) throws OnnxException {
    int[] axes = node.ints("perm");
    return inputs -> {
      Tensor x = inputs.tensor(0);
      int rank = x.shape().rank();
      return x.permute(
          axes == null ? IntStream.range(0, rank).map(i -> rank - 1 - i).toArray() : axes);
    };
  }

  private static Operator.Choice concat(Node node) throws OnnxException {
    if (!node.has("axis")) {
      throw node.refuse("lacks the attribute 'axis'");
    }
    int axis = node.whole("axis", 0);
    return inputs -> {
      if (!inputs.isWhole(0)) {
        return new Floats(
            Tensor.concat(
                axis,
                IntStream.range(0, inputs.count()).mapToObj(inputs::tensor).toArray(Tensor[]::new)),
            false);
      }
      LongStream all = LongStream.empty();
      for (int i = 0; i < inputs.count(); i++) {
        if (inputs.shape(i).rank() != 1 || (axis != 0 && axis != -1)) {
          throw new IllegalArgumentException("whole numbers are joined along one axis only");
        }
        all = LongStream.concat(all, Arrays.stream(inputs.whole(i).numbers()));
      }
      return Whole.of(all.toArray());
    };
  }

  private static Operator.Step split(Node node) throws OnnxException {
    int axis = node.whole("axis", 0);
    int[] written = node.opset() < 13 ? node.ints("split") : null;
    int parts = node.opset() >= 18 ? node.whole("num_outputs", 0) : 0;
    int outputs = node.outputs().size();
    if (parts != 0 && parts != outputs) {
      throw node.refuse("splits into " + parts + " parts and has " + outputs + " outputs");
    }
    return inputs -> {
      Tensor x = inputs.tensor(0);
      int length = x.shape().dim(axis);
      int[] sizes = inputs.has(1) ? inputs.ints(1) : written;
      if (sizes == null) {
        int size = Math.ceilDiv(length, outputs);
        sizes = new int[outputs];
        for (int i = 0; i < outputs; i++) {
          sizes[i] = Math.clamp(length - (long) i * size, 0, size);
        }
      }
      if (sizes.length != outputs || Arrays.stream(sizes).asLongStream().sum() != length) {
        throw new IllegalArgumentException(
            ("axis " + axis + " of shape " + x.shape() + " does not split into " + outputs)
                + (" parts of lengths " + Arrays.toString(sizes)));
      }
      Value[] results = new Value[outputs];
      int from = 0;
      for (int i = 0; i < outputs; i++) {
        results[i] = new Floats(x.slice(axis, from, from + sizes[i]), false);
        from += sizes[i];
      }
      return results;
    };
  }

  private static Value slice(Arguments inputs) {
    Value result = inputs.value(0);
    long[] starts = inputs.whole(1).numbers();
    long[] ends = inputs.whole(2).numbers();
    int[] axes = inputs.has(3) ? inputs.ints(3) : IntStream.range(0, starts.length).toArray();
    int[] steps = inputs.has(4) ? inputs.ints(4) : new int[starts.length];
    if (!inputs.has(4)) {
      Arrays.fill(steps, 1);
    }
    if (ends.length != starts.length
        || axes.length != starts.length
        || steps.length != starts.length) {
      throw new IllegalArgumentException(
          "slice: starts, ends, axes and steps are not as many as each other");
    }
    for (int i = 0; i < starts.length; i++) {
      result = sliced(result, axes[i], starts[i], ends[i], steps[i]);
    }
    return result;
  }

  private static Value sliced(Value value, int axis, long start, long end, int step) {
    int length = value.shape().dim(axis);
    if (step == 0 || step == Integer.MIN_VALUE) {
      throw new IllegalArgumentException("slice: a step of " + step);
    }
    boolean back = step < 0;
    int from = clamp(start, length, back ? -1 : 0, back ? length - 1 : length);
    int to = clamp(end, length, back ? -1 : 0, back ? length - 1 : length);
    if (value instanceof Whole whole) {
      if (whole.shape().rank() != 1) {
        throw new IllegalArgumentException("whole numbers are sliced along one axis only");
      }
      IntStream places =
          back
              ? IntStream.iterate(from, i -> i > to, i -> i + step)
              : IntStream.iterate(from, i -> i < to, i -> i + step);
      return Whole.of(places.mapToLong(i -> whole.numbers()[i]).toArray());
    }
    Tensor x = ((Floats) value).tensor();
    if (back) {
      int first = length - 1 - from;
      return new Floats(
          x.flip(axis).slice(axis, first, Math.max(first, length - 1 - to), -step), false);
    }
    return new Floats(x.slice(axis, from, Math.max(from, to), step), false);
  }

  private static Operator.Choice gather(Node node) throws OnnxException {
    int axis = node.whole("axis", 0);
    return inputs -> {
      Whole indices = inputs.whole(1);
      if (inputs.isWhole(0)) {
        Whole whole = inputs.whole(0);
        if (whole.shape().rank() != 1 || whole.shape().axis(axis) != 0) {
          throw new IllegalArgumentException("whole numbers are picked from one axis only");
        }
        int[] places = places(indices, whole.numbers().length);
        return new Whole(
            Arrays.stream(places).mapToLong(i -> whole.numbers()[i]).toArray(), indices.shape());
      }
      Tensor x = inputs.tensor(0);
      int counted = x.shape().axis(axis);
      int[] places = places(indices, x.shape().dim(counted));
      if (indices.shape().rank() == 0) {
        return new Floats(x.select(counted, places[0]), false);
      }
      Tensor picked = x.indexSelect(counted, Indices.of(places, places.length));
      int[] from = x.shape().toArray();
      int[] between = indices.shape().toArray();
      int[] dims = Arrays.copyOf(from, from.length - 1 + between.length);
      System.arraycopy(between, 0, dims, counted, between.length);
      System.arraycopy(
          from, counted + 1, dims, counted + between.length, from.length - 1 - counted);
      return new Floats(picked.reshape(dims), false);
    };
  }

  /** Returns places along an axis, which may count from its end, counted from its beginning. */
  private static int[] places(Whole indices, int length) {
    int[] places = Numbers.ints(indices.numbers());
    for (int i = 0; i < places.length; i++) {
      int place = places[i] < 0 ? places[i] + length : places[i];
      if (place < 0 || place >= length) {
        throw new IllegalArgumentException(
            "gather: index " + places[i] + " is outside an axis of length " + length);
      }
      places[i] = place;
    }
    return places;
  }

  private static Operator.Formula gatherElements(Node node) throws OnnxException {
    int axis = node.whole("axis", 0);
    return inputs -> {
      Whole indices = inputs.whole(1);
      int[] places = places(indices, inputs.shape(0).dim(axis));
      return inputs.tensor(0).gather(axis, Indices.of(places, indices.shape().toArray()));
    };
  }

  private static Tensor expand(Arguments inputs) {
    Tensor x = inputs.tensor(0);
    Shape target = Shape.of(inputs.ints(1));
    return x.expand(x.shape().broadcast(target, "expand").toArray());
  }

  private static Operator.Formula pad(Node node) throws OnnxException {
    String mode = node.text("mode", "constant");
    if (!mode.equals("constant")) {
      throw node.refuse("pads in the mode '" + Node.shown(mode) + "'; constant is run");
    }
    return inputs -> {
      Tensor x = inputs.tensor(0);
      int rank = x.shape().rank();
      int[] pads = inputs.ints(1);
      int[] axes = inputs.has(3) ? inputs.ints(3) : IntStream.range(0, rank).toArray();
      if (pads.length != 2 * axes.length) {
        throw new IllegalArgumentException(
            pads.length + " widths of a border are not two for each of " + axes.length + " axes");
      }
      int[] before = new int[rank];
      int[] after = new int[rank];
      for (int i = 0; i < axes.length; i++) {
        before[x.shape().axis(axes[i])] = pads[i];
        after[x.shape().axis(axes[i])] = pads[axes.length + i];
      }
      return x.pad(before, after, inputs.number(2, 0));
    };
  }

  private static Operator.Choice constantOfShape(Node node) throws IOException {
    Value value = node.constant("value");
    if (value != null && value.shape().size() != 1) {
      throw node.refuse("has a value of shape " + value.shape() + ", not one number");
    }
    return inputs -> {
      Shape shape = Shape.of(inputs.ints(0));
      if (shape.size() > MOST) {
        throw new IllegalArgumentException("a constant of shape " + shape + " is too large");
      }
      if (value instanceof Whole whole) {
        long[] numbers = new long[(int) shape.size()];
        Arrays.fill(numbers, whole.numbers()[0]);
        return new Whole(numbers, shape);
      }
      float number = value instanceof Floats floats ? floats.tensor().item() : 0;
      return new Floats(Tensor.of(NDArray.full(shape, number)), true);
    };
  }

  private static Operator.Formula trilu(Node node) throws OnnxException {
    boolean upper = node.flag("upper", true);
    return inputs -> {
      int diagonal = inputs.has(1) ? Numbers.whole(inputs.whole(1).numbers()[0]) : 0;
      return upper ? inputs.tensor(0).triu(diagonal) : inputs.tensor(0).tril(diagonal);
    };
  }
}
