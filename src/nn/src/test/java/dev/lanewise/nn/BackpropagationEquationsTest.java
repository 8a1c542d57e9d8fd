package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.NDArray;
import dev.lanewise.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;

/**
 * Nielsen's four equations of backpropagation (Neural Networks and Deep Learning, chapter 2), by
 * plain double loops, are what {@code backward()} computes.
 *
 * <pre>
 *   BP1  delta^L = grad_a C * sigma'(z^L)
 *   BP2  delta^l = ((w^{l+1})' delta^{l+1}) * sigma'(z^l)
 *   BP3  dC/db^l_j = delta^l_j
 *   BP4  dC/dw^l_jk = a^{l-1}_k delta^l_j
 * </pre>
 *
 * with C the mean of the squared differences over the batch, so that BP3 and BP4 add up over it.
 */
final class BackpropagationEquationsTest {
  private enum Sigma {
    IDENTITY,
    RELU,
    SIGMOID,
    TANH;

    double value(double z) {
      return switch (this) {
        case IDENTITY -> z;
        case RELU -> Math.max(z, 0);
        case SIGMOID -> 1 / (1 + Math.exp(-z));
        case TANH -> Math.tanh(z);
      };
    }

    double slope(double z) {
      return switch (this) {
        case IDENTITY -> 1;
        case RELU -> z > 0 ? 1 : 0;
        case SIGMOID -> value(z) * (1 - value(z));
        case TANH -> 1 - Math.tanh(z) * Math.tanh(z);
      };
    }

    Tensor of(Tensor z) {
      return switch (this) {
        case IDENTITY -> z;
        case RELU -> z.relu();
        case SIGMOID -> z.sigmoid();
        case TANH -> z.tanh();
      };
    }
  }

  @Property(tries = 120, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void backward_isTheFourEquations(
      @ForAll @IntRange(min = 1, max = 6) int depth, @ForAll Random random) {
    int batch = 1 + random.nextInt(random.nextBoolean() ? 4 : 48);
    int[] widths = random.ints(depth + 1, 1, 41).toArray();
    Sigma[] sigma = new Sigma[depth];
    Arrays.setAll(sigma, l -> Sigma.values()[random.nextInt(4)]);
    Linear[] layers = new Linear[depth];
    Arrays.setAll(layers, l -> new Linear(widths[l], widths[l + 1], true, random));
    NDArray x = drawn(random, batch, widths[0]);
    NDArray y = drawn(random, batch, widths[depth]);

    Equations truth = new Equations(layers, sigma, matrix(x), matrix(y));
    if (truth.nearKink) {
      return;
    }
    Tensor a = Tensor.of(x).requiresGrad(true);
    Tensor input = a;
    for (int l = 0; l < depth; l++) {
      a = sigma[l].of(layers[l].forward(a));
    }
    Tensor loss = Losses.mse(a, Tensor.of(y));
    loss.backward();

    for (int l = 0; l < depth; l++) {
      String where = "layer " + l + " of " + Arrays.toString(widths) + Arrays.toString(sigma);
      compare("BP3 " + where, layers[l].bias().grad(), truth.biases[l], truth.biasScale[l], depth);
      compare(
          "BP4 " + where, layers[l].weight().grad(), truth.weights[l], truth.weightScale[l], depth);
    }
    compare("BP2 for the input", input.grad(), truth.input, truth.inputScale, depth);
    // As many roundings as the deepest sum has terms, on numbers of the size of the loss.
    assertThat((double) loss.item())
        .isCloseTo(truth.cost, within(0x1p-24 * 64 * depth * Math.max(truth.cost, 1)));
  }

  /**
   * The tolerance is half an ulp of the magnitudes that were added up, for each of the up to 48
   * terms of a sum and the few roundings of an activation, layer by layer forward and backward.
   */
  private static void compare(
      String what, NDArray computed, double[] expected, double[] magnitude, int depth) {
    float[] values = computed.toFloatArray();
    assertThat(values).as(what).hasSize(expected.length);
    for (int i = 0; i < values.length; i++) {
      assertThat((double) values[i])
          .as("%s, element %s", what, i)
          .isCloseTo(expected[i], within(0x1p-24 * 2 * 64 * depth * magnitude[i]));
    }
  }

  /** The equations; magnitudes are the same sums with every term positive. */
  private static final class Equations {
    final double[][] biases;
    final double[][] biasScale;
    final double[][] weights;
    final double[][] weightScale;
    double[] input;
    double[] inputScale;
    double cost;
    boolean nearKink;

    Equations(Linear[] layers, Sigma[] sigma, double[][] x, double[][] target) {
      int depth = layers.length;
      int batch = x.length;
      biases = new double[depth][];
      biasScale = new double[depth][];
      weights = new double[depth][];
      weightScale = new double[depth][];
      double[][][] a = new double[depth + 1][][];
      double[][][] z = new double[depth][][];
      double[][][] w = new double[depth][][];
      a[0] = x;
      for (int l = 0; l < depth; l++) {
        w[l] = matrix(layers[l].weight().array());
        float[] b = layers[l].bias().array().toFloatArray();
        z[l] = new double[batch][b.length];
        a[l + 1] = new double[batch][b.length];
        for (int n = 0; n < batch; n++) {
          for (int j = 0; j < b.length; j++) {
            double sum = b[j];
            for (int k = 0; k < a[l][n].length; k++) {
              sum += w[l][j][k] * a[l][n][k];
            }
            z[l][n][j] = sum;
            a[l + 1][n][j] = sigma[l].value(sum);
            // Single and double precision may take different sides of the kink.
            nearKink |= sigma[l] == Sigma.RELU && Math.abs(sum) < 1e-5;
          }
        }
      }
      int outputs = target[0].length;
      double[][] delta = new double[batch][outputs];
      double[][] scale = new double[batch][outputs];
      for (int n = 0; n < batch; n++) {
        for (int j = 0; j < outputs; j++) {
          double difference = a[depth][n][j] - target[n][j];
          cost += difference * difference / (batch * outputs);
          double slope = sigma[depth - 1].slope(z[depth - 1][n][j]);
          delta[n][j] = 2 * difference / (batch * outputs) * slope;
          scale[n][j] = 2 * (Math.abs(a[depth][n][j]) + Math.abs(target[n][j])) / (batch * outputs);
        }
      }
      for (int l = depth - 1; l >= 0; l--) {
        int out = w[l].length;
        int in = w[l][0].length;
        biases[l] = new double[out];
        biasScale[l] = new double[out];
        weights[l] = new double[out * in];
        weightScale[l] = new double[out * in];
        double[][] previous = new double[batch][in];
        double[][] previousScale = new double[batch][in];
        for (int n = 0; n < batch; n++) {
          for (int j = 0; j < out; j++) {
            biases[l][j] += delta[n][j];
            biasScale[l][j] += scale[n][j];
            for (int k = 0; k < in; k++) {
              weights[l][j * in + k] += a[l][n][k] * delta[n][j];
              weightScale[l][j * in + k] += Math.max(Math.abs(a[l][n][k]), 0.1) * scale[n][j];
              previous[n][k] += w[l][j][k] * delta[n][j];
              previousScale[n][k] += Math.abs(w[l][j][k]) * scale[n][j];
            }
          }
          for (int k = 0; l > 0 && k < in; k++) {
            previous[n][k] *= sigma[l - 1].slope(z[l - 1][n][k]);
          }
        }
        delta = previous;
        scale = previousScale;
      }
      input = Arrays.stream(delta).flatMapToDouble(Arrays::stream).toArray();
      inputScale = Arrays.stream(scale).flatMapToDouble(Arrays::stream).toArray();
    }
  }

  private static NDArray drawn(Random random, int rows, int cols) {
    float[] values = new float[rows * cols];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat(-1, 1);
    }
    return NDArray.of(values, rows, cols);
  }

  private static double[][] matrix(NDArray array) {
    double[][] rows = new double[array.shape().dim(0)][array.shape().dim(1)];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        rows[i][j] = array.get(i, j);
      }
    }
    return rows;
  }
}
