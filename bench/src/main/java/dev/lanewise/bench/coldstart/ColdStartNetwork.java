package dev.lanewise.bench.coldstart;

import dev.lanewise.bench.Inputs;
import dev.lanewise.bench.Mlp;

/**
 * The network that every contender predicts with: the same weights and the same input, and the
 * output that is right.
 */
public final class ColdStartNetwork {
  /** The sizes of its layers, as words. */
  public static final String SIZES = "64-128-128-64-10";

  /**
   * How far an output may be from the right one. It is a sigmoid of sums of at most 128 terms in
   * float32, some tens of ulps of 6e-8 after four layers; a wrong weight moves it by far more.
   */
  private static final double TOLERANCE = 1e-5;

  private static final int[] WIDTHS = Mlp.sizes(SIZES);

  private ColdStartNetwork() {}

  /** Returns the number of layers, which are counted from 0. */
  public static int layers() {
    return WIDTHS.length - 1;
  }

  /** Returns how many values go into a layer. */
  public static int in(int layer) {
    return WIDTHS[layer];
  }

  /** Returns how many values come out of a layer. */
  public static int out(int layer) {
    return WIDTHS[layer + 1];
  }

  /** Returns a layer's weights, [out, in]. */
  public static float[] weight(int layer) {
    float[] values = Inputs.floats(in(layer) * out(layer), 100 + layer);
    float scale = (float) (1 / Math.sqrt(in(layer)));
    for (int i = 0; i < values.length; i++) {
      values[i] *= scale;
    }
    return values;
  }

  /** Returns a layer's biases. */
  public static float[] bias(int layer) {
    return Inputs.floats(out(layer), 200 + layer);
  }

  /** Returns the one row to predict from. */
  public static float[] input() {
    return Inputs.floats(WIDTHS[0], 1);
  }

  /** The output by plain loops in double precision. */
  static double[] expected() {
    float[] input = input();
    double[] values = new double[input.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = input[i];
    }
    for (int layer = 0; layer < layers(); layer++) {
      float[] weight = weight(layer);
      float[] bias = bias(layer);
      double[] next = new double[out(layer)];
      for (int j = 0; j < next.length; j++) {
        double sum = bias[j];
        for (int i = 0; i < values.length; i++) {
          sum += values[i] * weight[j * values.length + i];
        }
        next[j] = layer == 0 ? Math.max(0, sum) : 1 / (1 + Math.exp(-sum));
      }
      values = next;
    }
    return values;
  }

  /** Whether a prediction is right. */
  static boolean isRight(double[] output) {
    double[] expected = expected();
    if (output.length != expected.length) {
      return false;
    }
    for (int i = 0; i < output.length; i++) {
      if (!(Math.abs(output[i] - expected[i]) <= TOLERANCE)) {
        return false;
      }
    }
    return true;
  }
}
