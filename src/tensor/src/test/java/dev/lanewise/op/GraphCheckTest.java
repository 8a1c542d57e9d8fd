package dev.lanewise.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.Indices;
import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.Views;
import dev.lanewise.kernel.Activation;
import dev.lanewise.memory.Scope;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * The gradient check of whole graphs: what {@code backward()} gathers in the leaves of random
 * graphs, to a depth of thirty operations, with diamonds, views, broadcasting, tensors used many
 * times and as both inputs of an operation, against two sweeps in double precision over local
 * slopes that are central differences: a reverse one for every element, and a forward one that
 * carries a direction along, which knows nothing of reverse order.
 */
final class GraphCheckTest {
  private static final int DEPTH = 30;

  @Property(tries = 800, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void randomGraph_againstDoublePrecision(@ForAll Random random) {
    boolean scoped = random.nextBoolean();
    Scope scope = scoped ? Scope.open() : null;
    try {
      Graph graph = new Graph(random);
      int leaves = 1 + random.nextInt(3);
      for (int i = 0; i < leaves; i++) {
        graph.leaf(1 + random.nextInt(4), 1 + random.nextInt(4));
      }
      for (int i = 0; i < 1 + random.nextInt(DEPTH); i++) {
        graph.grow();
      }
      graph.check();
    } finally {
      if (scope != null) {
        scope.close();
      }
    }
  }

  @Example
  void diamond_bothBranchesCount() {
    Graph graph = new Graph(new Random(1));
    int x = graph.leaf(2, 3);
    int left = graph.unary(x, Tensor::tanh, Math::tanh);
    int right = graph.unary(x, Tensor::exp, Math::exp);
    int joint = graph.binary(left, right, Tensor::mul, (a, b) -> a * b);
    graph.binary(joint, x, Tensor::add, Double::sum);
    graph.check();
  }

  @Example
  void oneTensor_usedManyTimes() {
    Graph graph = new Graph(new Random(2));
    int x = graph.leaf(3, 3);
    int sum = graph.binary(x, x, Tensor::mul, (a, b) -> a * b);
    for (int i = 0; i < 12; i++) {
      sum = graph.binary(sum, x, Tensor::add, Double::sum);
      graph.unary(x, Tensor::sigmoid, Reference::sigmoid);
    }
    graph.check();
  }

  @Example
  void oneTensor_asInputAndWeight() {
    Graph graph = new Graph(new Random(3));
    int x = graph.leaf(3, 3);
    graph.linear(x, x, Activation.TANH);
    graph.matmul(x, x);
    graph.check();
  }

  /** Operations on matrices, recorded by tensors and remembered as references. */
  private static final class Graph {
    private final Random random;
    private final List<Tensor> tensors = new ArrayList<>();
    private final List<Reference> references = new ArrayList<>();
    private final List<int[]> inputs = new ArrayList<>();
    private final StringBuilder listing = new StringBuilder();

    Graph(Random random) {
      this.random = random;
    }

    int leaf(int... dims) {
      NDArray values = Views.draw(random, () -> random.nextDouble(-1.5, 1.5), dims);
      double[] exact = Views.read(values);
      return put("leaf", Tensor.of(values).requiresGrad(true), x -> exact.clone());
    }

    int unary(int a, UnaryOperator<Tensor> op, DoubleUnaryOperator f) {
      return put("unary", op.apply(tensors.get(a)), Reference.map(f), a);
    }

    int binary(int a, int b, Joining op, DoubleBinaryOperator f) {
      Tensor result = op.join(tensors.get(a), tensors.get(b));
      return put("binary", result, Reference.zip(f, dims(a), dims(b), dims(result)), a, b);
    }

    int matmul(int a, int b) {
      Tensor result = tensors.get(a).matmul(tensors.get(b));
      return put("matmul", result, Reference.matmul(dims(a), dims(b), dims(result)), a, b);
    }

    int linear(int x, int w, Activation activation) {
      Tensor result = activate(activation, tensors.get(x).linear(tensors.get(w), null));
      Reference reference = Reference.linear(activation, dims(x)[0], dims(x)[1], dims(result)[1]);
      return put("linear " + activation, result, reference, x, w);
    }

    /** Adds an operation on any tensors so far. */
    void grow() {
      int a = random.nextInt(tensors.size());
      int b = random.nextInt(tensors.size());
      if (!isModest(a) || !isModest(b)) {
        return;
      }
      int[] dims = dims(a);
      switch (random.nextInt(24)) {
        case 0 -> unary(a, Tensor::tanh, Math::tanh);
        case 1 -> unary(a, Tensor::sigmoid, Reference::sigmoid);
        case 2 -> unary(a, Tensor::gelu, Reference::gelu);
        case 3 -> unary(unary(a, Tensor::tanh, Math::tanh), Tensor::exp, Math::exp);
        case 4 -> unary(above(a, 1), Tensor::log, Math::log);
        case 5 -> relu(a);
        case 6 -> unary(a, x -> x.mul(-0.75f).add(0.5f), x -> -0.75 * x + 0.5);
        case 7 -> put("transpose", tensors.get(a).transpose(), Reference.permute(swap(), dims), a);
        case 8 -> put("reshape", tensors.get(a).reshape(1, -1), x -> x[0].clone(), a);
        case 9 -> put("softmax", tensors.get(a).softmax(-1), Reference.softmax(dims[1]), a);
        case 10 -> {
          boolean[] summed = {random.nextBoolean(), true};
          int[] axes = summed[0] ? new int[0] : new int[] {1};
          put("sum", tensors.get(a).sum(axes, true), Reference.sum(summed, dims), a);
        }
        case 11 -> expanded(a);
        case 12, 13 -> product(a, b);
        case 14 -> slice(a);
        case 15 -> put("flip", tensors.get(a).flip(0, -1), turned(dims), a);
        case 16 -> concat(a, b);
        case 17 -> indexSelect(a);
        case 18 -> put("cumulativeSum", tensors.get(a).cumulativeSum(1), runningSum(dims), a);
        case 19 -> unary(a, Tensor::silu, x -> x * Reference.sigmoid(x));
        case 20 -> unary(a, Tensor::softplus, x -> Math.log1p(Math.exp(x)));
        case 21 -> unary(a, Tensor::sin, Math::sin);
        default -> joined(a, b);
      }
    }

    private void slice(int a) {
      int[] dims = dims(a);
      int axis = random.nextInt(2);
      int from = random.nextInt(dims[axis]);
      int step = 1 + random.nextInt(2);
      int[] out = dims.clone();
      out[axis] = Math.ceilDiv(dims[axis] - from, step);
      Reference reference =
          Reference.pick(
              at -> {
                at[axis] = from + at[axis] * step;
                return Views.position(at, dims);
              },
              out);
      put("slice", tensors.get(a).slice(axis, from, dims[axis], step), reference, a);
    }

    private static Reference turned(int... dims) {
      return Reference.pick(
          at -> Views.position(new int[] {dims[0] - 1 - at[0], dims[1] - 1 - at[1]}, dims), dims);
    }

    private static Reference runningSum(int... dims) {
      return x -> {
        double[] y = x[0].clone();
        for (int i = 0; i < y.length; i++) {
          y[i] += i % dims[1] == 0 ? 0 : y[i - 1];
        }
        return y;
      };
    }

    private void concat(int a, int b) {
      int[] left = dims(a);
      int[] right = dims(b);
      if (left[1] != right[1] || left[0] + right[0] > 6) {
        return;
      }
      Reference rows = x -> DoubleStream.concat(Arrays.stream(x[0]), Arrays.stream(x[1])).toArray();
      put("concat", Tensor.concat(0, tensors.get(a), tensors.get(b)), rows, a, b);
    }

    private void indexSelect(int a) {
      int[] dims = dims(a);
      int[] rows = random.ints(1 + random.nextInt(4), 0, dims[0]).toArray();
      int[] out = {rows.length, dims[1]};
      Reference reference =
          Reference.pick(at -> Views.position(new int[] {rows[at[0]], at[1]}, dims), out);
      put("indexSelect", tensors.get(a).indexSelect(0, Indices.of(rows)), reference, a);
    }

    /** Says whether a few squares and products more stay within single precision. */
    private boolean isModest(int a) {
      return Arrays.stream(Views.read(tensors.get(a).array())).allMatch(x -> Math.abs(x) < 4);
    }

    private void relu(int a) {
      // A ReLU has no slope at 0, where single and double precision may take different sides.
      if (Arrays.stream(Views.read(tensors.get(a).array())).allMatch(x -> Math.abs(x) > 1e-2)) {
        unary(a, Tensor::relu, x -> Math.max(x, 0));
      }
    }

    /** Adds the square plus {@code number}: away from 0, for a logarithm or a divisor. */
    private int above(int a, double number) {
      return unary(
          unary(a, Tensor::square, x -> x * x), x -> x.add((float) number), x -> x + number);
    }

    private void expanded(int a) {
      int[] dims = dims(a);
      int[] out = {dims[0] == 1 ? 3 : dims[0], dims[1] == 1 ? 2 : dims[1]};
      put("expand", tensors.get(a).expand(out), Reference.expand(dims, out), a);
    }

    private void product(int a, int b) {
      if (dims(a)[1] == dims(b)[0]) {
        matmul(a, b);
      } else if (dims(a)[1] == dims(b)[1]) {
        Activation activation = random.nextBoolean() ? Activation.SIGMOID : Activation.TANH;
        linear(a, b, random.nextInt(3) == 0 ? Activation.IDENTITY : activation);
      }
    }

    private void joined(int a, int b) {
      int[] left = dims(a);
      int[] right = dims(b);
      for (int axis = 0; axis < 2; axis++) {
        if (left[axis] != right[axis] && left[axis] != 1 && right[axis] != 1) {
          return;
        }
      }
      switch (random.nextInt(4)) {
        case 0 -> binary(a, b, Tensor::add, Double::sum);
        case 1 -> binary(a, b, Tensor::sub, (x, y) -> x - y);
        case 2 -> binary(a, b, Tensor::mul, (x, y) -> x * y);
        default -> binary(a, above(b, 0.5), Tensor::div, (x, y) -> x / y);
      }
    }

    /** Walks back from the sum of the means of everything, so that every branch counts. */
    void check() {
      int all = tensors.size();
      Tensor loss = Tensor.scalar(0);
      double[][] values = new double[all][];
      double[][] adjoints = new double[all][];
      double[][] magnitudes = new double[all][];
      int largest = 0;
      for (int i = 0; i < all; i++) {
        values[i] = references.get(i).value(valuesOf(values, inputs.get(i)));
        largest = Math.max(largest, values[i].length);
        adjoints[i] = new double[values[i].length];
        magnitudes[i] = new double[values[i].length];
        boolean used = i >= all - 3 || inputs.get(i).length == 0 || random.nextInt(3) == 0;
        if (used) {
          loss = loss.add(tensors.get(i).mean());
          Arrays.fill(adjoints[i], 1.0 / values[i].length);
          Arrays.fill(magnitudes[i], 1.0 / values[i].length);
        }
      }
      loss.backward();
      double[][] direction = new double[all][];
      double along = 0;
      for (int i = 0; i < all; i++) {
        double[] tangent = new double[values[i].length];
        if (inputs.get(i).length == 0) {
          Arrays.setAll(tangent, j -> random.nextDouble(-1, 1));
        }
        direction[i] = tangent;
        for (int input = 0; input < inputs.get(i).length; input++) {
          double[][] slopes = slopes(values, i, input);
          double[] from = direction[inputs.get(i)[input]];
          for (int j = 0; j < slopes.length; j++) {
            for (int o = 0; o < tangent.length; o++) {
              tangent[o] += slopes[j][o] * from[j];
            }
          }
        }
        for (int o = 0; o < tangent.length; o++) {
          along += adjoints[i][o] * tangent[o];
        }
      }
      for (int i = all - 1; i >= 0; i--) {
        int[] from = inputs.get(i);
        for (int input = 0; input < from.length; input++) {
          double[][] slopes = slopes(values, i, input);
          for (int j = 0; j < slopes.length; j++) {
            for (int o = 0; o < slopes[j].length; o++) {
              adjoints[from[input]][j] += adjoints[i][o] * slopes[j][o];
              // The slope itself is rounded, and where it cancels by more than itself.
              magnitudes[from[input]][j] +=
                  magnitudes[i][o] * (Math.abs(slopes[j][o]) + (slopes[j][o] == 0 ? 0 : 0.25));
            }
          }
        }
      }
      double gathered = 0;
      double allowed = 0;
      for (int i = 0; i < all; i++) {
        if (inputs.get(i).length == 0) {
          int roundings = (16 + largest) * all;
          compare(i, adjoints[i], magnitudes[i], roundings);
          double[] grad = Views.read(tensors.get(i).grad());
          for (int j = 0; j < grad.length; j++) {
            gathered += grad[j] * direction[i][j];
            allowed += 0x1p-24 * roundings * magnitudes[i][j] * Math.abs(direction[i][j]);
          }
        }
      }
      assertThat(gathered)
          .as("the slope along a direction of%s", listing)
          .isCloseTo(along, within(allowed));
    }

    private double[][] slopes(double[][] values, int i, int input) {
      return Jacobian.of(references.get(i), input, valuesOf(values, inputs.get(i)));
    }

    /** The tolerance is half an ulp of the magnitudes of all paths for each rounding on a path. */
    private void compare(int leaf, double[] adjoint, double[] magnitude, int roundings) {
      NDArray grad = tensors.get(leaf).grad();
      assertThat(grad).as("the gradient of leaf %s in%s", leaf, listing).isNotNull();
      double[] computed = Views.read(grad);
      assertThat(computed).hasSameSizeAs(adjoint);
      for (int j = 0; j < adjoint.length; j++) {
        assertThat(computed[j])
            .as("element %s of the gradient of leaf %s in%s", j, leaf, listing)
            .isCloseTo(adjoint[j], within(0x1p-24 * roundings * magnitude[j]));
      }
    }

    private int put(String name, Tensor tensor, Reference reference, int... from) {
      tensors.add(tensor);
      references.add(reference);
      inputs.add(from);
      listing.append(
          String.format(
              "%n  %d = %s %s -> %s",
              tensors.size() - 1, name, Arrays.toString(from), tensor.shape()));
      return tensors.size() - 1;
    }

    private int[] dims(int tensor) {
      return dims(tensors.get(tensor));
    }

    private static int[] dims(Tensor tensor) {
      Shape shape = tensor.shape();
      return shape.toArray();
    }

    private static int[] swap() {
      return new int[] {1, 0};
    }

    private static Tensor activate(Activation activation, Tensor tensor) {
      return switch (activation) {
        case IDENTITY -> tensor;
        case RELU -> tensor.relu();
        case SIGMOID -> tensor.sigmoid();
        case TANH -> tensor.tanh();
        case GELU -> tensor.gelu();
      };
    }

    private static double[][] valuesOf(double[][] values, int... indices) {
      return Arrays.stream(indices).mapToObj(i -> values[i]).toArray(double[][]::new);
    }
  }

  @FunctionalInterface
  private interface Joining {
    Tensor join(Tensor a, Tensor b);
  }
}
