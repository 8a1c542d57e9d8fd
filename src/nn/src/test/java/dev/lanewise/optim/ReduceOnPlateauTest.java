package dev.lanewise.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When a rate falls for want of progress; the numbers of steps are counted by hand. */
final class ReduceOnPlateauTest {
  private final Optimizer optimizer = optimizer();
  private final ReduceOnPlateau plateau = new ReduceOnPlateau(optimizer).factor(0.5);

  private static Optimizer optimizer() {
    return new Sgd(
        8,
        new ParameterGroup(List.of(Parameters.of(1))),
        new ParameterGroup(List.of(Parameters.of(2))).learningRate(2));
  }

  private void assertRates(double... metricsAndRates) {
    for (int i = 0; i < metricsAndRates.length; i += 2) {
      plateau.step(metricsAndRates[i]);
      assertThat(optimizer.learningRate()).as("step %s", i / 2).isEqualTo(metricsAndRates[i + 1]);
    }
  }

  @Test
  void badStepsBeyondPatience_reduceEveryGroup() {
    plateau.patience(2);
    assertRates(1, 8, 1, 8, 1, 8, 1, 4, 1, 4, 1, 4, 0.5, 4, 1, 4, 1, 4, 1, 2);
    assertThat(optimizer.learningRateOf(1)).isEqualTo(0.5);
  }

  @Test
  void defaults_arePyTorchs() {
    Optimizer other = new Sgd(List.of(Parameters.of(1)), 1);
    ReduceOnPlateau defaults = new ReduceOnPlateau(other);
    for (int i = 0; i < 11; i++) {
      defaults.step(5);
      assertThat(other.learningRate()).isEqualTo(1);
    }
    defaults.step(5 * (1 - 0.9e-4)); // too small an improvement
    assertThat(other.learningRate()).isEqualTo(0.1);
    defaults.step(5 * (1 - 1.1e-4));
    for (int i = 0; i < 10; i++) {
      defaults.step(5);
    }
    assertThat(other.learningRate()).isEqualTo(0.1);
  }

  @Test
  void maximized_wantsMore() {
    plateau.maximize().patience(0).threshold(0.1);
    assertRates(1, 8, 1.2, 8, 1.25, 4, 1.4, 4, 1, 2);
  }

  @Test
  void absoluteThreshold_isADifference() {
    plateau.absolute().threshold(0.5).patience(0);
    assertRates(10, 8, 9.4, 8, 9, 4, 8.8, 4, Double.NaN, 2);
    Optimizer other = new Sgd(List.of(Parameters.of(1)), 1);
    ReduceOnPlateau maximized =
        new ReduceOnPlateau(other).maximize().absolute().threshold(0.5).patience(0).factor(0.5);
    maximized.step(1);
    maximized.step(1.6);
    assertThat(other.learningRate()).isEqualTo(1);
    maximized.step(2);
    assertThat(other.learningRate()).isEqualTo(0.5);
  }

  @Test
  void cooldown_letsStepsPass() {
    plateau.patience(0).cooldown(2);
    assertRates(1, 8, 1, 4, 1, 4, 1, 4, 1, 2, 1, 2);
  }

  @Test
  void floorAndEpsilon_endTheFall() {
    plateau.patience(0).floor(3);
    assertRates(1, 8, 1, 4, 1, 3, 1, 3);
    assertThat(optimizer.learningRateOf(1)).as("below the floor already").isEqualTo(2);
    plateau.floor(0).epsilon(2);
    assertRates(1, 3);
  }

  @Test
  void resumedRun_countsOn() {
    plateau.patience(2).cooldown(1);
    double[] metrics = {3, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1};
    Optimizer second = optimizer();
    ReduceOnPlateau resumed = new ReduceOnPlateau(second).factor(0.5).patience(2).cooldown(1);
    for (int i = 0; i < metrics.length; i++) {
      if (i >= 6) {
        resumed.step(metrics[i]);
        plateau.step(metrics[i]);
        assertThat(second.learningRate()).isEqualTo(optimizer.learningRate());
      } else {
        plateau.step(metrics[i]);
        second.loadStateDict(optimizer.stateDict());
        resumed.loadStateDict(plateau.stateDict());
      }
    }
    assertThat(optimizer.learningRate()).isEqualTo(2);
  }

  @Test
  void stateThatDoesNotFit_isRefused() {
    assertThat(plateau.stateDict().numbers())
        .containsExactly(
            Map.entry("best", Double.POSITIVE_INFINITY),
            Map.entry("bad", 0.0),
            Map.entry("resting", 0.0));
    assertThatThrownBy(() -> plateau.loadStateDict(new State(Map.of(), Map.of("bad", 0.5))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the state does not fit ReduceOnPlateau: best is missing; bad is 0.5, not a whole"
                + " number from 0; resting is missing");
  }

  @Test
  void arguments_outOfRange_areRefused() {
    refused(() -> plateau.factor(1), "the factor must be from 0 to below 1, not 1.0");
    refused(() -> plateau.patience(-1), "the patience must be at least 0, not -1");
    refused(() -> plateau.threshold(-1), "the threshold must be a finite number from 0, not -1.0");
    refused(() -> plateau.cooldown(-1), "the cooldown must be at least 0, not -1");
    refused(() -> plateau.floor(-1), "the floor must be a finite number from 0, not -1.0");
    refused(() -> plateau.epsilon(-1), "the epsilon must be a finite number from 0, not -1.0");
  }

  private static void refused(Runnable call, String sentence) {
    assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class).hasMessage(sentence);
  }
}
