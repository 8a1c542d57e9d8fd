package dev.lanewise.bench.peers;

import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.ReduceLROnPlateauScheduler;
import org.bytedeco.pytorch.ReduceLROnPlateauScheduler.SchedulerMode;
import org.bytedeco.pytorch.ReduceLROnPlateauScheduler.ThresholdMode;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.StepLR;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The rates after each metric of a schedule. */
final class ScheduleDefinitions {
  static final Map<String, Definition> ALL =
      Map.of(
          "StepSchedule 4 0.8",
          x ->
              rates(
                  optimizer -> {
                    StepLR schedule = new StepLR(optimizer, 4, 0.8);
                    // As PyTorch's constructor in Python does, and libtorch's does not.
                    schedule.step();
                    return _ -> schedule.step();
                  },
                  x[0]),
          "ReduceOnPlateau",
          x -> plateau(SchedulerMode.min, 2, 1e-4, ThresholdMode.rel, 0, 0, 1e-8, x[0]),
          "ReduceOnPlateau maximize",
          x -> plateau(SchedulerMode.max, 2, 0.1, ThresholdMode.rel, 0, 0, 1e-8, x[0]),
          "ReduceOnPlateau all",
          x -> plateau(SchedulerMode.min, 1, 0.25, ThresholdMode.abs, 2, 0.1f, 0.05, x[0]));

  private ScheduleDefinitions() {}

  private static Tensor plateau(
      SchedulerMode mode,
      int patience,
      double threshold,
      ThresholdMode kind,
      int cooldown,
      float floor,
      double epsilon,
      Tensor metrics) {
    return rates(
        optimizer -> {
          ReduceLROnPlateauScheduler schedule =
              new ReduceLROnPlateauScheduler(
                  optimizer,
                  mode,
                  0.5f,
                  patience,
                  threshold,
                  kind,
                  cooldown,
                  new float[] {floor},
                  epsilon,
                  false);
          return schedule::step;
        },
        metrics);
  }

  private static Tensor rates(Function<Optimizer, Consumer<Float>> make, Tensor metrics) {
    Optimizer optimizer = new SGD(new TensorVector(torch.ones(1)), new SGDOptions(1));
    Consumer<Float> schedule = make.apply(optimizer);
    double[] rates = new double[Math.toIntExact(metrics.numel())];
    metrics.contiguous().data_ptr_double().get(rates);
    for (int step = 0; step < rates.length; step++) {
      schedule.accept((float) rates[step]);
      rates[step] = optimizer.param_groups().get(0).options().get_lr();
    }
    return Tensor.create(rates, rates.length);
  }
}
