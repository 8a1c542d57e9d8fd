package dev.lanewise.parity;

import static dev.lanewise.parity.Tolerance.ROUNDED;

import dev.lanewise.array.NDArray;
import dev.lanewise.nn.Parameter;
import dev.lanewise.optim.Optimizer;
import dev.lanewise.optim.ReduceOnPlateau;
import dev.lanewise.optim.Scheduler;
import dev.lanewise.optim.Sgd;
import dev.lanewise.optim.StepSchedule;
import dev.lanewise.tensor.Tensor;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The schedules that libtorch has, as functions of a metric at each step: the rates after it. The
 * others stand against PyTorch's recurrences in the schedules' own tests.
 */
final class ScheduleCases {
  private static final int STEPS = 30;

  private ScheduleCases() {}

  static List<Case> all() {
    return List.of(
        rates(
            "StepSchedule 4 0.8",
            optimizer -> {
              Scheduler scheduler = new Scheduler(optimizer, new StepSchedule(4, 0.8));
              return _ -> scheduler.step();
            }),
        plateau("ReduceOnPlateau", p -> p.patience(2)),
        plateau("ReduceOnPlateau maximize", p -> p.maximize().patience(2).threshold(0.1)),
        plateau(
            "ReduceOnPlateau all",
            p -> p.patience(1).threshold(0.25).absolute().cooldown(2).floor(0.1).epsilon(0.05)));
  }

  private static Case plateau(String definition, UnaryOperator<ReduceOnPlateau> options) {
    return rates(
        definition, optimizer -> options.apply(new ReduceOnPlateau(optimizer).factor(0.5))::step);
  }

  private static Case rates(String definition, Function<Optimizer, DoubleConsumer> make) {
    return Case.of(
            definition,
            d -> List.of(d.constant(Values.between(0.5f, 4), STEPS)),
            x -> {
              Optimizer optimizer = new Sgd(List.of(new Parameter(NDArray.of(new float[] {1}))), 1);
              DoubleConsumer schedule = make.apply(optimizer);
              float[] rates = x[0].toFloatArray();
              for (int step = 0; step < rates.length; step++) {
                schedule.accept(rates[step]);
                rates[step] = (float) optimizer.learningRate();
              }
              return Tensor.of(rates, rates.length);
            })
        .within(ROUNDED, ROUNDED);
  }
}
