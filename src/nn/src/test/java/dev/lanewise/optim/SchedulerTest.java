package dev.lanewise.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A schedule at work on an optimizer. */
final class SchedulerTest {
  private static Optimizer optimizer() {
    return new Sgd(
        0.4,
        new ParameterGroup(List.of(Parameters.of(1))),
        new ParameterGroup(List.of(Parameters.of(2))).learningRate(0.1));
  }

  @Test
  void everyGroup_keepsItsRatio() {
    Optimizer optimizer = optimizer();
    Scheduler scheduler = new Scheduler(optimizer, new OneCycleSchedule(20));
    for (int t = 0; t < 25; t++) {
      double rate = new OneCycleSchedule(20).rate(0.4, t);
      assertThat(optimizer.learningRate()).isEqualTo(rate);
      assertThat(optimizer.learningRateOf(1)).isEqualTo(new OneCycleSchedule(20).rate(0.1, t));
      assertThat(rate / optimizer.learningRateOf(1)).isCloseTo(4, within(1e-12));
      assertThat(scheduler.steps()).isEqualTo(t);
      scheduler.step();
    }
  }

  @Test
  void ruleOfOnesOwn_isALambda() {
    Optimizer optimizer = optimizer();
    Scheduler scheduler = new Scheduler(optimizer, (base, step) -> base / (step + 1));
    scheduler.step();
    assertThat(optimizer.learningRate()).isEqualTo(0.2);
    scheduler.step();
    scheduler.step();
    assertThat(optimizer.learningRate()).isEqualTo(0.1);
  }

  /** Whichever is loaded first, and though the fresh scheduler met a rate that had fallen. */
  @Test
  void resumedRun_findsTheRateWhereItLeftIt() {
    Schedule schedule =
        new SequentialSchedule(List.of(LinearSchedule.warmUp(3), new CosineSchedule(20, 1e-3)), 3);
    Optimizer whole = optimizer();
    Scheduler wholes = new Scheduler(whole, schedule);
    for (int t = 0; t < 7; t++) {
      wholes.step();
    }
    State optimizerState = whole.stateDict();
    State schedulerState = wholes.stateDict();

    Optimizer first = optimizer();
    first.loadStateDict(optimizerState);
    Scheduler firsts = new Scheduler(first, schedule);
    firsts.loadStateDict(schedulerState);

    Optimizer second = optimizer();
    Scheduler seconds = new Scheduler(second, schedule);
    seconds.loadStateDict(schedulerState);
    second.loadStateDict(optimizerState);

    for (int t = 7; t < 12; t++) {
      for (int group = 0; group < 2; group++) {
        double rate = whole.learningRateOf(group);
        assertThat(first.learningRateOf(group)).isEqualTo(rate);
        assertThat(second.learningRateOf(group)).isEqualTo(rate);
      }
      wholes.step();
      firsts.step();
      seconds.step();
    }
  }

  @Test
  void stateThatDoesNotFit_isRefusedWhole() {
    Optimizer optimizer = optimizer();
    Scheduler scheduler = new Scheduler(optimizer, new ExponentialSchedule(0.5));
    assertThat(scheduler.stateDict().numbers())
        .containsExactly(
            Map.entry("steps", 0.0),
            Map.entry("group.0.base", 0.4),
            Map.entry("group.1.base", 0.1));
    State bad =
        new State(Map.of(), Map.of("steps", -1.0, "group.0.base", 1.0, "group.2.base", 1.0));
    assertThatThrownBy(() -> scheduler.loadStateDict(bad))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the state does not fit Scheduler: steps is -1.0, not a whole number from 0;"
                + " group.1.base is missing; group.2.base is unexpected");
    assertThat(optimizer.learningRate()).isEqualTo(0.4);
    scheduler.step();
    assertThat(optimizer.learningRate()).isEqualTo(0.2);
  }
}
