package dev.lanewise.optim;

import static dev.lanewise.optim.Parameters.drawn;
import static dev.lanewise.optim.Parameters.give;
import static dev.lanewise.optim.Parameters.in;
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
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ten steps of every optimizer against PyTorch's definitions, computed here in double precision.
 */
final class OptimizersTest {
  private static final int STEPS = 10;
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  static List<Rule> rules() {
    return Rule.ALL;
  }

  /** One of each optimizer, without options. */
  static List<Rule> plain() {
    return Rule.ALL.stream().filter(rule -> !rule.name().contains(" ")).toList();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void tenSteps_equalTheDefinition(Rule rule) {
    // More than a few whole vectors, and a tail.
    int rows = 29;
    int cols = 11;
    Random random = new Random(11);
    float[] start = drawn(random, rows * cols);
    NDArray block = NDArray.persistent(Shape.of(rows + 2, cols));
    Parameter byRows = in(NDArray.persistent(Shape.of(rows, cols)), start);
    List<Parameter> all =
        List.of(
            byRows,
            in(NDArray.persistent(Shape.of(cols, rows)).transpose(), start),
            in(NDArray.persistent(Shape.of(cols, 1, rows)).permute(1, 2, 0), start),
            in(block.slice(0, 1, rows + 1), start));
    Optimizer optimizer = rule.optimizer(all);
    double[][] exact = new double[start.length][4];
    for (int i = 0; i < start.length; i++) {
      exact[i][0] = start[i];
    }

    for (int t = 1; t <= STEPS; t++) {
      float[] g = drawn(random, rows * cols);
      all.forEach(parameter -> give(parameter, g));
      optimizer.step();

      float[] moved = byRows.toFloatArray();
      for (Parameter other : all) {
        assertThat(other.toFloatArray()).as("step %s, any layout", t).isEqualTo(moved);
      }
      for (int i = 0; i < moved.length; i++) {
        rule.step(exact[i], g[i], t);
        // Each step rounds the parameter, at most 2, once or twice, and its own length in some
        // ten operations on state that is rounded as often.
        double rounding = 0x1p-24 * t * (2 * 2 + 20 * rule.reach() * rule.lr());
        assertThat((double) moved[i])
            .as("step %s, element %s", t, i)
            .isCloseTo(exact[i][0], within(rounding));
      }
    }
    assertThat(byRows.toFloatArray()).isNotEqualTo(start);
    assertThat(block.slice(0, 0, 1).toFloatArray()).containsOnly(0);
    assertThat(block.slice(0, rows + 1, rows + 2).toFloatArray()).containsOnly(0);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void parameterWithoutGradient_staysAsItIs(Rule rule) {
    Parameter moved = Parameters.of(1, 2, 3);
    Parameter still = Parameters.of(1, 2, 3);
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
  @MethodSource("rules")
  void firstGradientLater_isThatParametersFirstStep(Rule rule) {
    float[] g = {0.5f, -0.25f, 1};
    Parameter early = Parameters.of(1, 2, 3);
    Parameter late = Parameters.of(1, 2, 3);
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
    Parameter p = Parameters.of(1, 2);
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
    Parameter p = Parameters.of(1, 2);
    Optimizer adam = new Adam(List.of(p), 0.1, 0.9, 0.999, 1e-8, 0.5);
    give(p, 3, 4);
    adam.step();
    assertThat(p.grad().toFloatArray()).containsExactly(3, 4);
    adam.zeroGrad();
    assertThat(p.grad()).isNull();
  }

  @Test
  void state_outlivesScopes() {
    Parameter p = Parameters.of(1, 2);
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
    Parameter p = Parameters.of(1);
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
    List<Parameter> p = List.of(Parameters.of(1));
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
    refused(
        () -> new Sgd(p, 0.1).momentum(0.9).nesterov().momentum(0),
        "Nesterov's step wants a momentum above 0");
    refused(
        () -> new NAdam(p, 0.1).momentumDecay(-1),
        "the momentum decay must be a finite number from 0, not -1.0");
    refused(
        () -> new RAdam(p, 0.1).weightDecay(Double.NaN),
        "the weight decay must be a finite number from 0, not NaN");
    refused(() -> new RmsProp(p, 0.1).alpha(1.5), "the alpha must be from 0 to 1, not 1.5");
    refused(
        () -> new RmsProp(p, 0.1).epsilon(-1),
        "the epsilon must be a finite number from 0, not -1.0");
    refused(
        () -> new RmsProp(p, 0.1).momentum(-1),
        "the momentum must be a finite number from 0, not -1.0");
    refused(
        () -> new RmsProp(p, 0.1).weightDecay(-1),
        "the weight decay must be a finite number from 0, not -1.0");
    refused(
        () -> new Adagrad(p, 0.1).learningRateDecay(-1),
        "the learning rate's decay must be a finite number from 0, not -1.0");
    refused(
        () -> new Adagrad(p, 0.1).initialAccumulator(-1),
        "the initial accumulator must be a finite number from 0, not -1.0");
    refused(
        () -> new Adagrad(p, 0.1).epsilon(-1),
        "the epsilon must be a finite number from 0, not -1.0");
    refused(
        () -> new Adagrad(p, 0.1).weightDecay(-1),
        "the weight decay must be a finite number from 0, not -1.0");
    refused(() -> new Adadelta(p).rho(-0.5), "the rho must be from 0 to 1, not -0.5");
    refused(
        () -> new Adadelta(p).epsilon(-1), "the epsilon must be a finite number from 0, not -1.0");
    refused(
        () -> new Adadelta(p).weightDecay(-1),
        "the weight decay must be a finite number from 0, not -1.0");
    refused(() -> new Lion(p, 0.1).betas(1, 0.9), "the beta1 must be from 0 to below 1, not 1.0");
    refused(() -> new Lion(p, 0.1).betas(0.9, 1), "the beta2 must be from 0 to below 1, not 1.0");
    refused(
        () -> new Lion(p, 0.1).weightDecay(-1),
        "the weight decay must be a finite number from 0, not -1.0");
  }

  @Test
  void stepOfClosure_returnsTheLossBefore() {
    Parameter p = Parameters.of(3);
    Optimizer sgd = new Sgd(List.of(p), 0.5);
    Tensor loss =
        sgd.step(() -> {
          sgd.zeroGrad();
          Tensor square = p.square().sum();
          square.backward();
          return square;
        });
    assertThat(loss.item()).isEqualTo(9);
    assertThat(p.item()).isZero();
  }

  @ParameterizedTest
  @MethodSource("plain")
  void warmStep_allocatesNothing(Rule rule) {
    Linear layer = new Linear(100, 30);
    Optimizer optimizer = rule.optimizer(layer.parameters(), 1e-6);
    layer.forward(Tensor.ones(2, 100)).tanh().sum().backward();
    allocatesNothing(optimizer::step);
  }

  @Test
  void warmHelpers_allocateNothing() {
    Linear layer = new Linear(100, 30);
    List<Parameter> parameters = layer.parameters();
    layer.forward(Tensor.ones(2, 100)).tanh().sum().backward();
    MovingAverage average = new MovingAverage(parameters, 0.9);
    Scheduler scheduler = new Scheduler(new Sgd(parameters, 0.1), new CosineSchedule(100));
    allocatesNothing(() -> {
      ParameterGradients.clipNorm(parameters, 1e-3);
      ParameterGradients.clipValue(parameters, 1e-3);
      average.update();
      average.swap();
      average.swap();
      scheduler.step();
    });
  }

  private static void allocatesNothing(Runnable call) {
    call.run();
    Memory.resetPeak();
    long before = Memory.peak();
    long least = Long.MAX_VALUE;
    // C2 compiles in its own time: what it removes in the end is what counts.
    for (int round = 0; round < 200 && least > 0; round++) {
      for (int i = 0; i < 1000; i++) {
        call.run();
      }
      long start = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 100; i++) {
        call.run();
      }
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - start);
    }
    assertThat(least).as("heap bytes of 100 calls").isZero();
    assertThat(Memory.peak()).as("off-heap bytes").isLessThanOrEqualTo(before);
  }

  private static void refused(Runnable call, String sentence) {
    assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class).hasMessage(sentence);
  }
}
