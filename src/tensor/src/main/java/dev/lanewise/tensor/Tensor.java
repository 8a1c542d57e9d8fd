package dev.lanewise.tensor;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.kernel.Activation;
import dev.lanewise.kernel.Extent;
import dev.lanewise.op.Op;
import dev.lanewise.op.loss.CrossEntropy;
import dev.lanewise.op.loss.MeanSquaredError;
import dev.lanewise.op.norm.LayerNorm;
import dev.lanewise.op.norm.LogSoftmax;
import dev.lanewise.op.norm.RmsNorm;
import dev.lanewise.op.norm.Softmax;
import dev.lanewise.op.pointwise.Add;
import dev.lanewise.op.pointwise.Affine;
import dev.lanewise.op.pointwise.Div;
import dev.lanewise.op.pointwise.Exp;
import dev.lanewise.op.pointwise.Gelu;
import dev.lanewise.op.pointwise.Log;
import dev.lanewise.op.pointwise.Mul;
import dev.lanewise.op.pointwise.Relu;
import dev.lanewise.op.pointwise.Sigmoid;
import dev.lanewise.op.pointwise.Square;
import dev.lanewise.op.pointwise.Sub;
import dev.lanewise.op.pointwise.Tanh;
import dev.lanewise.op.product.AvgPool2d;
import dev.lanewise.op.product.Conv2d;
import dev.lanewise.op.product.LinearAct;
import dev.lanewise.op.product.MatMul;
import dev.lanewise.op.product.MaxPool2d;
import dev.lanewise.op.reduction.Sum;
import dev.lanewise.op.shape.Expand;
import dev.lanewise.op.shape.Permute;
import dev.lanewise.op.shape.Reshape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An array of float32 values that remembers how it was made, so that {@link #backward} can compute
 * the gradient of a loss with respect to every tensor that requires one.
 *
 * <pre>{@code
 * Tensor w = Tensor.of(new float[] {1, 2, 3}).requiresGrad(true);
 * Tensor loss = w.square().sum();
 * loss.backward();
 * w.grad();                      // [2, 4, 6]
 * }</pre>
 *
 * <p>Operations run when called and return new tensors. A tensor is a leaf if no recorded operation
 * made it; gradients are kept for leaves, and add up over several calls of {@code backward()} until
 * {@link #zeroGrad}.
 *
 * <p>A tensor belongs to the scope that was open when it was made, or to the garbage collector. It
 * may be read by any thread; a graph is walked backward by one thread at a time.
 */
public class Tensor {
  private static final Op ADD = new Add();
  private static final Op SUB = new Sub();
  private static final Op MUL = new Mul();
  private static final Op DIV = new Div();
  private static final Op EXP = new Exp();
  private static final Op LOG = new Log();
  private static final Op SQUARE = new Square();
  private static final Op RELU = new Relu();
  private static final Op SIGMOID = new Sigmoid();
  private static final Op TANH = new Tanh();
  private static final Op GELU = new Gelu();
  private static final Op SOFTMAX = new Softmax();
  private static final Op LOG_SOFTMAX = new LogSoftmax();
  private static final Op MAT_MUL = new MatMul();
  private static final Op MEAN_SQUARED_ERROR = new MeanSquaredError();

  private @Nullable NDArray value;
  private volatile boolean pending;
  private boolean requiresGrad;

  // How it was made; null and 0 for a leaf.
  @Nullable Op op;
  Tensor @Nullable [] inputs;
  long order;
  long version;

  // What a backward walk gathers.
  @Nullable NDArray cotangent;
  boolean cotangentShared;
  boolean reached;
  private @Nullable NDArray grad;
  private boolean gradDefined;

  /** Makes a leaf of {@code value}, which is not copied. */
  protected Tensor(NDArray value) {
    this.value = value;
  }

  Tensor(NDArray value, Op op, Tensor[] inputs, long order) {
    this.value = value;
    this.op = op;
    this.inputs = inputs;
    this.order = order;
    this.requiresGrad = true;
    this.version = versionOf(value, inputs);
  }

  static Tensor heldBack(
      NDArray value, LinearAct op, Tensor[] inputs, long order, boolean requiresGrad) {
    Tensor tensor = new Tensor(value, op, inputs, order);
    tensor.requiresGrad = requiresGrad;
    tensor.pending = true;
    return tensor;
  }

  // Making.

  /** Returns a leaf of {@code value}, which is not copied. */
  public static Tensor of(NDArray value) {
    return new Tensor(value);
  }

  /**
   * Returns a leaf of {@code values} in row-major order; {@code dims} default to their number.
   *
   * @throws dev.lanewise.array.ShapeException if there are not as many values as elements
   */
  public static Tensor of(float[] values, int... dims) {
    return new Tensor(NDArray.of(values, dims));
  }

  /** Returns a leaf that is one number. */
  public static Tensor scalar(float value) {
    return new Tensor(NDArray.scalar(value));
  }

  /** Returns a leaf of zeros. */
  public static Tensor zeros(int... dims) {
    return new Tensor(NDArray.zeros(Shape.of(dims)));
  }

  /** Returns a leaf of ones. */
  public static Tensor ones(int... dims) {
    return new Tensor(NDArray.full(Shape.of(dims), 1));
  }

  /** Returns a leaf of {@code value}s. */
  public static Tensor full(float value, int... dims) {
    return new Tensor(NDArray.full(Shape.of(dims), value));
  }

  // Looking.

  /** Returns the shape. */
  public final Shape shape() {
    NDArray array = value;
    return array != null ? array.shape() : value().shape();
  }

  /** Returns the number of elements. */
  public final long size() {
    return shape().size();
  }

  /** Returns the values, shared with this tensor and with no gradient. */
  public final NDArray array() {
    Tape.current().flush();
    return value();
  }

  /** Returns the only element of a tensor that has one. */
  public final float item() {
    return array().item();
  }

  /** Returns the elements in row-major order. */
  public final float[] toFloatArray() {
    return array().toFloatArray();
  }

  @Override
  public String toString() {
    return "Tensor"
        + array().toString().substring("NDArray".length())
        + (op == null ? "" : " by " + op.name());
  }

  // Gradients.

  /** Says whether {@code backward()} computes a gradient for this tensor or through it. */
  public final boolean requiresGrad() {
    return requiresGrad;
  }

  /**
   * Sets whether this leaf receives a gradient, and returns it.
   *
   * @throws IllegalStateException if this is not a leaf: its need follows from its inputs
   */
  public final Tensor requiresGrad(boolean required) {
    array();
    if (op != null) {
      throw new IllegalStateException(
          "requiresGrad is set on leaves; this tensor of shape "
              + shape()
              + " was made by "
              + op.name()
              + " (detach() makes a leaf of it)");
    }
    requiresGrad = required;
    return this;
  }

  /** Returns the gradient gathered in this leaf, or null before the first {@code backward()}. */
  public final @Nullable NDArray grad() {
    return gradDefined ? grad : null;
  }

  /** Forgets the gradient; its memory is kept for the next. */
  public final void zeroGrad() {
    gradDefined = false;
  }

  /**
   * Adds the gradient of this scalar with respect to every leaf that requires one to the leaf's
   * {@link #grad}. The graph is released: it cannot be walked again.
   *
   * @throws IllegalStateException if this is not one number, requires no gradient, or if a value
   *     that is needed was written in place since, or its graph was walked before
   */
  public final void backward() {
    backward(false);
  }

  /** As {@link #backward()}, but keeps the graph for another walk if {@code retainGraph}. */
  public final void backward(boolean retainGraph) {
    if (size() != 1) {
      throw new IllegalStateException(
          "backward() starts from one number; a tensor of shape "
              + shape()
              + " needs a cotangent: backward(cotangent)");
    }
    backward(NDArray.full(shape(), 1), retainGraph);
  }

  /**
   * Adds the vector-Jacobian product of this tensor with {@code cotangent}, of its shape, to the
   * gradients of the leaves.
   */
  public final void backward(NDArray cotangent, boolean retainGraph) {
    array();
    new Backward(retainGraph).walk(this, cotangent);
  }

  /** Returns a leaf with the same values, through which no gradient flows. */
  public final Tensor detach() {
    return new Tensor(array());
  }

  // Arithmetic, element by element, with broadcasting.

  /** Returns {@code this + other}. */
  public final Tensor add(Tensor other) {
    return Tape.record(ADD, this, other);
  }

  /** Returns {@code this + number}. */
  public final Tensor add(float number) {
    return Tape.record(new Affine(1, number), this);
  }

  /** Returns {@code this - other}. */
  public final Tensor sub(Tensor other) {
    return Tape.record(SUB, this, other);
  }

  /** Returns {@code this - number}. */
  public final Tensor sub(float number) {
    return add(-number);
  }

  /** Returns {@code this * other}. */
  public final Tensor mul(Tensor other) {
    return Tape.record(MUL, this, other);
  }

  /** Returns {@code this * number}. */
  public final Tensor mul(float number) {
    return Tape.record(new Affine(number, 0), this);
  }

  /** Returns {@code this / other}. */
  public final Tensor div(Tensor other) {
    return Tape.record(DIV, this, other);
  }

  /** Returns {@code this / number}. */
  public final Tensor div(float number) {
    return div(scalar(number));
  }

  /** Returns {@code -this}. */
  public final Tensor neg() {
    return mul(-1);
  }

  /** Returns e to the power of this. */
  public final Tensor exp() {
    return Tape.record(EXP, this);
  }

  /** Returns the natural logarithm. */
  public final Tensor log() {
    return Tape.record(LOG, this);
  }

  /** Returns the square. */
  public final Tensor square() {
    return Tape.record(SQUARE, this);
  }

  // Activations; right after linear() they run in its kernel.

  /** Returns max(0, x). */
  public final Tensor relu() {
    return Tape.recordActivation(Activation.RELU, RELU, this);
  }

  /** Returns 1 / (1 + e^-x). */
  public final Tensor sigmoid() {
    return Tape.recordActivation(Activation.SIGMOID, SIGMOID, this);
  }

  /** Returns the hyperbolic tangent. */
  public final Tensor tanh() {
    return Tape.recordActivation(Activation.TANH, TANH, this);
  }

  /** Returns x Phi(x), the Gaussian error linear unit. */
  public final Tensor gelu() {
    return Tape.recordActivation(Activation.GELU, GELU, this);
  }

  /** Returns the softmax over {@code axis}. */
  public final Tensor softmax(int axis) {
    return overAxis(axis, SOFTMAX);
  }

  /** Returns the logarithm of the softmax over {@code axis}. */
  public final Tensor logSoftmax(int axis) {
    return overAxis(axis, LOG_SOFTMAX);
  }

  // Products.

  /** Returns the matrix product over the last two axes, the others broadcast. */
  public final Tensor matmul(Tensor other) {
    return Tape.record(MAT_MUL, this, other);
  }

  /**
   * Returns X W' + b, for this X [..., in].
   *
   * <p>The product is computed when the next operation of this thread begins or the result is
   * looked at, so that an activation can join it. Memory of one's own that is overwritten through
   * {@link NDArray#segment} must not be the input of a layer whose result nobody has looked at.
   *
   * @param weight W, [out, in]
   * @param bias b, [out], or null for none
   */
  public final Tensor linear(Tensor weight, @Nullable Tensor bias) {
    return bias == null ? Tape.recordLinear(this, weight) : Tape.recordLinear(this, weight, bias);
  }

  /**
   * Returns the convolution of these images [N, C, H, W] with filters.
   *
   * @param weight the filters, [O, C/groups, kH, kW]
   * @param bias b, [O], or null for none
   * @param convolution its stride, padding, dilation and groups
   */
  public final Tensor conv2d(Tensor weight, @Nullable Tensor bias, Conv2d convolution) {
    return bias == null
        ? Tape.record(convolution, this, weight)
        : Tape.record(convolution, this, weight, bias);
  }

  /** Returns the convolution with one stride and padding along both axes, and one group. */
  public final Tensor conv2d(Tensor weight, @Nullable Tensor bias, int stride, int padding) {
    return conv2d(weight, bias, Conv2d.of(stride, padding));
  }

  /**
   * Returns the convolution of these sequences [N, C, L] with filters.
   *
   * @param weight the filters, [O, C/groups, k]
   * @param bias b, [O], or null for none
   */
  public final Tensor conv1d(
      Tensor weight, @Nullable Tensor bias, int stride, int padding, int dilation, int groups) {
    if (shape().rank() != 3 || weight.shape().rank() != 3) {
      throw new ShapeException(
          "conv1d: input "
              + shape()
              + " and weight "
              + weight.shape()
              + " are not [N, C, L] and [O, C/groups, k]");
    }
    Conv2d flat =
        new Conv2d(new Extent(1, stride), new Extent(0, padding), new Extent(1, dilation), groups);
    Tensor y = unsqueezed().conv2d(weight.unsqueezed(), bias, flat);
    Shape shape = y.shape();
    return y.reshape(shape.dim(0), shape.dim(1), shape.dim(3));
  }

  /** Returns [a, b, c] as [a, b, 1, c]. */
  private Tensor unsqueezed() {
    Shape shape = shape();
    return reshape(shape.dim(0), shape.dim(1), 1, shape.dim(2));
  }

  /** Returns the greatest element of each square window of these images [N, C, H, W]. */
  public final Tensor maxPool2d(int kernel, int stride, int padding) {
    return Tape.record(
        new MaxPool2d(Extent.of(kernel), Extent.of(stride), Extent.of(padding)), this);
  }

  /** Returns the mean of each square window of these images [N, C, H, W], padding included. */
  public final Tensor avgPool2d(int kernel, int stride, int padding) {
    return Tape.record(
        new AvgPool2d(Extent.of(kernel), Extent.of(stride), Extent.of(padding)), this);
  }

  // Normalization.

  /**
   * Returns (x - mean) / sqrt(variance + eps) * weight + bias, over as many last axes as the weight
   * has.
   *
   * @param bias a bias of the weight's shape, or null for none
   */
  public final Tensor layerNorm(Tensor weight, @Nullable Tensor bias, double eps) {
    Op op = new LayerNorm(weight.shape().rank(), eps);
    return bias == null ? Tape.record(op, this, weight) : Tape.record(op, this, weight, bias);
  }

  /** Returns (x - mean) / sqrt(variance + eps) over the last {@code axes} axes. */
  public final Tensor layerNorm(int axes, double eps) {
    return Tape.record(new LayerNorm(axes, eps), this);
  }

  /** Returns x / sqrt(mean(x^2) + eps) * weight, over as many last axes as the weight has. */
  public final Tensor rmsNorm(Tensor weight, double eps) {
    return Tape.record(new RmsNorm(weight.shape().rank(), eps), this, weight);
  }

  /** Returns x / sqrt(mean(x^2) + eps) over the last {@code axes} axes. */
  public final Tensor rmsNorm(int axes, double eps) {
    return Tape.record(new RmsNorm(axes, eps), this);
  }

  // Reductions.

  /** Returns the sum over {@code axes}, over all where none is named. */
  public final Tensor sum(int... axes) {
    return sum(axes, false);
  }

  /** Returns the sum over {@code axes}; summed axes stay with length 1 if {@code keepDims}. */
  public final Tensor sum(int[] axes, boolean keepDims) {
    return Tape.record(new Sum(list(axes), keepDims), this);
  }

  /** Returns the mean over {@code axes}, over all where none is named. */
  public final Tensor mean(int... axes) {
    return mean(axes, false);
  }

  /** Returns the mean over {@code axes}; they stay with length 1 if {@code keepDims}. */
  public final Tensor mean(int[] axes, boolean keepDims) {
    Tensor sum = sum(axes, keepDims);
    return sum.mul((float) ((double) sum.size() / size()));
  }

  // Losses.

  /** Returns the mean squared difference from {@code target}, of this shape. */
  public final Tensor mse(Tensor target) {
    return Tape.record(MEAN_SQUARED_ERROR, this, target);
  }

  /** Returns the mean cross-entropy of these logits [rows, classes] against a label per row. */
  public final Tensor crossEntropy(int... labels) {
    Shape shape = shape();
    return Tape.record(
        CrossEntropy.of(labels, shape.rank() == 2 ? shape.dim(1) : Integer.MAX_VALUE), this);
  }

  // Shapes.

  /** Returns the elements in row-major order under another shape; one length may be -1. */
  public final Tensor reshape(int... dims) {
    return Tape.record(new Reshape(value().resolve(dims)), this);
  }

  /** Returns a view of matrices with their last two axes exchanged. */
  public final Tensor transpose() {
    return transpose(-2, -1);
  }

  /** Returns a view with two axes exchanged. */
  public final Tensor transpose(int axis, int other) {
    Shape shape = shape();
    int[] axes = new int[shape.rank()];
    Arrays.setAll(axes, i -> i);
    axes[shape.axis(axis)] = shape.axis(other);
    axes[shape.axis(other)] = shape.axis(axis);
    return permute(axes);
  }

  /** Returns a view whose axis {@code i} is this tensor's axis {@code axes[i]}. */
  public final Tensor permute(int... axes) {
    return Tape.record(new Permute(list(axes)), this);
  }

  /** Returns a view of a wider shape in which lengths of 1 and missing leading axes repeat. */
  public final Tensor expand(int... dims) {
    return Tape.record(new Expand(Shape.of(dims)), this);
  }

  /** Returns the result of an operation of one's own on {@code inputs}. */
  public static Tensor apply(Op op, Tensor... inputs) {
    return Tape.record(op, inputs.clone());
  }

  // For the tape and the backward walk.

  /** Returns the values, computed first if they were held back. */
  final NDArray value() {
    if (pending) {
      run();
    }
    NDArray array = value;
    return array != null ? array : recompute();
  }

  /** Computes the value, if it was held back and all that it is made from is still alive. */
  final void runIfAlive() {
    NDArray array = value;
    Tensor[] from = inputs;
    if (array == null || from == null || !array.storage().isAlive()) {
      return;
    }
    for (Tensor input : from) {
      if (!input.value().storage().isAlive()) {
        return;
      }
    }
    value();
  }

  /** Returns the fusion of this linear layer with an activation, or null if it has run already. */
  final synchronized @Nullable Tensor fuse(LinearAct fused, long fusedOrder) {
    NDArray target = value;
    Tensor[] from = inputs;
    if (!pending || target == null || from == null) {
      return null;
    }
    checkVersion();
    fused.forward(valuesOf(from), target);
    value = null;
    pending = false;
    return requiresGrad ? new Tensor(target, fused, from, fusedOrder) : new Tensor(target);
  }

  private synchronized void run() {
    NDArray target = value;
    if (pending && target != null) {
      runLinear(target);
      pending = false;
    }
  }

  /** Computes the value of a linear layer whose memory its activation took over. */
  private synchronized NDArray recompute() {
    NDArray array = value;
    return array != null ? array : runLinear(null);
  }

  private NDArray runLinear(@Nullable NDArray target) {
    Tensor[] from = inputs;
    if (!(op instanceof LinearAct linear) || from == null) {
      throw new IllegalStateException(
          "the value before an activation was not kept, and backward() released what it was made"
              + " from; read it before, or pass retainGraph");
    }
    checkVersion();
    NDArray[] values = valuesOf(from);
    NDArray result = target;
    if (result == null) {
      result = linear.forward(values);
      value = result;
    } else {
      linear.forward(values, result);
    }
    if (!requiresGrad) {
      op = null;
      inputs = null;
    }
    return result;
  }

  static NDArray[] valuesOf(Tensor[] tensors) {
    NDArray[] values = new NDArray[tensors.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = tensors[i].value();
    }
    return values;
  }

  /** Refuses to go on from values that were written in place since they were recorded. */
  final void checkVersion() {
    if (inputs != null && versionOf(value, inputs) != version) {
      throw new IllegalStateException(
          "a value that "
              + (op == null ? "an operation" : op.name())
              + " (shape "
              + shape()
              + ") was computed from or gave was written in place afterwards; "
              + (pending || value == null
                  ? "a linear layer runs when its thread's next operation does, or when its result"
                      + " is looked at: do so before writing"
                  : "its gradient would be wrong"));
    }
  }

  /** Returns this leaf's gradient to be written by a kernel, with the leaf's layout. */
  final NDArray gradBuffer() {
    NDArray buffer = grad;
    if (buffer == null || !buffer.storage().isAlive()) {
      buffer = NDArray.emptyLike(value());
      grad = buffer;
      gradDefined = false;
    }
    return buffer;
  }

  final void markGradDefined() {
    gradDefined = true;
  }

  final boolean isGradDefined() {
    return gradDefined && grad != null && grad.storage().isAlive();
  }

  private static long versionOf(@Nullable NDArray value, Tensor[] inputs) {
    long sum = value == null ? 0 : value.storage().version();
    for (Tensor input : inputs) {
      NDArray array = input.value;
      sum += array == null ? 0 : array.storage().version();
    }
    return sum;
  }

  private Tensor overAxis(int axis, Op lastAxisOp) {
    int counted = shape().axis(axis);
    int last = shape().rank() - 1;
    return counted == last
        ? Tape.record(lastAxisOp, this)
        : Tape.record(lastAxisOp, transpose(counted, last)).transpose(counted, last);
  }

  private static List<Integer> list(int[] axes) {
    List<Integer> list = new ArrayList<>(axes.length);
    for (int axis : axes) {
      list.add(axis);
    }
    return list;
  }
}
