package dev.lanewise.optim;

import static dev.lanewise.optim.Parameters.drawn;
import static dev.lanewise.optim.Parameters.give;
import static dev.lanewise.optim.Parameters.in;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.io.SafeTensors;
import dev.lanewise.memory.Scope;
import dev.lanewise.nn.Parameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an optimizer saves, a fresh one goes on from, bit for bit or not at all. */
final class OptimizerStateTest {
  private static final int BEFORE = 7;
  private static final int AFTER = 5;

  @TempDir Path folder;

  static List<Rule> rules() {
    return Rule.ALL;
  }

  /** Three layouts of one shape, and one parameter that gets its first gradient late. */
  private static List<Parameter> parameters() {
    float[] start = drawn(new Random(1), 15);
    return List.of(
        in(NDArray.persistent(Shape.of(3, 5)), start),
        in(NDArray.persistent(Shape.of(5, 3)).transpose(), start),
        in(NDArray.persistent(Shape.of(3, 5)), start));
  }

  private static void run(Optimizer optimizer, List<Parameter> parameters, int from, int to) {
    for (int t = from; t < to; t++) {
      optimizer.zeroGrad();
      float[] g = drawn(new Random(100 + t), 15);
      give(parameters.get(0), g);
      give(parameters.get(1), g);
      if (t > BEFORE) {
        give(parameters.get(2), g);
      }
      optimizer.step();
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void resumedRun_isTheSameRun(Rule rule) throws IOException {
    List<Parameter> whole = parameters();
    run(rule.optimizer(whole), whole, 0, BEFORE + AFTER);

    List<Parameter> begun = parameters();
    Optimizer first = rule.optimizer(begun);
    run(first, begun, 0, BEFORE);
    State saved = throughAFile(first.stateDict());

    List<Parameter> resumed = parameters();
    for (int i = 0; i < resumed.size(); i++) {
      resumed.get(i).array().copyFrom(begun.get(i).array());
    }
    Optimizer second = rule.optimizer(resumed, 0.5);
    second.loadStateDict(saved);
    assertThat(second.learningRate()).isEqualTo(rule.lr());
    run(second, resumed, BEFORE, BEFORE + AFTER);

    for (int i = 0; i < whole.size(); i++) {
      assertThat(resumed.get(i).toFloatArray()).isEqualTo(whole.get(i).toFloatArray());
      assertThat(whole.get(i).toFloatArray()).isNotEqualTo(begun.get(i).toFloatArray());
    }
  }

  /** Writes a state as a safetensors file and reads it back. */
  private State throughAFile(State state) throws IOException {
    Path file = folder.resolve("optimizer.safetensors");
    Map<String, String> metadata = new HashMap<>();
    state.numbers().forEach((name, number) -> metadata.put(name, number.toString()));
    SafeTensors.write(file, state.arrays(), metadata);
    SafeTensors read = SafeTensors.read(file);
    Map<String, Double> numbers = new HashMap<>();
    read.metadata().forEach((name, text) -> numbers.put(name, Double.valueOf(text)));
    return new State(read.loadAll(), numbers);
  }

  /** A loaded state takes the place of all that was there, steps included. */
  @ParameterizedTest
  @MethodSource("rules")
  void stateOfAFreshOptimizer_forgets(Rule rule) {
    List<Parameter> used = parameters();
    Optimizer optimizer = rule.optimizer(used);
    State fresh = optimizer.stateDict();
    run(optimizer, used, 0, 3);
    optimizer.loadStateDict(fresh);
    assertThat(optimizer.stateDict()).isEqualTo(fresh);

    List<Parameter> expected = parameters();
    for (int i = 0; i < used.size(); i++) {
      used.get(i).array().copyFrom(expected.get(i).array());
    }
    run(optimizer, used, 0, 3);
    run(rule.optimizer(expected), expected, 0, 3);
    assertThat(used.get(0).toFloatArray()).isEqualTo(expected.get(0).toFloatArray());
  }

  @Test
  void names_areTheParametersNumbers() {
    List<Parameter> p = parameters();
    Adam adam = new Adam(p, 0.1).amsgrad().weightDecay(0.5);
    run(adam, p, 0, 2);
    State state = adam.stateDict();
    assertThat(state.arrays())
        .containsOnlyKeys("0.mean", "0.square", "0.greatest", "1.mean", "1.square", "1.greatest");
    assertThat(state.numbers())
        .containsExactly(
            Map.entry("parameters", 3.0),
            Map.entry("groups", 1.0),
            Map.entry("group.0.learningRate", 0.1),
            Map.entry("group.0.weightDecay", 0.5),
            Map.entry("0.steps", 2.0),
            Map.entry("1.steps", 2.0));
    assertThatThrownBy(() -> state.numbers().put("x", 1.0))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> state.arrays().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void groups_keepTheirRatesAndDecays() {
    List<Parameter> p = parameters();
    AdamW saved = twoGroups(p, 0.1, 0.2, 0.3);
    AdamW loaded = twoGroups(p, 1, 1, 1);
    loaded.loadStateDict(saved.stateDict());
    assertThat(loaded.learningRateOf(0)).isEqualTo(0.1);
    assertThat(loaded.learningRateOf(1)).isEqualTo(0.2);
    assertThat(loaded.weightDecayOf(0)).isEqualTo(0.01);
    assertThat(loaded.weightDecayOf(1)).isEqualTo(0.3);
  }

  private static AdamW twoGroups(List<Parameter> p, double lr, double second, double decay) {
    return new AdamW(
        lr,
        new ParameterGroup(p.subList(0, 1)),
        new ParameterGroup(p.subList(1, 3)).learningRate(second).weightDecay(decay));
  }

  @Test
  void stateThatDoesNotFit_isRefusedWhole() {
    List<Parameter> p = parameters();
    Adam adam = new Adam(p, 0.1);
    run(adam, p, 0, 2);
    State good = adam.stateDict();
    Map<String, NDArray> arrays = new LinkedHashMap<>(good.arrays());
    Map<String, Double> numbers = new LinkedHashMap<>(good.numbers());
    arrays.remove("0.mean");
    arrays.put("1.mean", NDArray.zeros(Shape.of(3)));
    arrays.put("1.more", NDArray.zeros(Shape.of(3)));
    try (Scope _ = Scope.open()) {
      arrays.put("1.square", NDArray.zeros(Shape.of(3, 5)));
    }
    numbers.put("parameters", 4.0);
    numbers.remove("groups");
    numbers.put("group.0.learningRate", 0.7);
    numbers.put("group.0.weightDecay", -1.0);
    numbers.put("0.steps", 1.5);
    numbers.put("3.steps", 1.0);
    List<Parameter> fresh = parameters();
    Adam untouched = new Adam(fresh, 0.1);
    State before = untouched.stateDict();
    assertThatThrownBy(() -> untouched.loadStateDict(new State(arrays, numbers)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the state does not fit Adam: parameters is 4.0, not 3; groups is missing;"
                + " group.0.weightDecay is -1.0, not a finite number from 0; 0.steps is 1.5, not a"
                + " whole number from 0; 0.mean is missing; 1.mean has shape [3], not [3, 5];"
                + " 1.square was freed with its scope; 1.more is unexpected; 3.steps is"
                + " unexpected");
    assertThat(untouched.stateDict()).isEqualTo(before);
  }

  @Test
  void stateOfOtherOptions_isRefused() {
    List<Parameter> p = parameters();
    Sgd moving = new Sgd(p, 0.1, 0.9);
    run(moving, p, 0, 1);
    assertThatThrownBy(() -> new Sgd(p, 0.1).loadStateDict(moving.stateDict()))
        .hasMessage(
            "the state does not fit Sgd: 0.momentum is unexpected; 1.momentum is unexpected");
    Sgd plain = new Sgd(p, 0.1);
    run(plain, p, 0, 1);
    assertThatThrownBy(() -> new Sgd(p, 0.1, 0.9).loadStateDict(plain.stateDict()))
        .hasMessage("the state does not fit Sgd: 0.momentum is missing; 1.momentum is missing");
  }
}
