package dev.lanewise.tensor;

import dev.lanewise.array.Indices;
import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.kernel.Activation;
import dev.lanewise.kernel.Extent;
import dev.lanewise.kernel.Pointwise;
import dev.lanewise.op.Op;
import dev.lanewise.op.loss.CrossEntropy;
import dev.lanewise.op.loss.MeanSquaredError;
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
import dev.lanewise.op.pointwise.Where;
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
import dev.lanewise.op.shape.ScatterAdd;
import dev.lanewise.op.shape.Slice;
import dev.lanewise.op.shape.Triangle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
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
  private static final Op LOG1P = new Log1p();
  private static final Op SQUARE = new Square();
  private static final Op SQRT = new Sqrt();
  private static final Op RSQRT = new Rsqrt();
  private static final Op POW = new Pow();
  private static final Op ABS = new Abs();
  private static final Op SIN = new Sin();
  private static final Op COS = new Cos();
  private static final Op MINIMUM = new Minimum();
  private static final Op MAXIMUM = new Maximum();
  private static final Op WHERE = new Where();
  private static final Op GELU_TANH = new GeluTanh();
  private static final Op SILU = new Silu();
  private static final Op MISH = new Mish();
  private static final Op RELU = new Relu();
  private static final Op SIGMOID = new Sigmoid();
  private static final Op TANH = new Tanh();
  private static final Op GELU = new Gelu();
  private static final Op SOFTMAX = new Softmax(false);
  private static final Op SEEN_SOFTMAX = new Softmax(true);
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

  // What stands for it in a trace; null and null outside of one.
  Trace.@Nullable Value traced;
  @Nullable Trace trace;

  // What a backward walk gathers, and who is told of it.
  @Nullable List<UnaryOperator<NDArray>> hooks;
  boolean retainsGrad;
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
    if (traced != null) {
      throw Trace.looked(this);
    }
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
    if (traced != null) {
      return "Tensor" + shape() + " in a trace";
    }
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

  /**
   * Returns the gradient gathered in this leaf, or in a tensor that {@linkplain #retainGrad
   * retains} its own; null before the first {@code backward()}.
   */
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

  /** As {@link #backward(NDArray, boolean)}, and the graph is released. */
  public final void backward(NDArray cotangent) {
    backward(cotangent, false);
  }

  /**
   * Has {@code hook} called with this tensor's gradient in each backward walk, once all of it is
   * gathered; what the hook returns, of the same shape, takes its place.
   *
   * <p>Hooks run in the order in which they were added, and must not write to what they are given.
   *
   * @return closing it removes the hook
   * @throws IllegalStateException if this tensor requires no gradient
   */
  public final Hook onGradient(UnaryOperator<NDArray> hook) {
    requireGrad("a hook");
    List<UnaryOperator<NDArray>> list = hooks == null ? new ArrayList<>(1) : hooks;
    list.add(hook);
    hooks = list;
    return () -> {
      list.remove(hook);
      if (list.isEmpty()) {
        hooks = null;
      }
    };
  }

  /**
   * Has {@link #grad} kept for this tensor as it is for a leaf.
   *
   * @throws IllegalStateException if this tensor requires no gradient
   */
  public final Tensor retainGrad() {
    requireGrad("retainGrad()");
    retainsGrad = true;
    return this;
  }

  private void requireGrad(String asked) {
    if (!requiresGrad) {
      throw new IllegalStateException(
          asked + " wants a gradient, which this tensor of shape " + shape() + " does not require");
    }
  }

  /** Returns a leaf with the same values, through which no gradient flows. */
  public final Tensor detach() {
    return traced != null ? this : new Tensor(array());
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

  /** Returns the logarithm of 1 + x, good where x is next to nothing. */
  public final Tensor log1p() {
    return Tape.record(LOG1P, this);
  }

  /** Returns the square. */
  public final Tensor square() {
    return Tape.record(SQUARE, this);
  }

  /** Returns the square root. */
  public final Tensor sqrt() {
    return Tape.record(SQRT, this);
  }

  /** Returns 1 / sqrt(x). */
  public final Tensor rsqrt() {
    return Tape.record(RSQRT, this);
  }

  /** Returns this to the power of {@code exponent}. */
  public final Tensor pow(float exponent) {
    if (exponent == 2) {
      return square();
    }
    return exponent == 0.5f ? sqrt() : Tape.record(new Power(exponent), this);
  }

  /** Returns this to the power of {@code exponent}, with broadcasting. */
  public final Tensor pow(Tensor exponent) {
    return Tape.record(POW, this, exponent);
  }

  /** Returns the absolute value; its slope at 0 is 0. */
  public final Tensor abs() {
    return Tape.record(ABS, this);
  }

  /** Returns -1, 0 or 1; the slope is 0, as that of the other functions made of steps. */
  public final Tensor sign() {
    return Tape.record(new Steps(Steps.Function.SIGN), this);
  }

  /** Returns the greatest whole number that is not greater. */
  public final Tensor floor() {
    return Tape.record(new Steps(Steps.Function.FLOOR), this);
  }

  /** Returns the least whole number that is not less. */
  public final Tensor ceil() {
    return Tape.record(new Steps(Steps.Function.CEIL), this);
  }

  /** Returns the nearest whole number, the even one of two. */
  public final Tensor round() {
    return Tape.record(new Steps(Steps.Function.ROUND), this);
  }

  /** Returns the sine of an angle in radians. */
  public final Tensor sin() {
    return Tape.record(SIN, this);
  }

  /** Returns the cosine of an angle in radians. */
  public final Tensor cos() {
    return Tape.record(COS, this);
  }

  /** Returns the lesser of two, with broadcasting. */
  public final Tensor minimum(Tensor other) {
    return Tape.record(MINIMUM, this, other);
  }

  /** Returns the greater of two, with broadcasting. */
  public final Tensor maximum(Tensor other) {
    return Tape.record(MAXIMUM, this, other);
  }

  /** Returns the nearest number from {@code low} to {@code high}. */
  public final Tensor clamp(float low, float high) {
    return Tape.record(new Clamp(low, high, true), this);
  }

  /** Returns {@code a} where {@code condition} is not 0, else {@code b}, with broadcasting. */
  public static Tensor where(Tensor condition, Tensor a, Tensor b) {
    return Tape.record(WHERE, condition, a, b);
  }

  // Comparisons, 1 where they hold and 0 elsewhere, with broadcasting and no gradient.

  /** Returns where this is equal to {@code other}. */
  public final Tensor eq(Tensor other) {
    return compare(other, "eq", (a, b) -> a == b ? 1 : 0);
  }

  /** Returns where this is not equal to {@code other}. */
  public final Tensor ne(Tensor other) {
    return compare(other, "ne", (a, b) -> a != b ? 1 : 0);
  }

  /** Returns where this is less than {@code other}. */
  public final Tensor lt(Tensor other) {
    return compare(other, "lt", (a, b) -> a < b ? 1 : 0);
  }

  /** Returns where this is at most {@code other}. */
  public final Tensor le(Tensor other) {
    return compare(other, "le", (a, b) -> a <= b ? 1 : 0);
  }

  /** Returns where this is greater than {@code other}. */
  public final Tensor gt(Tensor other) {
    return compare(other, "gt", (a, b) -> a > b ? 1 : 0);
  }

  /** Returns where this is at least {@code other}. */
  public final Tensor ge(Tensor other) {
    return compare(other, "ge", (a, b) -> a >= b ? 1 : 0);
  }

  private Tensor compare(Tensor other, String operation, Pointwise.Function2 f) {
    return new Tensor(array().combineEach(other.array(), operation, f));
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

  /** Returns the Gaussian error linear unit by its approximation with tanh. */
  public final Tensor geluTanh() {
    return Tape.record(GELU_TANH, this);
  }

  /** Returns max(0, x) + slope min(0, x). */
  public final Tensor leakyRelu(float slope) {
    return Tape.record(new LeakyRelu(slope), this);
  }

  /** Returns x above 0 and alpha (e^x - 1) below. */
  public final Tensor elu(float alpha) {
    return Tape.record(new Elu(alpha, 1), this);
  }

  /** Returns the scaled exponential linear unit, which keeps mean 0 and variance 1. */
  public final Tensor selu() {
    return Tape.record(Elu.SELU, this);
  }

  /** Returns x sigmoid(x), also called swish. */
  public final Tensor silu() {
    return Tape.record(SILU, this);
  }

  /** Returns x tanh(softplus(x)). */
  public final Tensor mish() {
    return Tape.record(MISH, this);
  }

  /** Returns ln(1 + e^x). */
  public final Tensor softplus() {
    return Tape.record(Softplus.PLAIN, this);
  }

  /** Returns ln(1 + e^(beta x)) / beta, or x where beta x is above {@code threshold}. */
  public final Tensor softplus(float beta, float threshold) {
    return Tape.record(new Softplus(beta, threshold), this);
  }

  /** Returns x / (1 + |x|). */
  public final Tensor softsign() {
    return div(abs().add(1));
  }

  /** Returns ln(sigmoid(x)), which does not overflow. */
  public final Tensor logSigmoid() {
    return neg().softplus().neg();
  }

  /** Returns x / 6 + 1/2 within 0 and 1. */
  public final Tensor hardSigmoid() {
    return Tape.record(new Affine(1 / 6f, 0.5f), Tape.record(new Clamp(-3, 3, false), this));
  }

  /** Returns x within -1 and 1. */
  public final Tensor hardTanh() {
    return Tape.record(new Clamp(-1, 1, false), this);
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

  /** Returns the sum of the products of two vectors of one length. */
  public final Tensor dot(Tensor other) {
    if (shape().rank() != 1 || !shape().equals(other.shape())) {
      throw new ShapeException(
          "dot: shapes " + shape() + " and " + other.shape() + " are not vectors of one length");
    }
    return reshape(1, -1).matmul(other.reshape(-1, 1)).reshape();
  }

  /** Returns the products of every element of this vector with every one of {@code other}. */
  public final Tensor outer(Tensor other) {
    if (shape().rank() != 1 || other.shape().rank() != 1) {
      throw new ShapeException(
          "outer: shapes " + shape() + " and " + other.shape() + " are not two vectors");
    }
    return reshape(-1, 1).matmul(other.reshape(1, -1));
  }

  /**
   * Returns a sum of products in Einstein's notation, such as {@code einsum("bij,bjk->bik", a, b)}:
   * letters name axes, and those that the result does not name are summed over.
   *
   * @throws IllegalArgumentException if the equation cannot be read, names an axis twice in one
   *     operand, or does not have as many operands
   * @throws ShapeException if an operand has other axes, or one letter has two lengths
   */
  public static Tensor einsum(String equation, Tensor... operands) {
    return new Einsum(equation).of(operands);
  }

  /**
   * Returns scaled dot-product attention, softmax(Q K' / sqrt(d) + mask) V (Vaswani et al., 2017).
   * A query that may look at no key gives zeros.
   *
   * @param queries Q, [..., n, d]
   * @param keys K, [..., m, d]
   * @param values V, [..., m, v]
   * @param mask added to the scores, broadcast to [..., n, m]: 0 where a key may be looked at and
   *     minus infinity where not; null for none
   * @return [..., n, v]
   */
  public static Tensor attention(
      Tensor queries, Tensor keys, Tensor values, @Nullable Tensor mask) {
    float scale = (float) (1 / Math.sqrt(queries.shape().dim(-1)));
    Tensor scores = queries.mul(scale).matmul(keys.transpose());
    Tensor masked = mask == null ? scores : scores.add(mask);
    return masked.overAxis(-1, SEEN_SOFTMAX).matmul(values);
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

  /**
   * Returns the variance over {@code axes}, all where none is named, with PyTorch's default
   * correction: sum (x - mean)^2 / (n - 1).
   */
  public final Tensor variance(int... axes) {
    return variance(axes, 1, false);
  }

  /** Returns the variance sum (x - mean)^2 / (n - correction) over {@code axes}. */
  public final Tensor variance(int[] axes, int correction, boolean keepDims) {
    return Tape.record(new Variance(list(axes), correction, keepDims), this);
  }

  /** Returns the greatest element over {@code axes}; equals share the slope evenly. */
  public final Tensor max(int... axes) {
    return max(axes, false);
  }

  /** Returns the greatest element over {@code axes}. */
  public final Tensor max(int[] axes, boolean keepDims) {
    return Tape.record(new Max(list(axes), keepDims), this);
  }

  /** Returns the least element over {@code axes}; equals share the slope evenly. */
  public final Tensor min(int... axes) {
    return min(axes, false);
  }

  /** Returns the least element over {@code axes}. */
  public final Tensor min(int[] axes, boolean keepDims) {
    return neg().max(axes, keepDims).neg();
  }

  /** Returns where along {@code axis} the greatest element is, the first of equals. */
  public final Indices argmax(int axis) {
    return array().argmax(axis);
  }

  /** Returns where along {@code axis} the least element is, the first of equals. */
  public final Indices argmin(int axis) {
    return array().affine(-1, 0).argmax(axis);
  }

  /** Returns the product over {@code axes}, over all where none is named. */
  public final Tensor product(int... axes) {
    return product(axes, false);
  }

  /** Returns the product over {@code axes}. */
  public final Tensor product(int[] axes, boolean keepDims) {
    return Tape.record(new Product(list(axes), keepDims), this);
  }

  /** Returns the Euclidean norm over {@code axes}, over all where none is named. */
  public final Tensor norm(int... axes) {
    return norm(axes, false);
  }

  /** Returns the Euclidean norm over {@code axes}. */
  public final Tensor norm(int[] axes, boolean keepDims) {
    return Tape.record(new Norm(list(axes), keepDims), this);
  }

  /** Returns ln(sum e^x) over {@code axes}, over all where none is named. */
  public final Tensor logSumExp(int... axes) {
    return logSumExp(axes, false);
  }

  /** Returns ln(sum e^x) over {@code axes}. */
  public final Tensor logSumExp(int[] axes, boolean keepDims) {
    return Tape.record(new LogSumExp(list(axes), keepDims), this);
  }

  /** Returns the running sums along {@code axis}. */
  public final Tensor cumulativeSum(int axis) {
    return Tape.record(new CumulativeSum(axis), this);
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

  /** Returns the elements of the axes {@code first} to {@code last} as one axis. */
  public final Tensor flatten(int first, int last) {
    Shape shape = shape();
    int from = shape.axis(first);
    int to = shape.axis(last);
    if (to < from) {
      throw new ShapeException(
          "flatten: axis " + first + " of shape " + shape + " comes after axis " + last);
    }
    int[] dims = new int[shape.rank() - (to - from)];
    int size = 1;
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (axis >= from && axis <= to) {
        size = Math.multiplyExact(size, shape.dim(axis));
        dims[from] = size;
      } else {
        dims[axis < from ? axis : axis - (to - from)] = shape.dim(axis);
      }
    }
    return reshape(dims);
  }

  /** Returns the elements as one axis. */
  public final Tensor flatten() {
    return reshape(Math.toIntExact(size()));
  }

  /** Returns a view without {@code axis}, whose length is 1. */
  public final Tensor squeeze(int axis) {
    Shape shape = shape();
    int counted = shape.axis(axis);
    if (shape.dim(counted) != 1) {
      throw new ShapeException(
          "squeeze: axis " + axis + " of shape " + shape + " is not of length 1");
    }
    int[] dims = new int[shape.rank() - 1];
    Arrays.setAll(dims, i -> shape.dim(i < counted ? i : i + 1));
    return reshape(dims);
  }

  /** Returns a view with a new axis of length 1 at {@code axis} of the result. */
  public final Tensor unsqueeze(int axis) {
    Shape shape = shape();
    int counted = axis < 0 ? axis + shape.rank() + 1 : axis;
    if (counted < 0 || counted > shape.rank()) {
      throw new ShapeException(
          "unsqueeze: there is no place for axis " + axis + " in shape " + shape);
    }
    int[] dims = new int[shape.rank() + 1];
    Arrays.setAll(dims, i -> i == counted ? 1 : shape.dim(i < counted ? i : i - 1));
    return reshape(dims);
  }

  /** Returns a view of the elements {@code from} to {@code to - 1} along {@code axis}. */
  public final Tensor slice(int axis, int from, int to) {
    return slice(axis, from, to, 1);
  }

  /** Returns a view of every {@code step}-th element from {@code from} to {@code to - 1}. */
  public final Tensor slice(int axis, int from, int to, int step) {
    return Tape.record(new Slice(axis, from, to, step), this);
  }

  /** Returns a view of element {@code index} along {@code axis}, which is gone. */
  public final Tensor select(int axis, int index) {
    int counted = shape().axis(axis);
    return slice(counted, index, index + 1).squeeze(counted);
  }

  /** Returns views of stretches along {@code axis}, {@code size} long but perhaps the last. */
  public final List<Tensor> split(int size, int axis) {
    int length = shape().dim(axis);
    if (size < 1) {
      throw new ShapeException("split: a stretch of " + size + " is not positive");
    }
    List<Tensor> parts = new ArrayList<>();
    for (int from = 0; from < length; from += size) {
      parts.add(slice(axis, from, Math.min(from + size, length)));
    }
    return parts;
  }

  /** Returns the elements in the reverse order along {@code axes}. */
  public final Tensor flip(int... axes) {
    return Tape.record(new Flip(list(axes)), this);
  }

  /** Returns {@code x[.., indices[i], ..]} along {@code axis}, for indices of one axis. */
  public final Tensor indexSelect(int axis, Indices indices) {
    return Tape.record(new IndexSelect(axis, indices), this);
  }

  /** Returns, along axis 1, {@code x[i][indices[i][j]]} for every place of the indices. */
  public final Tensor gather(int axis, Indices indices) {
    return Tape.record(new Gather(axis, indices), this);
  }

  /** Returns this with {@code added} added at the places that {@link #gather} reads. */
  public final Tensor scatterAdd(int axis, Indices indices, Tensor added) {
    return Tape.record(new ScatterAdd(axis, indices), this, added);
  }

  /**
   * Returns the rows of this table [words, ...] that {@code indices} name: [..indices.., ...].
   *
   * @throws IndexOutOfBoundsException if an index is not one of the rows
   */
  public final Tensor embedding(Indices indices) {
    int[] lead = indices.shape().toArray();
    int[] table = shape().toArray();
    int[] dims = Arrays.copyOf(lead, lead.length + table.length - 1);
    System.arraycopy(table, 1, dims, lead.length, table.length - 1);
    Indices flat = indices.reshape(Math.toIntExact(indices.shape().size()));
    return indexSelect(0, flat).reshape(dims);
  }

  /** Returns {@code tensors} one after the other along {@code axis}. */
  public static Tensor concat(int axis, Tensor... tensors) {
    if (tensors.length == 0) {
      throw new IllegalArgumentException("concat: there is no tensor to begin with");
    }
    return Tape.record(new Concat(axis), tensors.clone());
  }

  /** Returns {@code tensors} of one shape side by side along a new axis. */
  public static Tensor stack(int axis, Tensor... tensors) {
    Tensor[] raised = new Tensor[tensors.length];
    Arrays.setAll(raised, i -> tensors[i].unsqueeze(axis));
    return concat(axis, raised);
  }

  /**
   * Returns this with a border of {@code value}: {@code before[i]} wide before axis i and {@code
   * after[i]} wide after it.
   */
  public final Tensor pad(int[] before, int[] after, float value) {
    return Tape.record(new Pad(list(before), list(after), value), this);
  }

  /** Returns the elements on and below a diagonal of matrices, 0 above; 0 is the main one. */
  public final Tensor tril(int diagonal) {
    return Tape.record(new Triangle(true, diagonal), this);
  }

  /** Returns the elements on and above a diagonal of matrices, 0 below; 0 is the main one. */
  public final Tensor triu(int diagonal) {
    return Tape.record(new Triangle(false, diagonal), this);
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
