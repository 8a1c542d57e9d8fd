package dev.lanewise.optim;

import static dev.lanewise.optim.Parameters.add;
import static dev.lanewise.optim.Parameters.drawn;
import static dev.lanewise.optim.Parameters.give;
import static dev.lanewise.optim.Parameters.in;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.Workers;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Parameter;
import dev.lanewise.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clipping, and gradients that add up. */
final class ParameterGradientsTest {
  private final Parameter first = Parameters.of(0, 0);
  private final Parameter second = in(NDArray.persistent(Shape.of(1, 2)).transpose(), 0, 0);
  private final Parameter without = Parameters.of(7);
  private final List<Parameter> all = List.of(first, without, second);

  @AfterEach
  void defaultThreads() {
    Workers.setThreads(Runtime.getRuntime().availableProcessors());
  }

  private void giveGradients() {
    give(first, 1, -2);
    give(second, 4, 2);
  }

  @Test
  void norm_isOfAllGradientsTogether() {
    assertThat(ParameterGradients.norm(all)).isZero();
    giveGradients();
    assertThat(ParameterGradients.norm(all)).isEqualTo(5);
  }

  @Test
  void clipNorm_scalesAllByOneFactor() {
    giveGradients();
    assertThat(ParameterGradients.clipNorm(all, 2.5)).isEqualTo(5);
    float factor = (float) (2.5 / (5 + 1e-6));
    assertThat(first.grad().toFloatArray()).containsExactly(factor, -2 * factor);
    assertThat(second.grad().toFloatArray()).containsExactly(4 * factor, 2 * factor);
    assertThat(without.grad()).isNull();
    assertThat(ParameterGradients.norm(all)).isCloseTo(2.5, within(1e-6));
  }

  @Test
  void clipNorm_leavesWhatIsShortEnough() {
    giveGradients();
    long version = first.grad().storage().version();
    assertThat(ParameterGradients.clipNorm(all, 5.001)).isEqualTo(5);
    assertThat(ParameterGradients.clipNorm(all, Double.POSITIVE_INFINITY)).isEqualTo(5);
    assertThat(first.grad().toFloatArray()).containsExactly(1, -2);
    assertThat(first.grad().storage().version()).isEqualTo(version);
  }

  @Test
  void clipNorm_againstDoubles_onAnyThreads() {
    Random random = new Random(5);
    int n = 70_000;
    Parameter large = Parameters.of(new float[n]);
    float[] g = drawn(random, n);
    give(large, g);
    double squares = 0;
    for (float value : g) {
      squares += (double) value * value;
    }
    double norm = ParameterGradients.norm(List.of(large));
    // Blocks of 4,096 squares are summed in lanes of single precision, some hundred to a lane.
    assertThat(norm).isCloseTo(Math.sqrt(squares), within(100 * 0x1p-24 * Math.sqrt(squares)));
    for (int threads : new int[] {1, 2, 5}) {
      Workers.setThreads(threads);
      assertThat(ParameterGradients.norm(List.of(large))).isEqualTo(norm);
    }
  }

  @Test
  void clipNorm_ofWhatIsNotFinite() {
    giveGradients();
    first.grad().set(Float.POSITIVE_INFINITY, 1);
    assertThat(ParameterGradients.clipNorm(all, 1)).isInfinite();
    assertThat(first.grad().toFloatArray()).containsExactly(0, Float.NaN);
    assertThat(second.grad().toFloatArray()).containsExactly(0, 0);
    giveGradients();
    first.grad().set(Float.NaN, 1);
    assertThat(ParameterGradients.clipNorm(all, 1)).isNaN();
    assertThat(second.grad().toFloatArray()).containsExactly(Float.NaN, Float.NaN);
  }

  @Test
  void clipNorm_byName_namesTheParameterToBlame() {
    giveGradients();
    Map<String, Parameter> named = new LinkedHashMap<>();
    named.put("fc1.weight", first);
    named.put("fc1.bias", without);
    named.put("fc2.weight", second);
    named.put("tied.weight", second);
    assertThat(ParameterGradients.clipNorm(named, 2.5)).as("what is tied counts once").isEqualTo(5);
    assertThat(ParameterGradients.norm(all)).isCloseTo(2.5, within(1e-6));
    second.grad().set(Float.NaN, 0, 0);
    float[] before = first.grad().toFloatArray();
    assertThatThrownBy(() -> ParameterGradients.clipNorm(named, 0.1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the gradient of fc2.weight has norm NaN");
    assertThat(first.grad().toFloatArray()).isEqualTo(before);
    second.grad().set(Float.NEGATIVE_INFINITY, 0, 0);
    assertThatThrownBy(() -> ParameterGradients.clipNorm(named, 0.1))
        .hasMessage("the gradient of fc2.weight has norm Infinity");
  }

  @Test
  void clipValue_clampsEveryElement() {
    giveGradients();
    ParameterGradients.clipValue(all, 1.5);
    assertThat(first.grad().toFloatArray()).containsExactly(1, -1.5f);
    assertThat(second.grad().toFloatArray()).containsExactly(1.5f, 1.5f);
    assertThat(without.grad()).isNull();
  }

  @Test
  void arguments_outOfRange_areRefused() {
    assertThatThrownBy(() -> ParameterGradients.clipNorm(all, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("gradients are clipped to a norm from 0, not -1.0");
    assertThatThrownBy(() -> ParameterGradients.clipNorm(Map.of("p", first), Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("gradients are clipped to a norm from 0, not NaN");
    assertThatThrownBy(() -> ParameterGradients.clipValue(all, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("gradients are clipped to a value from 0, not -1.0");
  }

  /** The recipe in Optimizer's own documentation. */
  @Test
  void partsOfABatch_addUpToTheWhole() {
    Random random = new Random(9);
    int rows = 12;
    int parts = 4;
    float[] x = drawn(random, rows * 5);
    float[] y = drawn(random, rows * 3);
    Linear layer = new Linear(5, 3);
    layer.forward(Tensor.of(x, rows, 5)).tanh().mse(Tensor.of(y, rows, 3)).backward();
    float[] whole = layer.weight().grad().toFloatArray();
    layer.zeroGrad();
    for (int part = 0; part < parts; part++) {
      Tensor input = Tensor.of(NDArray.of(x, rows, 5).slice(0, 3 * part, 3 * part + 3));
      Tensor target = Tensor.of(NDArray.of(y, rows, 3).slice(0, 3 * part, 3 * part + 3));
      layer.forward(input).tanh().mse(target).div(parts).backward();
    }
    float[] gathered = layer.weight().grad().toFloatArray();
    for (int i = 0; i < whole.length; i++) {
      // Twelve terms below 1 in another order, each of a few operations.
      assertThat(gathered[i]).isCloseTo(whole[i], within(24 * 0x1p-24f));
    }
    add(layer.bias(), 0, 0, 0);
    assertThat(layer.bias().grad().toFloatArray()).isNotEqualTo(new float[3]);
  }
}
