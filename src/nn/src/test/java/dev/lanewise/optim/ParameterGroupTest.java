package dev.lanewise.optim;

import static dev.lanewise.optim.Parameters.give;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.nn.Parameter;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Optimizers over several groups of parameters. */
final class ParameterGroupTest {
  private final Parameter first = Parameters.of(1, 2);
  private final Parameter second = Parameters.of(3);
  private final Parameter third = Parameters.of(4);

  @Test
  void eachGroup_stepsAsAnOptimizerOfItsOwn() {
    assertAlone(
        groups -> new Sgd(0.1, groups).weightDecay(0.5),
        (p, lr, decay) -> new Sgd(p, lr).weightDecay(decay));
    assertAlone(
        groups -> new Adam(0.1, groups).weightDecay(0.5),
        (p, lr, decay) -> new Adam(p, lr).weightDecay(decay));
    assertAlone(
        groups -> new AdamW(0.1, groups).weightDecay(0.5),
        (p, lr, decay) -> new AdamW(p, lr).weightDecay(decay));
    assertAlone(
        groups -> new NAdam(0.1, groups).weightDecay(0.5),
        (p, lr, decay) -> new NAdam(p, lr).weightDecay(decay));
    assertAlone(
        groups -> new RAdam(0.1, groups).weightDecay(0.5),
        (p, lr, decay) -> new RAdam(p, lr).weightDecay(decay));
    assertAlone(
        groups -> new RmsProp(0.1, groups).weightDecay(0.5),
        (p, lr, decay) -> new RmsProp(p, lr).weightDecay(decay));
    assertAlone(
        groups -> new Adagrad(0.1, groups).weightDecay(0.5),
        (p, lr, decay) -> new Adagrad(p, lr).weightDecay(decay));
    assertAlone(
        groups -> new Adadelta(0.1, groups).weightDecay(0.5),
        (p, lr, decay) -> new Adadelta(p, lr).weightDecay(decay));
    assertAlone(
        groups -> new Lion(0.1, groups).weightDecay(0.5),
        (p, lr, decay) -> new Lion(p, lr).weightDecay(decay));
  }

  @FunctionalInterface
  private interface Alone {
    Optimizer make(List<Parameter> parameters, double lr, double decay);
  }

  private static void assertAlone(Function<ParameterGroup[], Optimizer> grouped, Alone alone) {
    List<Parameter> together =
        List.of(Parameters.of(1, 2), Parameters.of(1, 2), Parameters.of(1, 2));
    List<Parameter> apart = List.of(Parameters.of(1, 2), Parameters.of(1, 2), Parameters.of(1, 2));
    ParameterGroup[] groups = {
      new ParameterGroup(together.subList(0, 1)),
      new ParameterGroup(together.subList(1, 2)).learningRate(0.01),
      new ParameterGroup(together.subList(2, 3)).weightDecay(0)
    };
    Optimizer one = grouped.apply(groups);
    Optimizer[] three = {
      alone.make(apart.subList(0, 1), 0.1, 0.5),
      alone.make(apart.subList(1, 2), 0.01, 0.5),
      alone.make(apart.subList(2, 3), 0.1, 0)
    };
    for (int t = 0; t < 3; t++) {
      for (int i = 0; i < 3; i++) {
        give(together.get(i), 0.5f, -1);
        give(apart.get(i), 0.5f, -1);
        three[i].step();
      }
      one.step();
    }
    for (int i = 0; i < 3; i++) {
      assertThat(together.get(i).toFloatArray()).isEqualTo(apart.get(i).toFloatArray());
    }
    assertThat(together.get(0).toFloatArray()).isNotEqualTo(together.get(1).toFloatArray());
    assertThat(together.get(0).toFloatArray()).isNotEqualTo(together.get(2).toFloatArray());
  }

  @Test
  void ratesAndDecays_areEachGroupsOwn() {
    AdamW optimizer =
        new AdamW(
            1e-3,
            new ParameterGroup(List.of(first, second)),
            new ParameterGroup(List.of(third)).learningRate(1e-4).weightDecay(0));
    assertThat(optimizer.groups()).isEqualTo(2);
    assertThat(optimizer.learningRate()).isEqualTo(1e-3);
    assertThat(optimizer.learningRateOf(1)).isEqualTo(1e-4);
    assertThat(optimizer.weightDecayOf(0)).isEqualTo(0.01);
    assertThat(optimizer.weightDecayOf(1)).isZero();
    optimizer.weightDecay(0.3);
    assertThat(optimizer.weightDecayOf(0)).isEqualTo(0.3);
    assertThat(optimizer.weightDecayOf(1)).isZero();
    optimizer.setLearningRate(1, 0.5);
    assertThat(optimizer.learningRate()).isEqualTo(1e-3);
    assertThat(optimizer.learningRateOf(1)).isEqualTo(0.5);
    optimizer.setLearningRate(0.25);
    assertThat(optimizer.learningRateOf(0)).isEqualTo(0.25);
    assertThat(optimizer.learningRateOf(1)).isEqualTo(0.25);
  }

  @Test
  void groups_thatCannotBe_areRefused() {
    ParameterGroup group = new ParameterGroup(List.of(first, second));
    assertThatThrownBy(() -> new Sgd(0.1, group, new ParameterGroup(List.of(first))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a parameter of shape [2] is given to the optimizer twice");
    assertThatThrownBy(() -> new Sgd(List.of(third, third), 0.1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a parameter of shape [1] is given to the optimizer twice");
    assertThatThrownBy(() -> new Sgd(0.1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an optimizer wants at least one parameter");
    assertThatThrownBy(() -> new Sgd(0.1, new ParameterGroup(List.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an optimizer wants at least one parameter");
    assertThatThrownBy(() -> group.learningRate(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the learning rate must be a finite number from 0, not -1.0");
    assertThatThrownBy(() -> group.weightDecay(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the weight decay must be a finite number from 0, not NaN");
  }
}
