package dev.lanewise.infer;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.infer.Graph.Constant;
import dev.lanewise.infer.Graph.Node;
import dev.lanewise.infer.Graph.Value;
import dev.lanewise.kernel.Activation;
import dev.lanewise.op.Op;
import dev.lanewise.op.pointwise.Add;
import dev.lanewise.op.pointwise.Affine;
import dev.lanewise.op.pointwise.Div;
import dev.lanewise.op.pointwise.Gelu;
import dev.lanewise.op.pointwise.Mul;
import dev.lanewise.op.pointwise.Relu;
import dev.lanewise.op.pointwise.Sigmoid;
import dev.lanewise.op.pointwise.Sub;
import dev.lanewise.op.pointwise.Tanh;
import dev.lanewise.op.product.Conv2d;
import dev.lanewise.op.product.LinearAct;
import dev.lanewise.op.product.MatMul;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The same graph in fewer operations: a product with a constant matrix becomes a linear layer; what
 * scales and shifts each channel by constants, as a batch norm in evaluation does, goes into the
 * weights of the linear layer or convolution before it, or of the linear layer after it; and an
 * activation joins the linear layer before it.
 *
 * <p>Weights are folded in double precision and rounded once.
 */
final class Fusion {
  private static final int ANY = 2;
  private static final LinearAct LINEAR = new LinearAct(Activation.IDENTITY);

  private final Map<Value, Integer> uses = new HashMap<>();
  private final Map<Value, Value> replaced = new HashMap<>();
  private final Set<Node> kept = new LinkedHashSet<>();

  private Fusion() {}

  /** What scales and shifts channels: y = scale x + shift, of one number or one a channel each. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Channels(double[] scale, double[] shift) {
    double scaleOf(int channel) {
      return scale[scale.length == 1 ? 0 : channel];
    }

    double shiftOf(int channel) {
      return shift[shift.length == 1 ? 0 : channel];
    }

    boolean fits(int channels) {
      return (scale.length == 1 || scale.length == channels)
          && (shift.length == 1 || shift.length == channels);
    }
  }

  /** Returns {@code graph} with its operations fused. */
  static Graph of(Graph graph) {
    return new Fusion().run(graph);
  }

  private Graph run(Graph graph) {
    uses.merge(graph.result(), 1, Integer::sum);
    for (Node node : graph.nodes()) {
      node.inputs().forEach(input -> uses.merge(input, 1, Integer::sum));
    }
    for (Node node : graph.nodes()) {
      Node now = now(node);
      Node next = now;
      uses.put(now, uses.getOrDefault(node, 0));
      for (Node fused = fuse(now); fused != null; fused = fuse(fused)) {
        next = fused;
        uses.put(fused, uses.getOrDefault(node, 0));
      }
      kept.add(next);
      replaced.put(node, next);
    }
    return new Graph(graph.input(), List.copyOf(kept), now(graph.result()));
  }

  private Node now(Node node) {
    List<Value> inputs = new ArrayList<>();
    for (Value input : node.inputs()) {
      inputs.add(now(input));
    }
    return node.on(inputs);
  }

  private Value now(Value value) {
    return replaced.getOrDefault(value, value);
  }

  /** Returns what takes the place of {@code node} and of what goes into it, or null. */
  private @Nullable Node fuse(Node node) {
    Op op = node.op(ANY);
    if (op instanceof MatMul) {
      NDArray w = fixed(node, 1);
      return w != null && w.rank() == 2
          ? node.with(LINEAR, List.of(node.inputs().getFirst(), new Constant(w.transpose())))
          : null;
    }
    if (op.equals(LINEAR)) {
      return intoNext(node);
    }
    if (!(node.inputs().getFirst() instanceof Node || node.inputs().getLast() instanceof Node)) {
      return null;
    }
    Activation activation = activation(op);
    if (activation != null) {
      return node.inputs().getFirst() instanceof Node linear
              && linear.op(ANY).equals(LINEAR)
              && isOnlyUsed(linear)
          ? merge(linear, node.with(new LinearAct(activation), linear.inputs()))
          : null;
    }
    return intoPrevious(node);
  }

  private static @Nullable Activation activation(Op op) {
    return switch (op) {
      case Relu _ -> Activation.RELU;
      case Sigmoid _ -> Activation.SIGMOID;
      case Tanh _ -> Activation.TANH;
      case Gelu _ -> Activation.GELU;
      default -> null;
    };
  }

  /** Folds {@code node}, if it scales and shifts channels, into the product before it. */
  private @Nullable Node intoPrevious(Node node) {
    int from = node.inputs().getFirst() instanceof Node ? 0 : node.inputs().size() - 1;
    if (!(node.inputs().get(from) instanceof Node product)
        || !isOnlyUsed(product)
        || !product.shape(ANY).equals(node.shape(ANY))) {
      return null;
    }
    Op op = product.op(ANY);
    boolean convolution = op instanceof Conv2d;
    if (!convolution && !op.equals(LINEAR)) {
      return null;
    }
    int axis = convolution ? 1 : product.shape(ANY).rank() - 1;
    Channels by = channels(node, from, axis);
    NDArray w = fixed(product, 1);
    boolean biased = product.inputs().size() > 2;
    NDArray b = biased ? fixed(product, 2) : null;
    if (by == null || w == null || (biased && b == null) || !by.fits(w.shape().dim(0))) {
      return null;
    }
    int out = w.shape().dim(0);
    float[] weight = w.toFloatArray();
    float[] bias = b == null ? new float[out] : b.toFloatArray();
    int each = weight.length / Math.max(1, out);
    for (int o = 0; o < out; o++) {
      for (int i = o * each; i < (o + 1) * each; i++) {
        weight[i] = (float) (weight[i] * by.scaleOf(o));
      }
      bias[o] = (float) (bias[o] * by.scaleOf(o) + by.shiftOf(o));
    }
    return merge(
        product,
        node.with(
            op,
            List.of(
                product.inputs().getFirst(),
                new Constant(persistent(weight, w.shape())),
                new Constant(persistent(bias, Shape.of(out))))));
  }

  /** Folds what scales and shifts the inputs of a linear layer into its weights. */
  private @Nullable Node intoNext(Node linear) {
    if (!(linear.inputs().getFirst() instanceof Node node) || !isOnlyUsed(node)) {
      return null;
    }
    int from = node.inputs().getFirst() instanceof Constant ? node.inputs().size() - 1 : 0;
    Value source = node.inputs().get(from);
    NDArray w = fixed(linear, 1);
    boolean biased = linear.inputs().size() > 2;
    NDArray b = biased ? fixed(linear, 2) : null;
    if (source instanceof Constant
        || w == null
        || (biased && b == null)
        || !source.shape(ANY).equals(node.shape(ANY))) {
      return null;
    }
    int in = w.shape().dim(1);
    int out = w.shape().dim(0);
    Channels by = channels(node, from, node.shape(ANY).rank() - 1);
    if (by == null || !by.fits(in)) {
      return null;
    }
    float[] weight = w.toFloatArray();
    float[] bias = b == null ? new float[out] : b.toFloatArray();
    for (int o = 0; o < out; o++) {
      double shifted = bias[o];
      for (int i = 0; i < in; i++) {
        shifted += weight[o * in + i] * by.shiftOf(i);
        weight[o * in + i] = (float) (weight[o * in + i] * by.scaleOf(i));
      }
      bias[o] = (float) shifted;
    }
    return merge(
        node,
        linear.with(
            LINEAR,
            List.of(
                source,
                new Constant(persistent(weight, w.shape())),
                new Constant(persistent(bias, Shape.of(out))))));
  }

  /**
   * Returns by what {@code node} scales and shifts its input {@code from} along {@code axis}; null
   * if it does something else.
   */
  private static @Nullable Channels channels(Node node, int from, int axis) {
    Op op = node.op(ANY);
    if (op instanceof Affine(float scale, float shift)) {
      return new Channels(new double[] {scale}, new double[] {shift});
    }
    if (node.inputs().size() != 2) {
      return null;
    }
    double[] c = perChannel(node, 1 - from, axis);
    if (c == null) {
      return null;
    }
    double[] one = {1};
    double[] none = {0};
    return switch (op) {
      case Add _ -> new Channels(one, c);
      case Sub _ when from == 0 -> new Channels(one, map(c, -1));
      case Sub _ -> new Channels(new double[] {-1}, c);
      case Mul _ -> new Channels(c, none);
      case Div _ when from == 0 ->
          new Channels(Arrays.stream(c).map(divisor -> 1 / divisor).toArray(), none);
      default -> null;
    };
  }

  private static double[] map(double[] values, double factor) {
    return Arrays.stream(values).map(value -> factor * value).toArray();
  }

  /**
   * Returns the numbers of a constant with one for each place along {@code axis}, or one in all.
   */
  private static double @Nullable [] perChannel(Node node, int input, int axis) {
    NDArray array = fixed(node, input);
    if (array == null) {
      return null;
    }
    int rank = node.shape(ANY).rank();
    int own = axis - (rank - array.rank());
    if (array.size() != 1 && (own < 0 || array.size() != array.shape().dim(own))) {
      return null;
    }
    float[] floats = array.toFloatArray();
    double[] numbers = new double[floats.length];
    Arrays.setAll(numbers, i -> floats[i]);
    return numbers;
  }

  private static @Nullable NDArray fixed(Node node, int input) {
    return node.inputs().get(input) instanceof Constant constant && constant.isFixed()
        ? constant.array(ANY)
        : null;
  }

  private boolean isOnlyUsed(Node node) {
    return uses.getOrDefault(node, 0) == 1;
  }

  private Node merge(Node gone, Node merged) {
    kept.remove(gone);
    return merged;
  }

  private static NDArray persistent(float[] values, Shape shape) {
    NDArray array = NDArray.persistent(shape);
    array.copyFrom(NDArray.of(values, shape.toArray()));
    return array;
  }
}
