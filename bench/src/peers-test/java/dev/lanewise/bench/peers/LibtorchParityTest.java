package dev.lanewise.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.array.NDArray;
import dev.lanewise.bench.Inputs;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Module;
import dev.lanewise.nn.Parameter;
import dev.lanewise.optim.Adam;
import dev.lanewise.optim.AdamW;
import dev.lanewise.optim.Optimizer;
import dev.lanewise.optim.Sgd;
import dev.lanewise.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Lanewise against libtorch: the same network from the same weights on the same batches.
 *
 * <p>Tolerance: both compute in float32 but sum in other orders. A value of size 1 that went
 * through four layers of at most 128 terms may differ by some tens of ulps, 6e-8 each; 1e-5 is
 * beyond that and far below any wrong coefficient's effect over ten steps at these rates.
 */
class LibtorchParityTest {
  private static final int[] SIZES = {64, 128, 128, 64, 10};
  private static final int BATCH = 32;
  private static final double TOLERANCE = 1e-5;

  private static final class Network extends Module {
    private final Linear[] layers = new Linear[SIZES.length - 1];

    Network() {
      for (int i = 0; i < layers.length; i++) {
        layers[i] = register("fc" + (i + 1), new Linear(SIZES[i], SIZES[i + 1]));
      }
    }

    @Override
    public Tensor forward(Tensor input) {
      Tensor hidden = layers[0].forward(input).relu();
      for (int i = 1; i < layers.length; i++) {
        hidden = layers[i].forward(hidden).sigmoid();
      }
      return hidden;
    }
  }

  @Test
  void gradientsOfTheNetwork() {
    Network ours = new Network();
    LibtorchMlp theirs = copyOf(ours);
    train(ours, null, theirs, null, 1);
    List<Parameter> parameters = ours.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      NDArray gradient = Objects.requireNonNull(parameters.get(i).grad());
      assertClose(gradient.toFloatArray(), floats(theirs.parameters().get(i).grad()));
    }
  }

  @Test
  void tenStepsOfSgd() {
    tenSteps(p -> new Sgd(p, 0.05), p -> new org.bytedeco.pytorch.SGD(p, new SGDOptions(0.05)));
  }

  @Test
  void tenStepsOfSgdWithMomentumNesterovAndDecay() {
    tenSteps(
        p -> new Sgd(p, 0.05, 0.9, 0.01, true),
        p -> {
          SGDOptions options = new SGDOptions(0.05);
          options.momentum().put(0.9);
          options.weight_decay().put(0.01);
          options.nesterov().put(true);
          return new org.bytedeco.pytorch.SGD(p, options);
        });
  }

  @Test
  void tenStepsOfAdam() {
    tenSteps(
        p -> new Adam(p, 0.001), p -> new org.bytedeco.pytorch.Adam(p, new AdamOptions(0.001)));
  }

  @Test
  void tenStepsOfAdamW() {
    tenSteps(
        p -> new AdamW(p, 0.001), p -> new org.bytedeco.pytorch.AdamW(p, new AdamWOptions(0.001)));
  }

  @Test
  void defaultInitializationHasTheSameBoundsAndSpread() {
    Linear ours = new Linear(300, 200);
    LinearImpl theirs = new LinearImpl(300, 200);
    double bound = 1 / Math.sqrt(300);
    for (float[] values :
        List.of(
            ours.weight().toFloatArray(),
            floats(theirs.weight()),
            Objects.requireNonNull(ours.bias()).toFloatArray(),
            floats(theirs.bias()))) {
      double square = 0;
      for (float value : values) {
        assertThat((double) value).isBetween(-bound * (1 + 1e-6), bound * (1 + 1e-6));
        square += (double) value * value;
      }
      // A uniform variable's variance is bound^2 / 3; of 200 or more draws, within a quarter.
      assertThat(square / values.length).isBetween(bound * bound / 4, bound * bound * 5 / 12);
    }
  }

  private static void tenSteps(
      Function<List<Parameter>, Optimizer> ourOptimizer,
      Function<TensorVector, org.bytedeco.pytorch.Optimizer> theirOptimizer) {
    Network ours = new Network();
    LibtorchMlp theirs = copyOf(ours);
    train(
        ours,
        ourOptimizer.apply(ours.parameters()),
        theirs,
        theirOptimizer.apply(theirs.parameters()),
        10);
    List<Parameter> parameters = ours.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      assertClose(parameters.get(i).toFloatArray(), floats(theirs.parameters().get(i)));
    }
  }

  private static void train(
      Network ours,
      @Nullable Optimizer ourOptimizer,
      LibtorchMlp theirs,
      org.bytedeco.pytorch.@Nullable Optimizer theirOptimizer,
      int steps) {
    for (int step = 0; step < steps; step++) {
      float[] x = Inputs.floats(BATCH * SIZES[0], 10 + step);
      float[] y = Inputs.floats(BATCH * SIZES[4], 50 + step);
      Tensor ourLoss =
          Losses.mse(ours.forward(Tensor.of(x, BATCH, SIZES[0])), Tensor.of(y, BATCH, SIZES[4]));
      ours.zeroGrad();
      ourLoss.backward();
      org.bytedeco.pytorch.Tensor theirLoss =
          torch.mse_loss(
              theirs.forward(org.bytedeco.pytorch.Tensor.create(x, BATCH, SIZES[0])),
              org.bytedeco.pytorch.Tensor.create(y, BATCH, SIZES[4]));
      theirs.zero_grad(true);
      theirLoss.backward();
      assertThat((double) ourLoss.item()).isCloseTo(theirLoss.item_float(), within(TOLERANCE));
      if (ourOptimizer != null && theirOptimizer != null) {
        ourOptimizer.step();
        theirOptimizer.step();
      }
    }
  }

  private static LibtorchMlp copyOf(Network network) {
    LibtorchMlp copy = new LibtorchMlp(SIZES);
    try (NoGradGuard _ = new NoGradGuard()) {
      for (int i = 0; i < copy.layers.size(); i++) {
        Linear from = network.layers[i];
        LinearImpl to = copy.layers.get(i);
        to.weight().copy_(tensor(from.weight()));
        to.bias().copy_(tensor(Objects.requireNonNull(from.bias())));
      }
    }
    return copy;
  }

  private static org.bytedeco.pytorch.Tensor tensor(Tensor from) {
    int[] dims = from.shape().toArray();
    long[] shape = new long[dims.length];
    for (int i = 0; i < dims.length; i++) {
      shape[i] = dims[i];
    }
    return org.bytedeco.pytorch.Tensor.create(from.toFloatArray(), shape);
  }

  private static float[] floats(org.bytedeco.pytorch.Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.numel())];
    tensor.contiguous().data_ptr_float().get(values);
    return values;
  }

  private static void assertClose(float[] ours, float[] theirs) {
    assertThat(ours).hasSameSizeAs(theirs);
    for (int i = 0; i < ours.length; i++) {
      assertThat((double) ours[i]).as("element %s", i).isCloseTo(theirs[i], within(TOLERANCE));
    }
  }

  private static Offset<Double> within(double tolerance) {
    return Offset.offset(tolerance);
  }
}
