package dev.lanewise.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Schedules against values that follow by hand, and against the recurrence from one step to the
 * next that PyTorch takes instead of the closed form.
 */
final class ScheduleTest {
  /** Some tens of roundings in double precision of rates up to 1. */
  private static final double ROUNDING = 1e-14;

  /** The rate of step {@code t}, from 1, given the one before. */
  @FunctionalInterface
  private interface Recurrence {
    double next(double rate, int t);
  }

  private static void assertRates(Schedule schedule, double base, double... rates) {
    for (int t = 0; t < rates.length; t++) {
      assertThat(schedule.rate(base, t)).as("step %s", t).isCloseTo(rates[t], within(ROUNDING));
    }
  }

  private static void assertRecurrence(Schedule schedule, double first, Recurrence recurrence) {
    double rate = first;
    assertThat(schedule.rate(0.5, 0)).isCloseTo(rate, within(ROUNDING));
    for (int t = 1; t <= 40; t++) {
      rate = recurrence.next(rate, t);
      assertThat(schedule.rate(0.5, t)).as("step %s", t).isCloseTo(rate, within(ROUNDING));
    }
  }

  @Test
  void step_fallsEveryPeriod() {
    assertRates(new StepSchedule(2), 0.5, 0.5, 0.5, 0.05, 0.05, 0.005, 0.005, 0.0005);
    assertThat(new StepSchedule(30).rate(0.05, 29)).isEqualTo(0.05);
    assertThat(new StepSchedule(30).rate(0.05, 30)).isCloseTo(0.005, within(ROUNDING));
    assertRecurrence(new StepSchedule(7, 0.8), 0.5, (rate, t) -> t % 7 == 0 ? 0.8 * rate : rate);
  }

  @Test
  void multiStep_fallsAtMilestones() {
    assertRates(new MultiStepSchedule(1, 3, 4), 1, 1, 0.1, 0.1, 0.01, 0.001, 0.001);
    assertThat(new MultiStepSchedule(30, 80).rate(0.05, 79)).isCloseTo(0.005, within(ROUNDING));
    assertThat(new MultiStepSchedule(30, 80).rate(0.05, 80)).isCloseTo(0.0005, within(ROUNDING));
    List<Integer> milestones = List.of(3, 10, 20);
    assertRecurrence(
        new MultiStepSchedule(milestones, 0.3),
        0.5,
        (rate, t) -> milestones.contains(t) ? 0.3 * rate : rate);
  }

  @Test
  void exponential_fallsAtEveryStep() {
    assertRates(new ExponentialSchedule(0.5), 1, 1, 0.5, 0.25, 0.125);
    assertRecurrence(new ExponentialSchedule(0.9), 0.5, (rate, t) -> 0.9 * rate);
  }

  @Test
  void cosine_fallsToTheFloorAndRisesAgain() {
    double half = Math.sqrt(0.5);
    assertRates(
        new CosineSchedule(4), 1, 1, (1 + half) / 2, 0.5, (1 - half) / 2, 0, (1 - half) / 2, 0.5);
    assertRates(new CosineSchedule(2, 0.1), 0.5, 0.5, 0.3, 0.1, 0.3, 0.5);
    CosineSchedule long50 = new CosineSchedule(50, 0.01);
    assertRecurrence(
        long50,
        0.5,
        (rate, t) ->
            0.01
                + (rate - 0.01)
                    * (1 + Math.cos(Math.PI * t / 50))
                    / (1 + Math.cos(Math.PI * (t - 1) / 50)));
  }

  @Test
  void warmRestarts_startAgainAfterEachPeriod() {
    assertRates(new WarmRestartSchedule(2), 0.5, 0.5, 0.25, 0.5, 0.25, 0.5);
    WarmRestartSchedule growing = new WarmRestartSchedule(4, 2, 0.1);
    for (int start : new int[] {0, 4, 12, 28, 60}) {
      assertThat(growing.rate(0.5, start)).isCloseTo(0.5, within(ROUNDING));
      int length = start + 4; // 4, 8, 16, 32, 64
      assertThat(growing.rate(0.5, start + length / 2)).isCloseTo(0.3, within(ROUNDING));
      double last = 0.1 + 0.2 * (1 + Math.cos(Math.PI * (length - 1) / length));
      assertThat(growing.rate(0.5, start + length - 1)).isCloseTo(last, within(ROUNDING));
    }
  }

  @Test
  void linear_warmsUp() {
    assertRates(
        LinearSchedule.warmUp(0.5, 4), 0.05, 0.025, 0.03125, 0.0375, 0.04375, 0.05, 0.05, 0.05);
    assertRates(LinearSchedule.warmUp(2), 0.9, 0.3, 0.6, 0.9, 0.9);
    assertRates(new LinearSchedule(1, 0, 2), 1, 1, 0.5, 0, 0);
    assertRecurrence(
        new LinearSchedule(0.25, 0.75, 12),
        0.125,
        (rate, t) ->
            t > 12 ? rate : rate * (1 + (0.75 - 0.25) / (12 * 0.25 + (t - 1) * (0.75 - 0.25))));
  }

  @Test
  void polynomial_fallsToZero() {
    assertRates(new PolynomialSchedule(4), 0.05, 0.05, 0.0375, 0.025, 0.0125, 0, 0);
    assertRates(new PolynomialSchedule(4, 2), 1, 1, 0.5625, 0.25, 0.0625, 0, 0);
    assertRecurrence(
        new PolynomialSchedule(30, 1.7),
        0.5,
        (rate, t) -> t > 30 ? rate : rate * Math.pow((1 - t / 30.0) / (1 - (t - 1) / 30.0), 1.7));
  }

  @Test
  void oneCycle_risesAndFallsFarther() {
    OneCycleSchedule cycle = new OneCycleSchedule(10);
    // Up in steps 0 to 2, down in steps 2 to 9.
    assertThat(cycle.rate(1, 0)).isCloseTo(0.04, within(ROUNDING));
    assertThat(cycle.rate(1, 1)).isCloseTo(0.52, within(ROUNDING));
    assertThat(cycle.rate(1, 2)).isCloseTo(1, within(ROUNDING));
    double last = 0.04 / 1e4;
    for (int t = 2; t < 10; t++) {
      double expected = last + (1 - last) / 2 * (1 + Math.cos(Math.PI * (t - 2) / 7));
      assertThat(cycle.rate(1, t)).as("step %s", t).isCloseTo(expected, within(ROUNDING));
    }
    assertThat(cycle.rate(1, 9)).isCloseTo(last, within(ROUNDING));
    assertThat(cycle.rate(1, 10)).isCloseTo(last, within(ROUNDING));
    assertThat(cycle.rate(1, 1000)).isCloseTo(last, within(ROUNDING));
  }

  @Test
  void oneCycle_alongLines() {
    OneCycleSchedule cycle = new OneCycleSchedule(10, 0.5, 4, 10, false, false).withLines();
    assertRates(cycle, 1, 0.25, 0.4375, 0.625, 0.8125, 1, 0.805, 0.61, 0.415, 0.22, 0.025, 0.025);
  }

  @Test
  void oneCycle_ofThreePhases() {
    OneCycleSchedule cycle = new OneCycleSchedule(12, 0.25, 4, 5, true, false).withThreePhases();
    // Up in steps 0 to 2, back in steps 2 to 4, down in steps 4 to 11.
    assertRates(cycle, 1, 0.25, 0.625, 1, 0.625, 0.25);
    for (int t = 4; t < 12; t++) {
      double expected = 0.25 - 0.2 * (t - 4) / 7;
      assertThat(cycle.rate(1, t)).as("step %s", t).isCloseTo(expected, within(ROUNDING));
    }
    assertThat(cycle.rate(1, 12)).isCloseTo(0.05, within(ROUNDING));
  }

  /** A rise shorter than a step is over when the cycle begins. */
  @Test
  void oneCycle_ofFewSteps() {
    assertThat(new OneCycleSchedule(2, 0.5, 4, 5, true, false).rate(1, 0)).isEqualTo(1);
    double expected = 0.05 + 0.95 * (1 - 0.4 / 1.4);
    assertThat(new OneCycleSchedule(2, 0.3, 4, 5, true, false).rate(1, 0))
        .isCloseTo(expected, within(ROUNDING));
  }

  @Test
  void chained_multiplyTheirFactors() {
    Schedule chained =
        new ChainedSchedule(new LinearSchedule(0.1, 1, 2), new ExponentialSchedule(0.5));
    assertRates(chained, 1, 0.1, 0.275, 0.25, 0.125);
  }

  @Test
  void sequential_beginEachFromTheBase() {
    Schedule sequential =
        new SequentialSchedule(
            List.of(
                LinearSchedule.warmUp(0.5, 2),
                new ExponentialSchedule(0.5),
                new PolynomialSchedule(2)),
            2,
            5);
    assertRates(sequential, 1, 0.5, 0.75, 1, 0.5, 0.25, 1, 0.5, 0, 0);
  }

  @Test
  void arguments_outOfRange_areRefused() {
    refused(() -> new StepSchedule(0), "the period must be at least 1, not 0");
    refused(() -> new StepSchedule(1, 0), "the factor must be a finite number above 0, not 0.0");
    refused(
        () -> new MultiStepSchedule(3, 3),
        "milestones must be above 0, each later than the one before, not [3, 3]");
    refused(
        () -> new MultiStepSchedule(0),
        "milestones must be above 0, each later than the one before, not [0]");
    refused(
        () -> new MultiStepSchedule(List.of(1), -1),
        "the factor must be a finite number above 0, not -1.0");
    refused(
        () -> new ExponentialSchedule(Double.NaN),
        "the factor must be a finite number above 0, not NaN");
    refused(() -> new CosineSchedule(0), "the number of steps must be at least 1, not 0");
    refused(() -> new CosineSchedule(1, -1), "the floor must be a finite number from 0, not -1.0");
    refused(() -> new WarmRestartSchedule(0), "the period must be at least 1, not 0");
    refused(() -> new WarmRestartSchedule(1, 0, 0), "the growth must be at least 1, not 0");
    refused(
        () -> new WarmRestartSchedule(1, 1, -1),
        "the floor must be a finite number from 0, not -1.0");
    refused(
        () -> LinearSchedule.warmUp(0, 1), "the start must be a finite number above 0, not 0.0");
    refused(() -> LinearSchedule.warmUp(1.5, 1), "the start must be from 0 to 1, not 1.5");
    refused(() -> new LinearSchedule(1, 2, 1), "the end must be from 0 to 1, not 2.0");
    refused(() -> LinearSchedule.warmUp(0), "the number of steps must be at least 1, not 0");
    refused(() -> new PolynomialSchedule(0), "the number of steps must be at least 1, not 0");
    refused(
        () -> new PolynomialSchedule(1, 0), "the power must be a finite number above 0, not 0.0");
    refused(() -> new OneCycleSchedule(1), "the number of steps must be at least 2, not 1");
    refused(
        () -> new OneCycleSchedule(2, 0, 25, 1e4, false, false),
        "the rise must be a finite number above 0, not 0.0");
    refused(
        () -> new OneCycleSchedule(2, 1, 25, 1e4, false, false),
        "the rise must be from 0 to below 1, not 1.0");
    refused(
        () -> new OneCycleSchedule(2, 0.3, 0, 1e4, false, false),
        "the start divisor must be a finite number above 0, not 0.0");
    refused(
        () -> new OneCycleSchedule(2, 0.3, 25, 0, false, false),
        "the end divisor must be a finite number above 0, not 0.0");
    refused(
        () -> new OneCycleSchedule(9, 0.6, 25, 1e4, false, true),
        "a cycle of three phases wants a rise of at most 0.5, not 0.6");
    refused(
        () -> new SequentialSchedule(List.of(new StepSchedule(1)), 1),
        "1 schedules one after another want one milestone fewer, not 1");
    refused(
        () -> new SequentialSchedule(List.of(new StepSchedule(1), new StepSchedule(2)), -1),
        "milestones must be above 0, each later than the one before, not [-1]");
  }

  private static void refused(Runnable call, String sentence) {
    assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class).hasMessage(sentence);
  }
}
