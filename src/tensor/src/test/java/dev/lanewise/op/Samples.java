package dev.lanewise.op;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.Views;
import dev.lanewise.kernel.Activation;
import dev.lanewise.kernel.Simd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleSupplier;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/**
 * Random calls of every operation: shapes with lengths 0 and 1 and around the vector width,
 * broadcasting, views of every kind, one array as both inputs.
 */
final class Samples {
  private static final int MOST_ELEMENTS = 160;
  private static final Activation[] FUSED = {
    Activation.IDENTITY, Activation.RELU, Activation.SIGMOID, Activation.TANH
  };

  private static final Map<Class<?>, Function<Samples, Sample>> OF =
      Map.ofEntries(
          Map.entry(Add.class, s -> s.binary(new Add(), Double::sum, false)),
          Map.entry(Sub.class, s -> s.binary(new Sub(), (a, b) -> a - b, false)),
          Map.entry(Mul.class, s -> s.binary(new Mul(), (a, b) -> a * b, false)),
          Map.entry(Div.class, s -> s.binary(new Div(), (a, b) -> a / b, true)),
          Map.entry(Affine.class, Samples::affine),
          Map.entry(Exp.class, s -> s.unary(new Exp(), Math::exp, s::any)),
          Map.entry(Log.class, s -> s.unary(new Log(), Math::log, s::positive)),
          Map.entry(Square.class, s -> s.unary(new Square(), x -> x * x, s::any)),
          Map.entry(Relu.class, s -> s.unary(new Relu(), x -> Math.max(x, 0), s::awayFromZero)),
          Map.entry(Sigmoid.class, s -> s.unary(new Sigmoid(), Reference::sigmoid, s::any)),
          Map.entry(Tanh.class, s -> s.unary(new Tanh(), Math::tanh, s::any)),
          Map.entry(Gelu.class, s -> s.unary(new Gelu(), Reference::gelu, s::any)),
          Map.entry(Softmax.class, s -> s.rows(new Softmax(), Reference::softmax)),
          Map.entry(LogSoftmax.class, s -> s.rows(new LogSoftmax(), Reference::logSoftmax)),
          Map.entry(MatMul.class, Samples::matMul),
          Map.entry(LinearAct.class, Samples::linear),
          Map.entry(Sum.class, Samples::sum),
          Map.entry(CrossEntropy.class, Samples::crossEntropy),
          Map.entry(MeanSquaredError.class, Samples::meanSquaredError),
          Map.entry(Permute.class, Samples::permute),
          Map.entry(Reshape.class, Samples::reshape),
          Map.entry(Expand.class, Samples::expand),
          Map.entry(CustomOp.class, Samples::custom));

  private final Random random;

  private Samples(Random random) {
    this.random = random;
  }

  /** Says whether there are samples of the operation. */
  static boolean has(Class<?> op) {
    return OF.containsKey(op);
  }

  /** Returns a random call of the operation. */
  static Sample of(Class<?> op, Random random) {
    return OF.get(op).apply(new Samples(random));
  }

  private Sample unary(Op op, DoubleUnaryOperator f, DoubleSupplier draw) {
    return sample(op, Reference.map(f), 1, array(draw, dims(4)));
  }

  private Sample affine() {
    float scale = random.nextInt(4) == 0 ? 1 : (float) any();
    float shift = (float) any();
    return unary(new Affine(scale, shift), x -> scale * x + shift, this::any);
  }

  private Sample binary(Op op, DoubleBinaryOperator f, boolean divides) {
    DoubleSupplier divisor = divides ? this::awayFromZero : this::any;
    int[] out = dims(4);
    if (random.nextInt(5) == 0) {
      NDArray both = array(divisor, out);
      return sample(op, Reference.zip(f, out, out, out), 1, both, both);
    }
    int[] a = random.nextInt(3) == 0 ? out : narrowed(out);
    int[] b = random.nextInt(3) == 0 ? out : narrowed(out);
    int[] joint = Shape.of(a).broadcast(Shape.of(b), "sample").toArray();
    return sample(op, Reference.zip(f, a, b, joint), 1, array(this::any, a), array(divisor, b));
  }

  private Sample rows(Op op, Function<Integer, Reference> reference) {
    int[] dims = append(dims(3), dim());
    int cols = dims[dims.length - 1];
    return sample(op, reference.apply(Math.max(cols, 1)), cols, array(this::any, dims));
  }

  private Sample matMul() {
    int[] batch = small(2);
    int m = small();
    int k = dim();
    int n = small();
    if (random.nextInt(5) == 0) {
      int[] square = append(batch, m, m);
      NDArray both = array(this::any, square);
      return sample(new MatMul(), Reference.matmul(square, square, square), m, both, both);
    }
    int[] left = random.nextBoolean() ? batch : narrowed(batch);
    int[] right = random.nextBoolean() ? batch : narrowed(batch);
    int[] joint = Shape.of(left).broadcast(Shape.of(right), "sample").toArray();
    int[] a = append(left, m, k);
    int[] b = append(right, k, n);
    return sample(
        new MatMul(),
        Reference.matmul(a, b, append(joint, m, n)),
        k,
        array(this::any, a),
        array(this::any, b));
  }

  private Sample linear() {
    Activation activation = FUSED[random.nextInt(FUSED.length)];
    int[] lead = small(3);
    boolean wide = random.nextBoolean();
    int in = wide ? dim() : small();
    int out = wide ? small() : dim();
    int rows = Views.size(lead);
    Reference sums = Reference.linear(Activation.IDENTITY, rows, in, out);
    while (true) {
      List<NDArray> inputs = new ArrayList<>();
      inputs.add(array(this::any, append(lead, in)));
      inputs.add(array(this::any, out, in));
      if (random.nextInt(3) > 0) {
        inputs.add(array(this::any, out));
      }
      Sample sample =
          sample(
              new LinearAct(activation),
              Reference.linear(activation, rows, in, out),
              in + 1,
              inputs.toArray(NDArray[]::new));
      // A ReLU has no slope at 0, where single and double precision may take different sides.
      boolean atKink =
          activation == Activation.RELU
              && inputs.size() + in > 2
              && Arrays.stream(sums.value(sample.values())).anyMatch(z -> Math.abs(z) < 1e-3);
      if (!atKink) {
        return sample;
      }
    }
  }

  private Sample sum() {
    int[] dims = dims(4);
    boolean[] summed = new boolean[dims.length];
    List<Integer> axes = new ArrayList<>();
    for (int axis : Views.permutation(random, dims.length)) {
      if (random.nextBoolean()) {
        axes.add(random.nextBoolean() ? axis : axis - dims.length);
        summed[axis] = true;
      }
    }
    if (axes.isEmpty()) {
      Arrays.fill(summed, true);
    }
    Op op = new Sum(axes, random.nextBoolean());
    return sample(op, Reference.sum(summed, dims), Views.size(dims), array(this::any, dims));
  }

  private Sample crossEntropy() {
    int rows = 1 + random.nextInt(6);
    int cols = Math.max(1, dim());
    int[] labels = random.ints(rows, 0, cols).toArray();
    Op op = CrossEntropy.of(labels, cols);
    return sample(
        op, Reference.crossEntropy(cols, labels), rows * cols, array(this::any, rows, cols));
  }

  private Sample meanSquaredError() {
    int[] dims = Arrays.stream(dims(3)).map(dim -> Math.max(dim, 1)).toArray();
    NDArray a = array(this::any, dims);
    NDArray b = random.nextInt(5) == 0 ? a : array(this::any, dims);
    return sample(new MeanSquaredError(), Reference.meanSquaredError(), Views.size(dims), a, b);
  }

  private Sample permute() {
    int[] dims = dims(4);
    int[] axes = Views.permutation(random, dims.length);
    List<Integer> named =
        Arrays.stream(axes).mapToObj(a -> random.nextBoolean() ? a : a - dims.length).toList();
    Op op = new Permute(named);
    return sample(op, Reference.permute(axes, dims), 1, array(this::any, dims));
  }

  private Sample reshape() {
    int[] dims = dims(4);
    int[] shuffled = new int[dims.length];
    int[] order = Views.permutation(random, dims.length);
    Arrays.setAll(shuffled, i -> dims[order[i]]);
    int[] target =
        switch (random.nextInt(3)) {
          case 0 -> new int[] {Views.size(dims)};
          case 1 -> append(shuffled, 1);
          default -> shuffled;
        };
    return sample(new Reshape(Shape.of(target)), x -> x[0].clone(), 1, array(this::any, dims));
  }

  private Sample expand() {
    int[] out = dims(4);
    int[] dims = narrowed(out);
    Op op = new Expand(Shape.of(out));
    return sample(op, Reference.expand(dims, out), 1, array(this::any, dims));
  }

  private Sample custom() {
    int[] dims = dims(3);
    Reference reference = Reference.zip((a, b) -> a * a * b, dims, dims, dims);
    return sample(new SquareTimes(), reference, 1, array(this::any, dims), array(this::any, dims));
  }

  private static Sample sample(Op op, Reference reference, int terms, NDArray... inputs) {
    return new Sample(op, List.of(inputs), reference, terms);
  }

  private NDArray array(DoubleSupplier draw, int... dims) {
    return Views.draw(random, draw, dims);
  }

  private double any() {
    return random.nextDouble(-2, 2);
  }

  private double positive() {
    return random.nextDouble(0.25, 3);
  }

  private double awayFromZero() {
    double x = random.nextDouble(0.5, 2);
    return random.nextBoolean() ? x : -x;
  }

  /** Returns a shape of rank 0 to {@code highest}. */
  private int[] dims(int highest) {
    while (true) {
      int[] dims = new int[random.nextInt(highest + 1)];
      Arrays.setAll(dims, axis -> axis == dims.length - 1 ? dim() : small());
      if (Views.size(dims) <= MOST_ELEMENTS) {
        return dims;
      }
    }
  }

  private int[] small(int highest) {
    int[] dims = new int[random.nextInt(highest + 1)];
    Arrays.setAll(dims, axis -> random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(3));
    return dims;
  }

  private int small() {
    return random.nextInt(16) == 0 ? 0 : 1 + random.nextInt(7);
  }

  /** Returns a small length, or one beside a multiple of the vector width. */
  private int dim() {
    return random.nextInt(3) > 0
        ? small()
        : Simd.LANES * (1 + random.nextInt(2)) + random.nextInt(3) - 1;
  }

  /** Returns a shape that broadcasts to {@code dims}. */
  private int[] narrowed(int... dims) {
    int missing = random.nextInt(4) == 0 ? random.nextInt(dims.length + 1) : 0;
    int[] narrow = Arrays.copyOfRange(dims, missing, dims.length);
    for (int axis = 0; axis < narrow.length; axis++) {
      narrow[axis] = random.nextInt(3) == 0 ? 1 : narrow[axis];
    }
    return narrow;
  }

  private static int[] append(int[] dims, int... more) {
    int[] all = Arrays.copyOf(dims, dims.length + more.length);
    System.arraycopy(more, 0, all, dims.length, more.length);
    return all;
  }

  /** A user's own operation, a^2 b, element by element. */
  record SquareTimes() implements CustomOp {
    @Override
    public Shape infer(Shape... inputs) {
      return inputs[0].broadcast(inputs[1], "squareTimes");
    }

    @Override
    public NDArray forward(NDArray... inputs) {
      return inputs[0].square().mul(inputs[1]);
    }

    // da = 2 a b dc, db = a^2 dc
    @Override
    public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
      if (d.wants(0)) {
        d.add(0, inputs[0].mul(inputs[1]).mul(dOut).affine(2, 0));
      }
      if (d.wants(1)) {
        d.add(1, inputs[0].square().mul(dOut));
      }
    }
  }
}
