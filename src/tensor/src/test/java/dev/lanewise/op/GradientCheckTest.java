package dev.lanewise.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.Views;
import dev.lanewise.kernel.Activation;
import dev.lanewise.op.pointwise.Relu;
import dev.lanewise.op.product.LinearAct;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/**
 * The gradient check of every operation, on calls drawn by {@link Samples}: shape, value and
 * vector-Jacobian product against a reference in double precision.
 *
 * <p>A tolerance is the bound on what rounding can do: half an ulp, 2^-24, of the sum of the terms'
 * magnitudes, for each of the roundings on the way to an element. These are one a term, and at most
 * {@link #ROUNDINGS} for the function itself, the polynomials of exp, tanh and erf included. Terms
 * of the size of the largest input or cotangent may cancel, as in x - log(sum(e^x)) and in y (dy -
 * sum(y dy)), and count as well.
 */
final class GradientCheckTest {
  private static final double HALF_ULP = 0x1p-24;
  private static final int ROUNDINGS = 16;

  @Provide
  Arbitrary<Class<?>> operations() {
    return Arbitraries.of(Operations.all());
  }

  @Example
  void everyOp_hasSamples() {
    assertThat(Operations.all())
        .as("operations; Samples makes the calls that are checked")
        .hasSizeGreaterThan(20)
        .allMatch(Samples::has);
  }

  @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void valueAndVjp_againstDoublePrecision(
      @ForAll("operations") Class<?> operation, @ForAll Random random) {
    Sample sample = Samples.of(operation, random);
    double[][] x = sample.values();
    Shape inferred = sample.op().infer(sample.shapes());
    NDArray out = sample.op().forward(sample.inputs());
    assertThat(out.shape()).as("the shape of %s", sample).isEqualTo(inferred);

    NDArray dOut = Views.draw(random, () -> random.nextDouble(-2, 2), inferred.toArray());
    double[] dy = Views.read(dOut);
    Gathered gathered = new Gathered(random, false, sample.inputs());
    sample.op().vjp(sample.inputs(), out, dOut, gathered);

    assertThat(sample.values()).as("the inputs of %s, which stay", sample).isDeepEqualTo(x);
    assertThat(Views.read(dOut)).as("the cotangent of %s, which stays", sample).isEqualTo(dy);
    double[] value = sample.reference().value(x);
    double largest = Stream.of(x).flatMapToDouble(Arrays::stream).map(Math::abs).max().orElse(0);
    double[] magnitude = Arrays.stream(value).map(y -> Math.abs(y) + largest).toArray();
    for (int input = 0; input < x.length; input++) {
      double[][] slopes = Jacobian.of(sample.reference(), input, x);
      for (int i = 0; i < slopes.length; i++) {
        for (int o = 0; o < value.length; o++) {
          magnitude[o] += Math.abs(x[input][i] * slopes[i][o]);
        }
      }
      if (gathered.wants(input)) {
        checkCotangent(sample, input, slopes, dy, gathered.of(input));
      }
    }
    checkValue(sample, value, magnitude, Views.read(out));
  }

  @Property(tries = 1500, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void vjp_sameBitsWhereItOwnsTheCotangent(
      @ForAll("operations") Class<?> operation, @ForAll Random random) {
    Sample sample = Samples.of(operation, random);
    NDArray out = sample.op().forward(sample.inputs());
    NDArray dOut = Views.contiguous(() -> random.nextDouble(-2, 2), out.shape().toArray());
    long seed = random.nextLong();
    Gathered owning = new Gathered(new Random(seed), true, sample.inputs());
    Gathered lent = new Gathered(new Random(seed), false, sample.inputs());
    // The owner first: whatever else it wrote to would show in what the other computes.
    sample.op().vjp(sample.inputs(), out, dOut.copy(), owning);
    sample.op().vjp(sample.inputs(), out, dOut, lent);
    for (int input = 0; input < sample.inputs().length; input++) {
      assertThat(owning.of(input))
          .as("cotangent %s of %s", input, sample)
          .isEqualTo(lent.of(input));
    }
  }

  private static void checkValue(
      Sample sample, double[] value, double[] magnitude, double[] computed) {
    assertThat(computed).as("the value of %s", sample).hasSameSizeAs(value);
    for (int o = 0; o < value.length; o++) {
      double rounding = HALF_ULP * (sample.terms() + ROUNDINGS) * magnitude[o];
      assertThat(computed[o])
          .as("element %s of the value of %s", o, sample)
          .isCloseTo(value[o], within(rounding));
    }
  }

  private static void checkCotangent(
      Sample sample, int input, double[][] slopes, double[] dy, double[] computed) {
    assertThat(computed).as("cotangent %s of %s", input, sample).hasSameSizeAs(slopes);
    double largest = Arrays.stream(dy).map(Math::abs).max().orElse(0);
    for (int i = 0; i < slopes.length; i++) {
      double sum = 0;
      double magnitude = largest + 1;
      int terms = 0;
      for (int o = 0; o < dy.length; o++) {
        sum += dy[o] * slopes[i][o];
        magnitude += Math.abs(dy[o] * slopes[i][o]);
        terms += slopes[i][o] == 0 ? 0 : 1;
      }
      double rounding = HALF_ULP * (terms + ROUNDINGS) * magnitude;
      assertThat(computed[i])
          .as("element %s of cotangent %s of %s", i, input, sample)
          .isCloseTo(sum, within(rounding));
    }
  }

  @Example
  void relu_slopeAtZeroIsZero() {
    NDArray x = NDArray.of(new float[] {0, -0f, 1}, 3, 1);
    NDArray one = NDArray.of(new float[] {1}, 1, 1);
    assertThat(slopes(new Relu(), x)).containsExactly(0, 0, 1);
    assertThat(slopes(new LinearAct(Activation.RELU), x, one)).containsExactly(0, 0, 1);
  }

  @Example
  void fusedGelu_refusesBackward() {
    NDArray one = NDArray.of(new float[] {1}, 1, 1);
    assertThatThrownBy(() -> slopes(new LinearAct(Activation.GELU), one, one))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the gradient of GELU needs the input of the activation");
  }

  /** Returns the first cotangent where the result's is all ones. */
  private static double[] slopes(Op op, NDArray... inputs) {
    Gathered gathered = Gathered.all(inputs);
    NDArray out = op.forward(inputs);
    op.vjp(inputs, out, NDArray.full(out.shape(), 1), gathered);
    return gathered.of(0);
  }
}
