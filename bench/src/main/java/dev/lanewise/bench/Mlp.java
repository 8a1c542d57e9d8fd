package dev.lanewise.bench;

import dev.lanewise.infer.Predictor;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Module;
import dev.lanewise.optim.Adam;
import dev.lanewise.optim.Optimizer;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The mission's network of any sizes: ReLU after the first layer, sigmoid after the others. Its
 * initial weights are the same at every run.
 */
public final class Mlp extends Module {
  private final List<Linear> layers = new ArrayList<>();
  private final Optimizer optimizer;

  /** Makes a network of layers from each size to the next, trained by Adam at rate 0.001. */
  public Mlp(int... sizes) {
    for (int i = 1; i < sizes.length; i++) {
      Linear layer = new Linear(sizes[i - 1], sizes[i], true, new SplittableRandom(i));
      layers.add(register("fc" + i, layer));
    }
    optimizer = new Adam(parameters(), 0.001);
  }

  /** Returns the layers, first to last. */
  public List<Linear> layers() {
    return Collections.unmodifiableList(layers);
  }

  /** Returns a predictor of this network as it is now. */
  public Predictor predictor() {
    return Predictor.of(this, layers.getFirst().weight().shape().dim(1));
  }

  /** Returns sizes such as 64-128-128-64-10. */
  public static int[] sizes(String text) {
    return Arrays.stream(text.split("-", -1)).mapToInt(Integer::parseInt).toArray();
  }

  /**
   * Returns {@code rows} rows of inputs for a network of the given sizes. For up to 1,024 rows of
   * the benchmarks' networks no unit of the first layer is nearer to zero than 1e-6: rounding does
   * not decide for which rows ReLU passes a gradient, which Adam's first step would blow up.
   */
  public static float[] inputs(int[] sizes, int rows) {
    return Inputs.floats(rows * sizes[0], 11);
  }

  /** Returns {@code rows} rows of targets for a network of the given sizes. */
  public static float[] targets(int[] sizes, int rows) {
    return Inputs.floats(rows * sizes[sizes.length - 1], 2);
  }

  @Override
  public Tensor forward(Tensor input) {
    Tensor hidden = layers.getFirst().forward(input).relu();
    for (Linear layer : layers.subList(1, layers.size())) {
      hidden = layer.forward(hidden).sigmoid();
    }
    return hidden;
  }

  /** Trains on one batch: forward, mean squared error, backward, a step of Adam. */
  public void train(Tensor x, Tensor y) {
    Tensor loss = Losses.mse(forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
}
