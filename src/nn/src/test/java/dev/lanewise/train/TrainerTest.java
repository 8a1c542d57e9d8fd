package dev.lanewise.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.NDArray;
import dev.lanewise.data.DataLoader;
import dev.lanewise.data.Dataset;
import dev.lanewise.io.FormatException;
import dev.lanewise.io.SafeTensors;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Seed;
import dev.lanewise.nn.Sequential;
import dev.lanewise.nn.Tanh;
import dev.lanewise.optim.AdamW;
import dev.lanewise.optim.CosineSchedule;
import dev.lanewise.optim.MovingAverage;
import dev.lanewise.optim.Sgd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainerTest {
  private static final int EPOCHS = 6;

  @TempDir Path folder;

  /** A model, its trainer and its data, made afresh from the same seed. */
  private static final class Run {
    final Sequential model;
    final Trainer trainer;
    final MovingAverage average;
    final DataLoader data = new DataLoader(samples(70), 8).shuffle(3);
    int batches;
    int failAt = Integer.MAX_VALUE;

    Run() {
      Seed.set(5);
      model = new Sequential(new Linear(3, 16), new Tanh(), new Dropout(0.1), new Linear(16, 1));
      average = new MovingAverage(model.parameters(), 0.9);
      trainer =
          new Trainer(
                  model,
                  new AdamW(model.parameters(), 1e-2),
                  (m, batch) -> {
                    if (++batches > failAt) {
                      throw new IllegalStateException("the power fails");
                    }
                    return Losses.mse(m.forward(batch.x()), batch.y());
                  })
              .schedule(new CosineSchedule(EPOCHS))
              .clipNorm(1)
              .average(average)
              .validate(new DataLoader(samples(20), 20))
              .stopAfter(4);
    }

    float[] weights() {
      List<float[]> all = new ArrayList<>();
      model.parameters().forEach(p -> all.add(p.toFloatArray()));
      average.swap();
      model.parameters().forEach(p -> all.add(p.toFloatArray()));
      average.swap();
      int size = all.stream().mapToInt(a -> a.length).sum();
      float[] joint = new float[size];
      int at = 0;
      for (float[] part : all) {
        System.arraycopy(part, 0, joint, at, part.length);
        at += part.length;
      }
      return joint;
    }
  }

  @Test
  void fit_learnsAndTells() throws IOException {
    List<Epoch> told = new ArrayList<>();
    Run run = new Run();
    History history = run.trainer.onEpoch(told::add).fit(run.data, EPOCHS);
    assertThat(history.epochs()).hasSize(EPOCHS).isEqualTo(told);
    assertThat(history.last().loss()).isLessThan(0.5 * history.epochs().getFirst().loss());
    assertThat(history.last().number()).isEqualTo(EPOCHS - 1);
    assertThat(history.last().samples()).isEqualTo(70);
    assertThat(history.stoppedEarly()).isFalse();
    assertThat(history.csv().lines()).hasSize(EPOCHS + 1);
    assertThat(history.last().toString()).startsWith("epoch 5  loss ");
  }

  @Test
  void resume_afterAnEpoch_goesOnBitForBit() throws IOException {
    Run whole = new Run();
    History all = whole.trainer.fit(whole.data, EPOCHS);
    Path file = folder.resolve("run.safetensors");
    Run first = new Run();
    first.trainer.snapshots(file).fit(first.data, 2);
    Run second = new Run();
    History rest = second.trainer.resume(file).fit(second.data, EPOCHS);
    assertThat(second.weights()).isEqualTo(whole.weights());
    assertThat(rest.epochs()).hasSize(EPOCHS - 2);
    assertThat(rest.last().loss()).isEqualTo(all.last().loss());
    assertThat(rest.last().validation()).isEqualTo(all.last().validation());
  }

  @Test
  void resume_withinAnEpoch_goesOnBitForBit() throws IOException {
    Run whole = new Run();
    History all = whole.trainer.fit(whole.data, EPOCHS);
    Path file = folder.resolve("run.safetensors");
    Run first = new Run();
    first.failAt = 3 * 9 + 7; // in the fourth epoch, the validation's batches counted
    assertThatThrownBy(() -> first.trainer.snapshots(file, 2).fit(first.data, EPOCHS))
        .hasMessage("the power fails");
    Run second = new Run();
    History rest = second.trainer.resume(file).fit(second.data, EPOCHS);
    assertThat(second.weights()).isEqualTo(whole.weights());
    Epoch resumed = rest.epochs().getFirst();
    assertThat(resumed.loss()).isEqualTo(all.epochs().get(resumed.number()).loss());
    assertThat(resumed.samples()).isEqualTo(70);
  }

  @Test
  void accumulate_isTheBatchTwiceAsLarge() throws IOException {
    float[][] weights = new float[2][];
    for (int i = 0; i < 2; i++) {
      Seed.set(5);
      Sequential model = new Sequential(new Linear(3, 1));
      new Trainer(
              model,
              new Sgd(model.parameters(), 0.1),
              (m, batch) -> Losses.mse(m.forward(batch.x()), batch.y()))
          .accumulate(1 + i)
          .fit(new DataLoader(samples(64), 16 / (1 + i)), 1);
      weights[i] = model.parameters().getFirst().toFloatArray();
    }
    for (int j = 0; j < 3; j++) {
      // Four steps of weights near 1, each of a sum of sixteen terms in another order.
      assertThat((double) weights[1][j]).isCloseTo(weights[0][j], within(4 * 16 * 0x1p-24));
    }
  }

  @Test
  void stopAfter_endsTheRun_andAResumedRunKnows() throws IOException {
    Path file = folder.resolve("run.safetensors");
    Sequential model = new Sequential(new Linear(3, 1));
    double[] measures = {3, 2, 2.5, 2, 1};
    int[] next = {0};
    History history =
        new Trainer(
                model,
                new Sgd(model.parameters(), 0),
                (m, batch) -> Losses.mse(m.forward(batch.x()), batch.y()))
            .validate(m -> measures[next[0]++], false)
            .stopAfter(2)
            .snapshots(file)
            .fit(new DataLoader(samples(8), 8), 10);
    assertThat(history.stoppedEarly()).isTrue();
    assertThat(history.epochs()).hasSize(4);
    assertThat(
            new Trainer(model, new Sgd(model.parameters(), 0), (m, b) -> Losses.mse(b.x(), b.x()))
                .stopAfter(2)
                .resume(file)
                .fit(new DataLoader(samples(8), 8), 10)
                .epochs())
        .isEmpty();
  }

  @Test
  void secondSchedule_isRefused() {
    Sequential model = new Sequential(new Linear(3, 1));
    Trainer trainer =
        new Trainer(model, new Sgd(model.parameters(), 1), (m, b) -> Losses.mse(b.x(), b.x()))
            .scheduleBySteps(new CosineSchedule(3));
    assertThatThrownBy(() -> trainer.schedule(new CosineSchedule(3)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the learning rate has a schedule already");
  }

  @Test
  void loss_thatIsNotFinite_isNamed() {
    Sequential model = new Sequential(new Linear(3, 1));
    Trainer trainer =
        new Trainer(
            model,
            new Sgd(model.parameters(), 1),
            (m, batch) -> Losses.mse(m.forward(batch.x()), batch.y()).log().mul(Float.NaN));
    assertThatThrownBy(() -> trainer.fit(new DataLoader(samples(8), 8), 1))
        .isInstanceOf(ArithmeticException.class)
        .hasMessage(
            "the loss is NaN in epoch 0, after 0 steps; Anomaly names the operation at fault");
  }

  @Test
  void snapshot_ofSomethingElse_isRefused() throws IOException {
    Path file = folder.resolve("other.safetensors");
    SafeTensors.write(file, Map.of("w", NDArray.scalar(1)), Map.of());
    assertThatThrownBy(() -> new Run().trainer.resume(file))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("no snapshot of a training run");
    Snapshot.write(file, Map.of());
    assertThatThrownBy(() -> new Run().trainer.resume(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no state of the run");
  }

  private static Dataset samples(int count) {
    Random random = new Random(count);
    float[] x = new float[3 * count];
    float[] y = new float[count];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < 3; j++) {
        x[3 * i + j] = random.nextFloat(-1, 1);
      }
      y[i] = (float) Math.sin(2 * x[3 * i]) + x[3 * i + 1] * x[3 * i + 2];
    }
    return Dataset.of(NDArray.of(x, count, 3), NDArray.of(y, count, 1));
  }
}
