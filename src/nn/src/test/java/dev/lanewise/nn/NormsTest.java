package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Normalizations against plain loops, and what batch norm keeps. */
final class NormsTest {
  // Sums over some 20 elements, and a quotient by a deviation of the size of 1.
  private static final int ROUNDINGS = 96;

  @Test
  void layerNorm_isItsFormula() {
    Random random = new Random(1);
    LayerNorm norm = new LayerNorm(3, 4);
    Exact exact = in -> Exact.layerNorm(in[0], 12, in[1], in[2], 1e-5);
    exact.check(
        ROUNDINGS,
        in -> norm.forward(in[0]),
        Exact.inputs(random, norm, Exact.draw(random, 2, 5, 3, 4)));
    assertThat(norm.stateDict().keySet()).containsExactly("weight", "bias");
    assertThat(norm.weight().shape()).isEqualTo(Shape.of(3, 4));
    assertThat(norm.bias().shape()).isEqualTo(Shape.of(3, 4));
  }

  @Test
  void layerNorm_withoutBias_orWithoutBoth() {
    Random random = new Random(1);
    Tensor x = Exact.draw(random, 2, 6);
    LayerNorm bare = new LayerNorm(Shape.of(6), 0.5, false, true);
    Exact plain = in -> Exact.layerNorm(in[0], 6, full(6, 1), full(6, 0), 0.5);
    plain.check(ROUNDINGS, in -> bare.forward(in[0]), x);
    assertThat(bare.stateDict()).isEmpty();
    LayerNorm unbiased = new LayerNorm(Shape.of(6), 0.5, true, false);
    Exact weighted = in -> Exact.layerNorm(in[0], 6, in[1], full(6, 0), 0.5);
    weighted.check(ROUNDINGS, in -> unbiased.forward(in[0]), Exact.inputs(random, unbiased, x));
    assertThat(unbiased.stateDict().keySet()).containsExactly("weight");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rmsNorm_isItsFormula(boolean weighted) {
    Random random = new Random(1);
    RmsNorm norm = weighted ? new RmsNorm(6) : new RmsNorm(Shape.of(6), 0x1p-23, false);
    Exact exact =
        in -> {
          double[] y = new double[in[0].length];
          for (int i = 0; i < y.length; i++) {
            double squares = 0;
            for (int j = i / 6 * 6; j < i / 6 * 6 + 6; j++) {
              squares += in[0][j] * in[0][j];
            }
            double w = weighted ? in[1][i % 6] : 1;
            y[i] = in[0][i] / Math.sqrt(squares / 6 + 0x1p-23) * w;
          }
          return y;
        };
    exact.check(
        ROUNDINGS,
        in -> norm.forward(in[0]),
        Exact.inputs(random, norm, Exact.draw(random, 2, 3, 6)));
    assertThat(norm.stateDict().size()).isEqualTo(weighted ? 1 : 0);
  }

  @ParameterizedTest
  @CsvSource({"1, true", "2, true", "4, true", "2, false"})
  void groupNorm_isItsFormula(int groups, boolean affine) {
    Random random = new Random(1);
    GroupNorm norm = new GroupNorm(groups, 4, 1e-5, affine);
    int places = 6;
    int size = 4 / groups * places;
    Exact exact =
        in -> {
          double[] y = Exact.layerNorm(in[0], size, full(size, 1), full(size, 0), 1e-5);
          return affine ? scaled(y, places, in[1], in[2]) : y;
        };
    exact.check(
        ROUNDINGS,
        in -> norm.forward(in[0]),
        Exact.inputs(random, norm, Exact.draw(random, 3, 4, 2, 3)));
    assertThat(norm.forward(Tensor.ones(5, 4)).shape()).isEqualTo(Shape.of(5, 4));
    assertThat(norm.stateDict().size()).isEqualTo(affine ? 2 : 0);
  }

  @ParameterizedTest
  @CsvSource({"true, 1", "true, 6", "false, 6"})
  void batchNorm_inTraining_isItsFormula(boolean affine, int places) {
    Random random = new Random(1);
    Module norm =
        places == 1 ? new BatchNorm1d(4, 1e-5, 0.1, affine) : new BatchNorm2d(4, 1e-5, 0.1, affine);
    Tensor x = places == 1 ? Exact.draw(random, 5, 4) : Exact.draw(random, 3, 4, 2, 3);
    Exact exact =
        in -> {
          double[] mean = means(in[0], places);
          double[] variance = variances(in[0], places, 0);
          double[] y = normalized(in[0], places, mean, variance);
          return affine ? scaled(y, places, in[1], in[2]) : y;
        };
    exact.check(ROUNDINGS, in -> norm.forward(in[0]), Exact.inputs(random, norm, x));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 6})
  void batchNorm_inEvaluation_isByWhatItKept(int places) {
    Random random = new Random(1);
    Module norm = places == 1 ? new BatchNorm1d(4) : new BatchNorm2d(4);
    double[] mean = full(4, 0);
    double[] variance = full(4, 1);
    for (int batch = 0; batch < 3; batch++) {
      Tensor x = draw(random, places);
      norm.forward(x);
      double[] exact = Exact.widen(x.toFloatArray());
      Arrays.setAll(mean, c -> 0.9 * mean[c] + 0.1 * means(exact, places)[c]);
      Arrays.setAll(variance, c -> 0.9 * variance[c] + 0.1 * variances(exact, places, 1)[c]);
    }
    for (int c = 0; c < 4; c++) {
      // Sums of at most 18 numbers of the size of 1, then three products and sums.
      assertThat((double) norm.namedBuffers().get("running_mean").get(c))
          .isCloseTo(mean[c], within(0x1p-24 * 32));
      assertThat((double) norm.namedBuffers().get("running_var").get(c))
          .isCloseTo(variance[c], within(0x1p-24 * 32));
    }
    assertThat(norm.namedBuffers().get("num_batches_tracked").item()).isEqualTo(3);

    norm.eval();
    Exact exact = in -> scaled(normalized(in[0], places, mean, variance), places, in[1], in[2]);
    exact.check(
        ROUNDINGS, in -> norm.forward(in[0]), Exact.inputs(random, norm, draw(random, places)));
    assertThat(norm.namedBuffers().get("num_batches_tracked").item()).isEqualTo(3);
  }

  @Test
  void batchNorm_stateDict_isPyTorchs_andRoundTrips() {
    BatchNorm1d from = new BatchNorm1d(3);
    from.forward(Exact.draw(new Random(1), 7, 3, 2));
    assertThat(from.stateDict().keySet())
        .containsExactly("weight", "bias", "running_mean", "running_var", "num_batches_tracked");
    assertThat(from.stateDict().values().stream().map(NDArray::shape))
        .containsExactly(Shape.of(3), Shape.of(3), Shape.of(3), Shape.of(3), Shape.SCALAR);
    assertThat(from.parameters()).hasSize(2);
    BatchNorm1d to = new BatchNorm1d(3);
    to.loadStateDict(from.stateDict());
    from.eval();
    to.eval();
    Tensor x = Exact.draw(new Random(2), 1, 3);
    assertThat(to.forward(x).toFloatArray()).isEqualTo(from.forward(x).toFloatArray());
  }

  @Test
  void errors_areSentences() {
    assertThatThrownBy(() -> new LayerNorm(4).forward(Tensor.ones(2, 3)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("LayerNorm: input [2, 3] does not end in [4]");
    assertThatThrownBy(
            () -> new LayerNorm(Shape.of(2, 3), 1e-5, false, false).forward(Tensor.ones(3)))
        .isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> new RmsNorm(4).forward(Tensor.ones(2, 3)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("RmsNorm: input [2, 3] does not end in [4]");
    assertThatThrownBy(() -> new GroupNorm(3, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("4 channels cannot be cut into 3 equal groups");
    assertThatThrownBy(() -> new GroupNorm(2, 4).forward(Tensor.ones(2, 3)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("GroupNorm: input [2, 3] is not [samples, 4, ...]");
    assertThatThrownBy(() -> new BatchNorm2d(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a norm of 0 channels has none");
    assertThatThrownBy(() -> new BatchNorm2d(3, 1e-5, 1.5, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the momentum of a batch norm must be from 0 to 1, not 1.5");
    assertThatThrownBy(() -> new BatchNorm2d(3).forward(Tensor.ones(2, 3)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("BatchNorm2d: input [2, 3] is not [samples, 3, height, width]");
    assertThatThrownBy(() -> new BatchNorm1d(3).forward(Tensor.ones(2, 3, 4, 5)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("BatchNorm1d: input [2, 3, 4, 5] is not [samples, 3, ...]");
    assertThatThrownBy(() -> new BatchNorm1d(3).forward(Tensor.ones(1, 3)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "BatchNorm1d: input [1, 3] has one value for each channel at most, and so no variance"
                + " to train with");
  }

  private static Tensor draw(Random random, int places) {
    return places == 1 ? Exact.draw(random, 5, 4) : Exact.draw(random, 3, 4, 2, 3);
  }

  private static double[] full(int n, double value) {
    double[] full = new double[n];
    Arrays.fill(full, value);
    return full;
  }

  /** Returns the mean of each of 4 channels of [samples, 4, places]. */
  private static double[] means(double[] x, int places) {
    double[] means = new double[4];
    for (int i = 0; i < x.length; i++) {
      means[i / places % 4] += x[i] / (x.length / 4.0);
    }
    return means;
  }

  private static double[] variances(double[] x, int places, int correction) {
    double[] means = means(x, places);
    double[] variances = new double[4];
    for (int i = 0; i < x.length; i++) {
      double d = x[i] - means[i / places % 4];
      variances[i / places % 4] += d * d / (x.length / 4.0 - correction);
    }
    return variances;
  }

  private static double[] normalized(double[] x, int places, double[] mean, double[] variance) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int c = i / places % 4;
      y[i] = (x[i] - mean[c]) / Math.sqrt(variance[c] + 1e-5);
    }
    return y;
  }

  private static double[] scaled(double[] x, int places, double[] weight, double[] bias) {
    double[] y = new double[x.length];
    Arrays.setAll(y, i -> x[i] * weight[i / places % 4] + bias[i / places % 4]);
    return y;
  }
}
