package dev.lanewise.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.memory.Memory;
import dev.lanewise.memory.Scope;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Parameter;
import dev.lanewise.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ten steps of every optimizer against PyTorch's definitions, computed here in double precision.
 */
final class OptimizersTest {
  private static final int STEPS = 10;
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  enum Rule {
    SGD(0.1, 0, 0, false),
    SGD_DECAY(0.1, 0, 0.05, false),
    MOMENTUM(0.05, 0.9, 0, false),
    MOMENTUM_DECAY(0.05, 0.9, 0.05, false),
    NESTEROV(0.05, 0.8, 0.01, true),
    ADAM(0.01, 0.9, 0, false),
    ADAM_DECAY(0.01, 0.8, 0.1, false),
    ADAMW(0.01, 0.9, 0.01, false),
    ADAMW_DECAY(0.02, 0.8, 0.2, false);

    final double lr;
    final double beta1;
    final double decay;
    final boolean nesterov;

    Rule(double lr, double beta1, double decay, boolean nesterov) {
      this.lr = lr;
      this.beta1 = beta1;
      this.decay = decay;
      this.nesterov = nesterov;
    }

    Optimizer optimizer(List<Parameter> p) {
      return optimizer(p, lr);
    }

    Optimizer optimizer(List<Parameter> p, double rate) {
      return switch (this) {
        case SGD -> new Sgd(p, rate);
        case MOMENTUM -> new Sgd(p, rate, beta1);
        case SGD_DECAY, MOMENTUM_DECAY, NESTEROV -> new Sgd(p, rate, beta1, decay, nesterov);
        case ADAM -> new Adam(p, rate);
        case ADAM_DECAY -> new Adam(p, rate, beta1, 0.95, 1e-3, decay);
        case ADAMW -> new AdamW(p, rate);
        case ADAMW_DECAY -> new AdamW(p, rate, beta1, 0.95, 1e-3, decay);
      };
    }

    /** Moves {@code p} by one gradient; {@code state} is the momentum, or both moments. */
    void step(int t, double[] p, double[] g, double[][] state) {
      boolean adam = name().startsWith("ADAM");
      boolean decoupled = name().startsWith("ADAMW");
      boolean plain = this == ADAM || this == ADAMW;
      double beta2 = plain ? 0.999 : 0.95;
      double epsilon = plain ? 1e-8 : 1e-3;
      for (int i = 0; i < p.length; i++) {
        double gradient = g[i];
        if (decoupled) {
          p[i] -= lr * decay * p[i];
        } else {
          gradient += decay * p[i];
        }
        if (adam) {
          state[0][i] = beta1 * state[0][i] + (1 - beta1) * gradient;
          state[1][i] = beta2 * state[1][i] + (1 - beta2) * gradient * gradient;
          double mean = state[0][i] / (1 - Math.pow(beta1, t));
          double square = state[1][i] / (1 - Math.pow(beta2, t));
          p[i] -= lr * mean / (Math.sqrt(square) + epsilon);
        } else if (beta1 == 0) {
          p[i] -= lr * gradient;
        } else {
          state[0][i] = t == 1 ? gradient : beta1 * state[0][i] + gradient;
          p[i] -= lr * (nesterov ? gradient + beta1 * state[0][i] : state[0][i]);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void tenSteps_equalTheDefinition(Rule rule) {
    Random random = new Random(11);
    int rows = 13;
    int cols = 7;
    float[] start = drawn(random, rows * cols);
    Parameter rowMajor = parameter(NDArray.persistent(Shape.of(rows, cols)), start);
    Parameter columnMajor = parameter(NDArray.persistent(Shape.of(cols, rows)).transpose(), start);
    Optimizer optimizer = rule.optimizer(List.of(rowMajor, columnMajor));
    double[] p = doubles(start);
    double[][] state = new double[2][p.length];

    for (int t = 1; t <= STEPS; t++) {
      float[] g = drawn(random, rows * cols);
      optimizer.zeroGrad();
      give(rowMajor, g);
      give(columnMajor, g);
      optimizer.step();
      rule.step(t, p, doubles(g), state);

      float[] moved = rowMajor.toFloatArray();
      assertThat(columnMajor.toFloatArray()).as("step %s, by columns", t).isEqualTo(moved);
      for (int i = 0; i < moved.length; i++) {
        // Each step rounds the parameter, at most 2, once or twice, and its own length, at most
        // 10 lr, in some ten operations on moments that are rounded as often.
        double rounding = 0x1p-24 * t * (2 * 2 + 20 * 10 * rule.lr);
        assertThat((double) moved[i])
            .as("step %s, element %s", t, i)
            .isCloseTo(p[i], within(rounding));
      }
    }
    assertThat(rowMajor.toFloatArray()).isNotEqualTo(start);
  }

  @ParameterizedTest
  @EnumSource
  void parameterWithoutGradient_staysAsItIs(Rule rule) {
    Parameter moved = parameter(NDArray.persistent(Shape.of(3)), 1, 2, 3);
    Parameter still = parameter(NDArray.persistent(Shape.of(3)), 1, 2, 3);
    Optimizer optimizer = rule.optimizer(List.of(still, moved));
    for (int i = 0; i < 3; i++) {
      optimizer.zeroGrad();
      give(moved, 1, -1, 1);
      optimizer.step();
    }
    assertThat(still.toFloatArray()).containsExactly(1, 2, 3);
    assertThat(still.array().storage().version()).as("writes since it was filled").isEqualTo(1);
    assertThat(moved.toFloatArray()).isNotEqualTo(still.toFloatArray());
  }

  @ParameterizedTest
  @EnumSource
  void firstGradientLater_isThatParametersFirstStep(Rule rule) {
    float[] g = {0.5f, -0.25f, 1};
    Parameter early = parameter(NDArray.persistent(Shape.of(3)), 1, 2, 3);
    Parameter late = parameter(NDArray.persistent(Shape.of(3)), 1, 2, 3);
    Optimizer optimizer = rule.optimizer(List.of(early, late));
    give(early, g);
    optimizer.step();
    float[] expected = early.toFloatArray();
    optimizer.zeroGrad();
    give(late, g);
    optimizer.step();
    assertThat(late.toFloatArray()).isEqualTo(expected);
    assertThat(early.toFloatArray()).isEqualTo(expected);
  }

  @Test
  void step_isAnInPlaceWrite() {
    Parameter p = parameter(NDArray.persistent(Shape.of(2)), 1, 2);
    Optimizer sgd = new Sgd(List.of(p), 0.1);
    Tensor loss = p.square().sum();
    loss.backward(true);
    sgd.step();
    assertThatThrownBy(loss::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("written in place");
  }

  @Test
  void step_leavesTheGradient() {
    Parameter p = parameter(NDArray.persistent(Shape.of(2)), 1, 2);
    Optimizer adam = new Adam(List.of(p), 0.1, 0.9, 0.999, 1e-8, 0.5);
    give(p, 3, 4);
    adam.step();
    assertThat(p.grad().toFloatArray()).containsExactly(3, 4);
    adam.zeroGrad();
    assertThat(p.grad()).isNull();
  }

  @Test
  void state_outlivesScopes() {
    Parameter p = parameter(NDArray.persistent(Shape.of(2)), 1, 2);
    Optimizer adam = new Adam(List.of(p), 0.1);
    for (int i = 0; i < 3; i++) {
      try (Scope _ = Scope.open()) {
        adam.zeroGrad();
        give(p, 1, 1);
        adam.step();
      }
    }
    // Adam's step is lr as long as the gradient stays; a few roundings of numbers up to 2.
    assertThat((double) p.toFloatArray()[1]).isCloseTo(1.7, within(16 * 0x1p-23));
  }

  @Test
  void learningRate_canBeChanged() {
    Parameter p = parameter(NDArray.persistent(Shape.of(1)), 1);
    Optimizer sgd = new Sgd(List.of(p), 0.5);
    assertThat(sgd.learningRate()).isEqualTo(0.5);
    sgd.setLearningRate(0.25);
    give(p, 1);
    sgd.step();
    assertThat(p.item()).isEqualTo(0.75f);
    sgd.setLearningRate(0);
    sgd.step();
    assertThat(p.item()).isEqualTo(0.75f);
  }

  @Test
  void arguments_outOfRange_areRefused() {
    List<Parameter> p = List.of(parameter(NDArray.persistent(Shape.of(1)), 1));
    refused(() -> new Sgd(List.of(), 0.1), "an optimizer wants at least one parameter");
    refused(() -> new Sgd(p, -1), "the learning rate must be a finite number from 0, not -1.0");
    refused(
        () -> new Sgd(p, Double.NaN), "the learning rate must be a finite number from 0, not NaN");
    refused(
        () -> new Adam(p, Double.POSITIVE_INFINITY),
        "the learning rate must be a finite number from 0, not Infinity");
    refused(() -> new Sgd(p, 0.1, -0.5), "the momentum must be a finite number from 0, not -0.5");
    refused(
        () -> new Sgd(p, 0.1, 0.9, -1, false),
        "the weight decay must be a finite number from 0, not -1.0");
    refused(() -> new Sgd(p, 0.1, 0, 0, true), "Nesterov's step wants a momentum above 0");
    refused(
        () -> new Adam(p, 0.1, 1, 0.9, 1e-8, 0), "the beta1 must be from 0 to below 1, not 1.0");
    refused(
        () -> new AdamW(p, 0.1, 0.9, -0.1, 1e-8, 0),
        "the beta2 must be from 0 to below 1, not -0.1");
    refused(
        () -> new AdamW(p, 0.1, 0.9, 0.9, -1, 0),
        "the epsilon must be a finite number from 0, not -1.0");
    refused(
        () -> new Sgd(p, 0.1).setLearningRate(-2),
        "the learning rate must be a finite number from 0, not -2.0");
  }

  @ParameterizedTest
  @EnumSource(names = {"SGD", "NESTEROV", "ADAM", "ADAMW"})
  void warmStep_allocatesNothing(Rule rule) {
    Linear layer = new Linear(100, 30);
    Optimizer optimizer = rule.optimizer(layer.parameters(), 1e-6);
    layer.forward(Tensor.ones(2, 100)).tanh().sum().backward();
    optimizer.step();
    Memory.resetPeak();
    long before = Memory.peak();
    long least = Long.MAX_VALUE;
    // C2 compiles in its own time: what it removes in the end is what counts.
    for (int round = 0; round < 200 && least > 0; round++) {
      for (int i = 0; i < 1000; i++) {
        optimizer.step();
      }
      long start = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 100; i++) {
        optimizer.step();
      }
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - start);
    }
    assertThat(least).as("heap bytes of 100 steps").isZero();
    assertThat(Memory.peak()).as("off-heap bytes").isLessThanOrEqualTo(before);
  }

  private static void refused(Runnable call, String sentence) {
    assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class).hasMessage(sentence);
  }

  /** Makes {@code g} the gradient, exactly: the slope of sum(p g). */
  private static void give(Parameter p, float... g) {
    p.mul(Tensor.of(g, p.shape().toArray())).sum().backward();
    assertThat(p.grad().toFloatArray()).isEqualTo(g);
  }

  private static Parameter parameter(NDArray array, float... values) {
    array.copyFrom(NDArray.of(values, array.shape().toArray()));
    return new Parameter(array);
  }

  private static float[] drawn(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextFloat(-1, 1);
    }
    return values;
  }

  private static double[] doubles(float... values) {
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return doubles;
  }
}
