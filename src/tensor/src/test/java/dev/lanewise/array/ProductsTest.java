package dev.lanewise.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.kernel.Activation;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Matrix products of views of every kind, against a double loop. */
final class ProductsTest {
  @Property(tries = 600, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void matmul_broadcastsTheBatch(@ForAll Random random) {
    int[] batch = random.ints(random.nextInt(3), 0, 4).toArray();
    int[] a = append(narrowed(random, batch), length(random), length(random));
    int[] b = append(narrowed(random, batch), a[a.length - 1], length(random));
    NDArray left = drawn(random, a);
    NDArray right = drawn(random, b);
    NDArray product = left.matmul(right);

    int m = a[a.length - 2];
    int n = b[b.length - 1];
    int[] stack =
        Shape.of(Arrays.copyOf(a, a.length - 2))
            .broadcast(Shape.of(Arrays.copyOf(b, b.length - 2)), "test")
            .toArray();
    int[] out = append(stack, m, n);
    assertThat(product.shape()).isEqualTo(Shape.of(out));
    for (int s = 0; s < Views.size(stack); s++) {
      int[] at = Views.index(s, stack);
      check(matrix(product, at), matrix(left, at), matrix(right, at), 0, null);
    }
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void multiply_intoTransposedOutputs_withBeta(@ForAll Random random) {
    int m = length(random);
    int n = length(random);
    int k = length(random);
    NDArray a = drawn(random, m, k);
    NDArray b = drawn(random, k, n);
    float beta = random.nextInt(3) - 1;
    NDArray c =
        random.nextBoolean()
            ? drawnOnce(random, m, n)
            : drawnOnce(random, n + 3, m).slice(0, 2, n + 2).transpose();
    double[] before = Views.read(c);
    if (beta == 0) {
      c.copyFrom(NDArray.full(Shape.of(m, n), Float.NaN));
      before = new double[before.length];
    }
    multiply(random, a, b, beta, c, null, Activation.IDENTITY);
    check(c, a, b, beta, before);
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void multiply_withBiasAndActivation(@ForAll Random random) {
    int m = length(random);
    int n = length(random);
    int k = length(random);
    NDArray a = drawn(random, m, k);
    NDArray b = drawn(random, k, n);
    NDArray bias = drawnOnce(random, n);
    NDArray c = drawnOnce(random, m, n);
    multiply(random, a, b, 0, c, bias, Activation.RELU);
    double[] start = new double[m * n];
    Arrays.setAll(start, i -> bias.get(i % n));
    NDArray unclipped = NDArray.empty(Shape.of(m, n));
    multiply(random, a, b, 0, unclipped, bias, Activation.IDENTITY);
    check(unclipped, a, b, 1, start);
    for (int i = 0; i < m * n; i++) {
      assertThat(c.get(i / n, i % n)).isEqualTo(Math.max(unclipped.get(i / n, i % n), 0));
    }
  }

  @Example
  void multiply_biasIntoColumns_isRefused() {
    NDArray square = NDArray.zeros(Shape.of(3, 3));
    NDArray bias = NDArray.zeros(Shape.of(3));
    assertThatThrownBy(() ->
            multiply(new Random(1), square, square, 0, square.transpose(), bias, Activation.RELU))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "a product is written into contiguous rows, which this view of shape [3, 3] does not"
                + " have");
  }

  @Example
  void matmul_emptyInner_isZero() {
    NDArray zeros = NDArray.zeros(Shape.of(2, 0)).matmul(NDArray.zeros(Shape.of(0, 3)));
    assertThat(zeros.shape()).isEqualTo(Shape.of(2, 3));
    assertThat(zeros.toFloatArray()).containsOnly(0);
  }

  @Example
  void matmul_errorsNameBothShapes() {
    NDArray a = NDArray.zeros(Shape.of(2, 3));
    assertThatThrownBy(() -> a.matmul(a))
        .isInstanceOf(ShapeException.class)
        .hasMessage("matmul: shapes [2, 3] and [2, 3] do not fit: 3 columns against 2 rows");
    assertThatThrownBy(() -> a.matmul(NDArray.scalar(1)))
        .hasMessage("matmul: shapes [2, 3] and [] are not both matrices");
  }

  /** Multiplies, with each operand as it is or as the transpose of its transpose. */
  private static void multiply(
      Random random, NDArray a, NDArray b, float beta, NDArray c, NDArray bias, Activation act) {
    boolean ta = random.nextBoolean();
    boolean tb = random.nextBoolean();
    Products.multiply(ta ? a.transpose() : a, ta, tb ? b.transpose() : b, tb, beta, c, bias, act);
  }

  /**
   * Compares {@code c} with {@code a b + beta before}; k terms and the start are added with at most
   * k + 2 roundings of half an ulp of the sum of their magnitudes.
   */
  private static void check(NDArray c, NDArray a, NDArray b, float beta, double[] before) {
    int m = a.shape().dim(0);
    int k = a.shape().dim(1);
    int n = b.shape().dim(1);
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = beta == 0 ? 0 : beta * before[i * n + j];
        double magnitude = Math.abs(sum);
        for (int p = 0; p < k; p++) {
          double term = (double) a.get(i, p) * b.get(p, j);
          sum += term;
          magnitude += Math.abs(term);
        }
        assertThat((double) c.get(i, j))
            .as("row %s, column %s of [%s, %s] times [%s, %s]", i, j, m, k, k, n)
            .isCloseTo(sum, within(0x1p-24 * (k + 2) * magnitude));
      }
    }
  }

  /** Returns the matrix that broadcasting puts at {@code stack} of the leading axes. */
  private static NDArray matrix(NDArray array, int... stack) {
    NDArray view = array;
    int missing = stack.length - (array.rank() - 2);
    for (int axis = 0; axis < array.rank() - 2; axis++) {
      int at = array.shape().dim(axis) == 1 ? 0 : stack[missing + axis];
      view = view.slice(axis, at, at + 1);
    }
    return view.reshape(array.shape().dim(-2), array.shape().dim(-1));
  }

  private static NDArray drawn(Random random, int... dims) {
    return Views.draw(random, () -> random.nextFloat(-2, 2), dims);
  }

  private static NDArray drawnOnce(Random random, int... dims) {
    return Views.contiguous(() -> random.nextFloat(-2, 2), dims);
  }

  private static int length(Random random) {
    return random.nextInt(16) == 0 ? 0 : 1 + random.nextInt(random.nextInt(4) == 0 ? 70 : 9);
  }

  private static int[] narrowed(Random random, int... dims) {
    int missing = random.nextInt(dims.length + 1);
    int[] narrow = Arrays.copyOfRange(dims, random.nextBoolean() ? missing : 0, dims.length);
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
}
