package dev.lanewise.onnx;

import static dev.lanewise.onnx.GraphWriter.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.lanewise.array.Indices;
import dev.lanewise.array.Shape;
import dev.lanewise.infer.Graph;
import dev.lanewise.kernel.Activation;
import dev.lanewise.kernel.Extent;
import dev.lanewise.op.Op;
import dev.lanewise.op.norm.LayerNorm;
import dev.lanewise.op.norm.LogSoftmax;
import dev.lanewise.op.norm.RmsNorm;
import dev.lanewise.op.norm.Softmax;
import dev.lanewise.op.pointwise.Abs;
import dev.lanewise.op.pointwise.Add;
import dev.lanewise.op.pointwise.Affine;
import dev.lanewise.op.pointwise.Clamp;
import dev.lanewise.op.pointwise.Cos;
import dev.lanewise.op.pointwise.Div;
import dev.lanewise.op.pointwise.Elu;
import dev.lanewise.op.pointwise.Erf;
import dev.lanewise.op.pointwise.Exp;
import dev.lanewise.op.pointwise.Gelu;
import dev.lanewise.op.pointwise.GeluTanh;
import dev.lanewise.op.pointwise.LeakyRelu;
import dev.lanewise.op.pointwise.Log;
import dev.lanewise.op.pointwise.Log1p;
import dev.lanewise.op.pointwise.Maximum;
import dev.lanewise.op.pointwise.Minimum;
import dev.lanewise.op.pointwise.Mish;
import dev.lanewise.op.pointwise.Mul;
import dev.lanewise.op.pointwise.Pow;
import dev.lanewise.op.pointwise.Power;
import dev.lanewise.op.pointwise.Relu;
import dev.lanewise.op.pointwise.Rsqrt;
import dev.lanewise.op.pointwise.Sigmoid;
import dev.lanewise.op.pointwise.Silu;
import dev.lanewise.op.pointwise.Sin;
import dev.lanewise.op.pointwise.Softplus;
import dev.lanewise.op.pointwise.Sqrt;
import dev.lanewise.op.pointwise.Square;
import dev.lanewise.op.pointwise.Steps;
import dev.lanewise.op.pointwise.Sub;
import dev.lanewise.op.pointwise.Tanh;
import dev.lanewise.op.product.AvgPool2d;
import dev.lanewise.op.product.Conv2d;
import dev.lanewise.op.product.LinearAct;
import dev.lanewise.op.product.MatMul;
import dev.lanewise.op.product.MaxPool2d;
import dev.lanewise.op.reduction.CumulativeSum;
import dev.lanewise.op.reduction.LogSumExp;
import dev.lanewise.op.reduction.Max;
import dev.lanewise.op.reduction.Norm;
import dev.lanewise.op.reduction.Product;
import dev.lanewise.op.reduction.Sum;
import dev.lanewise.op.reduction.Variance;
import dev.lanewise.op.shape.Concat;
import dev.lanewise.op.shape.Expand;
import dev.lanewise.op.shape.Flip;
import dev.lanewise.op.shape.Gather;
import dev.lanewise.op.shape.IndexSelect;
import dev.lanewise.op.shape.Pad;
import dev.lanewise.op.shape.Permute;
import dev.lanewise.op.shape.Reshape;
import dev.lanewise.op.shape.Slice;
import dev.lanewise.op.shape.Triangle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** What operations are in ONNX: one node each, or a few. */
final class NodeWriter {
  /** The least threshold past which a softplus differs from a line by less than a rounding. */
  private static final float STRAIGHT = 17;

  private final GraphWriter out;

  NodeWriter(GraphWriter out) {
    this.out = out;
  }

  /**
   * Writes an operation and returns the name of its result.
   *
   * @throws IllegalArgumentException if ONNX has nothing for it
   */
  String write(Graph.Node node) {
    List<String> inputs = node.inputs().stream().map(out::name).toList();
    String x = inputs.getFirst();
    Op op = node.op(2);
    return switch (op) {
      case LinearAct(Activation activation) -> activated(activation, linear(node, inputs));
      case MatMul() -> out.node("MatMul", inputs);
      case Conv2d conv -> conv(conv, inputs);
      case MaxPool2d(Extent kernel, Extent stride, Extent padding) ->
          pool("MaxPool", x, kernel, stride, padding);
      case AvgPool2d(Extent kernel, Extent stride, Extent padding) ->
          pool("AveragePool", x, kernel, stride, padding, attribute("count_include_pad", 1));
      // A row of nothing but minus infinity is not a number there, whatever it is here.
      case Softmax(_) -> out.node("Softmax", inputs, attribute("axis", -1));
      case LogSoftmax() -> out.node("LogSoftmax", inputs, attribute("axis", -1));
      case LayerNorm norm -> layerNorm(norm, node, inputs);
      case RmsNorm norm -> rmsNorm(norm, inputs);
      case Sum(List<Integer> axes, boolean keep) -> sum(x, axes, keep);
      case Max(List<Integer> axes, boolean keep) -> reduce("ReduceMax", x, axes, keep);
      case Product(List<Integer> axes, boolean keep) -> reduce("ReduceProd", x, axes, keep);
      case Norm(List<Integer> axes, boolean keep) -> reduce("ReduceL2", x, axes, keep);
      case LogSumExp(List<Integer> axes, boolean keep) -> reduce("ReduceLogSumExp", x, axes, keep);
      case Variance variance -> variance(variance, node, x);
      case CumulativeSum(int axis) -> out.node("CumSum", List.of(x, out.whole(Shape.SCALAR, axis)));
      case Permute(List<Integer> axes) ->
          out.node("Transpose", inputs, attribute("perm", counted(axes, node)));
      case Reshape(_) -> reshape(node, x);
      case Expand(_) -> expand(node, x);
      case Concat(int axis) -> out.node("Concat", inputs, attribute("axis", axis));
      case Slice slice -> slice(slice, node, x);
      case Flip(List<Integer> axes) -> flip(axes, x);
      case Pad pad -> pad(pad, node, x);
      case IndexSelect(int axis, Indices indices) ->
          out.node("Gather", List.of(x, whole(indices)), attribute("axis", axis));
      case Gather(int axis, Indices indices) ->
          out.node("GatherElements", List.of(x, whole(indices)), attribute("axis", axis));
      case Triangle(boolean lower, int diagonal) ->
          out.node(
              "Trilu",
              List.of(x, out.whole(Shape.SCALAR, diagonal)),
              attribute("upper", lower ? 0 : 1));
      default -> pointwise(op, inputs);
    };
  }

  private String pointwise(Op op, List<String> inputs) {
    String x = inputs.getFirst();
    return switch (op) {
      case Add() -> out.node("Add", inputs);
      case Sub() -> out.node("Sub", inputs);
      case Mul() -> out.node("Mul", inputs);
      case Div() -> out.node("Div", inputs);
      case Pow() -> out.node("Pow", inputs);
      case Minimum() -> out.node("Min", inputs);
      case Maximum() -> out.node("Max", inputs);
      case Abs() -> out.node("Abs", inputs);
      case Cos() -> out.node("Cos", inputs);
      case Erf() -> out.node("Erf", inputs);
      case Exp() -> out.node("Exp", inputs);
      case Log() -> out.node("Log", inputs);
      case Relu() -> out.node("Relu", inputs);
      case Sigmoid() -> out.node("Sigmoid", inputs);
      case Sin() -> out.node("Sin", inputs);
      case Sqrt() -> out.node("Sqrt", inputs);
      case Tanh() -> out.node("Tanh", inputs);
      case Square() -> out.node("Mul", List.of(x, x));
      case Rsqrt() -> out.node("Reciprocal", List.of(out.node("Sqrt", inputs)));
      case Log1p() -> out.node("Log", List.of(byNumber("Add", x, 1)));
      case Power(float exponent) -> byNumber("Pow", x, exponent);
      case Affine(float scale, float shift) -> affine(x, scale, shift);
      case Clamp(float low, float high, _) ->
          out.node("Clip", List.of(x, out.number(low), out.number(high)));
      case LeakyRelu(float slope) -> out.node("LeakyRelu", inputs, attribute("alpha", slope));
      case Elu(float alpha, float scale) ->
          scale == 1
              ? out.node("Elu", inputs, attribute("alpha", alpha))
              : out.node("Selu", inputs, attribute("alpha", alpha), attribute("gamma", scale));
      case Gelu() -> gelu(x);
      case GeluTanh() -> geluTanh(x);
      case Silu() -> out.node("Mul", List.of(x, out.node("Sigmoid", inputs)));
      case Mish() ->
          out.node("Mul", List.of(x, out.node("Tanh", List.of(out.node("Softplus", inputs)))));
      case Softplus softplus -> softplus(softplus, x);
      case Steps(Steps.Function function) ->
          out.node(
              switch (function) {
                case SIGN -> "Sign";
                case FLOOR -> "Floor";
                case CEIL -> "Ceil";
                case ROUND -> "Round";
              },
              inputs);
      default -> throw out.refuse("there is no operator for " + op.name());
    };
  }

  private String byNumber(String operator, String x, float number) {
    return out.node(operator, List.of(x, out.number(number)));
  }

  private String affine(String x, float scale, float shift) {
    String scaled = scale == 1 ? x : byNumber("Mul", x, scale);
    return shift == 0 && scale != 1 ? scaled : byNumber("Add", scaled, shift);
  }

  /** x (1 + erf(x / sqrt 2)) 0.5, in the order in which other exporters write it. */
  private String gelu(String x) {
    String erf = out.node("Erf", List.of(byNumber("Div", x, (float) Math.sqrt(2))));
    return byNumber("Mul", out.node("Mul", List.of(x, byNumber("Add", erf, 1))), 0.5f);
  }

  private String geluTanh(String x) {
    String cube = byNumber("Mul", byNumber("Pow", x, 3), 0.044715f);
    String inner =
        byNumber("Mul", out.node("Add", List.of(x, cube)), (float) Math.sqrt(2 / Math.PI));
    String bend = byNumber("Add", out.node("Tanh", List.of(inner)), 1);
    return byNumber("Mul", out.node("Mul", List.of(x, bend)), 0.5f);
  }

  private String softplus(Softplus softplus, String x) {
    if (softplus.threshold() < STRAIGHT) {
      throw out.refuse(
          "there is no operator for a softplus that is a line from "
              + softplus.threshold()
              + " on");
    }
    if (softplus.beta() == 1) {
      return out.node("Softplus", List.of(x));
    }
    String scaled = byNumber("Mul", x, softplus.beta());
    return byNumber("Div", out.node("Softplus", List.of(scaled)), softplus.beta());
  }

  private String activated(Activation activation, String x) {
    return switch (activation) {
      case IDENTITY -> x;
      case RELU -> out.node("Relu", List.of(x));
      case SIGMOID -> out.node("Sigmoid", List.of(x));
      case TANH -> out.node("Tanh", List.of(x));
      case GELU -> gelu(x);
    };
  }

  /** A Gemm, or for other than matrices a MatMul by the transposed weight, and an Add. */
  private String linear(Graph.Node node, List<String> inputs) {
    if (node.inputs().getFirst().shape(2).rank() == 2) {
      return out.node("Gemm", inputs, attribute("transB", 1));
    }
    String weight = out.node("Transpose", List.of(inputs.get(1)), attribute("perm", 1, 0));
    String product = out.node("MatMul", List.of(inputs.getFirst(), weight));
    return inputs.size() == 2 ? product : out.node("Add", List.of(product, inputs.get(2)));
  }

  private String conv(Conv2d conv, List<String> inputs) {
    return out.node(
        "Conv",
        inputs,
        both("strides", conv.stride()),
        both("dilations", conv.dilation()),
        border(conv.padding()),
        attribute("group", conv.groups()));
  }

  private String pool(
      String operator,
      String x,
      Extent kernel,
      Extent stride,
      Extent padding,
      AttributeProto... others) {
    List<AttributeProto> attributes =
        new ArrayList<>(List.of(both("kernel_shape", kernel), both("strides", stride)));
    attributes.add(border(padding));
    attributes.addAll(List.of(others));
    return out.node(operator, List.of(x), attributes.toArray(AttributeProto[]::new));
  }

  private static AttributeProto both(String name, Extent extent) {
    return attribute(name, extent.height(), extent.width());
  }

  private static AttributeProto border(Extent padding) {
    return attribute("pads", padding.height(), padding.width(), padding.height(), padding.width());
  }

  private String layerNorm(LayerNorm norm, Graph.Node node, List<String> inputs) {
    List<String> all = new ArrayList<>(inputs);
    if (all.size() == 1) {
      int[] dims = node.shape(2).toArray();
      all.add(
          out.full(Shape.of(Arrays.copyOfRange(dims, dims.length - norm.axes(), dims.length)), 1));
    }
    return out.node(
        "LayerNormalization",
        all,
        attribute("axis", -norm.axes()),
        attribute("epsilon", (float) norm.eps()));
  }

  private String rmsNorm(RmsNorm norm, List<String> inputs) {
    String x = inputs.getFirst();
    int[] axes = IntStream.rangeClosed(-norm.axes(), -1).toArray();
    String mean =
        out.node("ReduceMean", List.of(out.node("Mul", List.of(x, x))), attribute("axes", axes));
    String root = out.node("Sqrt", List.of(byNumber("Add", mean, (float) norm.eps())));
    String normed = out.node("Div", List.of(x, root));
    return inputs.size() == 1 ? normed : out.node("Mul", List.of(normed, inputs.get(1)));
  }

  private String sum(String x, List<Integer> axes, boolean keep) {
    List<String> inputs =
        axes.isEmpty()
            ? List.of(x)
            : List.of(x, out.whole(axes.stream().mapToLong(Integer::longValue).toArray()));
    return out.node("ReduceSum", inputs, attribute("keepdims", keep ? 1 : 0));
  }

  private String reduce(String operator, String x, List<Integer> axes, boolean keep) {
    AttributeProto kept = attribute("keepdims", keep ? 1 : 0);
    int[] named = axes.stream().mapToInt(Integer::intValue).toArray();
    return axes.isEmpty()
        ? out.node(operator, List.of(x), kept)
        : out.node(operator, List.of(x), attribute("axes", named), kept);
  }

  private String variance(Variance variance, Graph.Node node, String x) {
    Shape from = node.inputs().getFirst().shape(2);
    long count = from.size() / Math.max(1, node.shape(2).size());
    Graph.Value input = node.inputs().getFirst();
    if (input.shape(1).size() / Math.max(1, node.shape(1).size()) != count) {
      throw out.refuse("there is no operator for a variance over the rows of the input");
    }
    String mean = reduce("ReduceMean", x, variance.axes(), true);
    String centered = out.node("Sub", List.of(x, mean));
    String squares = out.node("Mul", List.of(centered, centered));
    String sum = sum(squares, variance.axes(), variance.keepDims());
    return byNumber("Div", sum, (float) (count - variance.correction()));
  }

  private static int[] counted(List<Integer> axes, Graph.Node node) {
    Shape shape = node.shape(2);
    return axes.stream().mapToInt(shape::axis).toArray();
  }

  /** Says whether a length depends on the number of rows. */
  private static boolean varies(Graph.Value value, int axis) {
    return value.shape(1).dim(axis) != value.shape(2).dim(axis);
  }

  /** Says whether an axis is as long in two values, for any number of rows. */
  private static boolean isAlike(Graph.Value a, Graph.Value b, int axis) {
    return axis < a.shape(1).rank()
        && a.shape(1).dim(axis) == b.shape(1).dim(axis)
        && a.shape(2).dim(axis) == b.shape(2).dim(axis);
  }

  /** A Reshape: lengths that depend on the number of rows are copied, and one may be the rest. */
  private String reshape(Graph.Node node, String x) {
    Graph.Value from = node.inputs().getFirst();
    long[] dims = Numbers.longs(node.shape(2));
    boolean open = false;
    for (int axis = 0; axis < dims.length; axis++) {
      if (!varies(node, axis)) {
        continue;
      }
      if (isAlike(from, node, axis)) {
        dims[axis] = 0;
      } else if (!open) {
        dims[axis] = -1;
        open = true;
      } else {
        return out.node("Reshape", List.of(x, out.lengths(node)));
      }
    }
    if (Arrays.stream(Numbers.longs(node.shape(2))).anyMatch(dim -> dim == 0)) {
      throw out.refuse("a shape of no elements, " + node.shape(2));
    }
    return out.node("Reshape", List.of(x, out.whole(dims)));
  }

  /** An Expand, in which 1 keeps a length. */
  private String expand(Graph.Node node, String x) {
    Graph.Value from = node.inputs().getFirst();
    int lead = node.shape(2).rank() - from.shape(2).rank();
    long[] dims = Numbers.longs(node.shape(2));
    for (int axis = 0; axis < dims.length; axis++) {
      if (varies(node, axis)) {
        boolean kept = axis >= lead && varies(from, axis - lead);
        if (!kept) {
          return out.node("Expand", List.of(x, out.lengths(node)));
        }
        dims[axis] = 1;
      }
    }
    return out.node("Expand", List.of(x, out.whole(dims)));
  }

  private String slice(Slice slice, Graph.Node node, String x) {
    Graph.Value from = node.inputs().getFirst();
    Slice other = (Slice) node.op(1);
    int axis = from.shape(2).axis(slice.axis());
    boolean toEnd = slice.to() == from.shape(2).dim(axis) && other.to() == from.shape(1).dim(axis);
    if (other.from() != slice.from() || (other.to() != slice.to() && !toEnd)) {
      throw out.refuse("a slice of " + slice + " moves with the number of rows");
    }
    return out.node(
        "Slice",
        List.of(
            x,
            out.whole(slice.from()),
            out.whole(toEnd ? Long.MAX_VALUE : slice.to()),
            out.whole(axis),
            out.whole(slice.step())));
  }

  private String flip(List<Integer> axes, String x) {
    int count = axes.size();
    long[] last = new long[count];
    long[] beforeFirst = new long[count];
    Arrays.fill(last, -1);
    Arrays.fill(beforeFirst, Long.MIN_VALUE);
    return out.node(
        "Slice",
        List.of(
            x,
            out.whole(last),
            out.whole(beforeFirst),
            out.whole(axes.stream().mapToLong(Integer::longValue).toArray()),
            out.whole(Collections.nCopies(count, -1L).stream().mapToLong(i -> i).toArray())));
  }

  private String pad(Pad pad, Graph.Node node, String x) {
    if (!pad.equals(node.op(1))) {
      throw out.refuse("a border of " + pad + " grows with the number of rows");
    }
    long[] pads =
        IntStream.concat(
                pad.before().stream().mapToInt(Integer::intValue),
                pad.after().stream().mapToInt(Integer::intValue))
            .asLongStream()
            .toArray();
    return out.node("Pad", List.of(x, out.whole(pads), out.number(pad.value())));
  }

  private String whole(Indices indices) {
    return out.whole(indices.shape(), IntStream.of(indices.toIntArray()).asLongStream().toArray());
  }
}
