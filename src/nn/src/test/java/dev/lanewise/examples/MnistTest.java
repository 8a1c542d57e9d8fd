package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.data.Augmentation;
import dev.lanewise.data.Batch;
import dev.lanewise.data.DataLoader;
import dev.lanewise.data.MnistFiles;
import dev.lanewise.data.RealMnist;
import dev.lanewise.infer.Predictor;
import dev.lanewise.kernel.Weights;
import dev.lanewise.memory.Scope;
import dev.lanewise.metrics.Accuracy;
import dev.lanewise.nn.BatchNorm2d;
import dev.lanewise.nn.Conv2d;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Flatten;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.MaxPool2d;
import dev.lanewise.nn.Module;
import dev.lanewise.nn.Relu;
import dev.lanewise.nn.Seed;
import dev.lanewise.nn.Sequential;
import dev.lanewise.nn.Unflatten;
import dev.lanewise.optim.AdamW;
import dev.lanewise.optim.OneCycleSchedule;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import dev.lanewise.train.Trainer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Networks learn to read the handwritten digits of MNIST from 8,000 images, each moved a little
 * anew in every epoch, and are judged by 2,000 others.
 *
 * <pre>
 *   mvn -q test -pl src/nn -am -Dtest=MnistTest -Dsurefire.failIfNoSpecifiedTests=false \
 *       -Dlanewise.mnist=DIR
 * </pre>
 */
final class MnistTest {
  private static final int SIDE = 28;
  private static final int CLASSES = 10;
  private static final int BATCH = 64;

  /** What fewer bits may cost: 0.2 points, of 2,000 images the answers to three. */
  private static final double MOST_LOST = 0.002;

  @Test
  void perceptron_reads96Percent() throws IOException {
    Seed.set(1);
    Sequential model =
        new Sequential(
            new Linear(SIDE * SIDE, 256),
            new Relu(),
            new Dropout(0.2),
            new Linear(256, 128),
            new Relu(),
            new Dropout(0.2),
            new Linear(128, CLASSES));
    assertThat(accuracy("perceptron", model, 2e-3, 2, 20)).isGreaterThan(0.96);
    double whole = served(model, Weights.FLOAT32);
    for (Weights narrow : List.of(Weights.BFLOAT16, Weights.INT8)) {
      assertThat(served(model, narrow))
          .as("the share of right answers with weights in %s", narrow)
          .isGreaterThan(whole - MOST_LOST);
    }
  }

  @Test
  void convolutions_read97AndAHalfPercent() throws IOException {
    Seed.set(1);
    Sequential model =
        new Sequential(
            new Unflatten(1, 1, SIDE, SIDE),
            new Conv2d(1, 8, 5, 1, 2),
            new BatchNorm2d(8),
            new Relu(),
            new MaxPool2d(2),
            new Conv2d(8, 16, 5, 1, 2),
            new BatchNorm2d(16),
            new Relu(),
            new MaxPool2d(2),
            new Flatten(),
            new Dropout(0.2),
            new Linear(16 * SIDE / 4 * SIDE / 4, CLASSES));
    assertThat(accuracy("convolutions", model, 4e-3, 1, 4)).isGreaterThan(0.975);
  }

  /** Returns the share of right answers of a predictor whose weights are kept in a form. */
  private static double served(Module model, Weights form) throws IOException {
    Predictor predictor = Predictor.builder(model, SIDE * SIDE).weights(form).build();
    Accuracy accuracy = new Accuracy();
    for (Batch batch : new DataLoader(RealMnist.load().test().toDataset(CLASSES, 0, 1), 500)) {
      float[] answers = predictor.predict(batch.x().toFloatArray());
      accuracy.update(Tensor.of(answers, answers.length / CLASSES, CLASSES), batch.labels());
    }
    System.out.printf("MNIST, weights in %s: %.2f%% right%n", form, 100 * accuracy.result());
    return accuracy.result();
  }

  /**
   * Trains a model and returns its share of right answers.
   *
   * @param rate the learning rate at the height of its cycle
   * @param shift by how many pixels an image is moved at most, each way
   */
  private static double accuracy(String name, Module model, double rate, int shift, int epochs)
      throws IOException {
    MnistFiles mnist = RealMnist.load();
    DataLoader train =
        new DataLoader(mnist.train().toDataset(CLASSES, 0, 1), BATCH)
            .shuffle(1)
            .transform(Augmentation.shift(SIDE, SIDE, shift, 0), 1);
    new Trainer(
            model,
            new AdamW(model.parameters(), rate),
            (m, batch) -> Losses.crossEntropy(m.forward(batch.x()), batch.labels()))
        .scheduleBySteps(new OneCycleSchedule(epochs * train.batches()))
        .fit(train, epochs);
    model.eval();
    Accuracy accuracy = new Accuracy();
    for (Batch batch : new DataLoader(mnist.test().toDataset(CLASSES, 0, 1), 500)) {
      try (NoGrad _ = NoGrad.open();
          Scope _ = Scope.open()) {
        accuracy.update(model.forward(batch.x()), batch.labels());
      }
    }
    System.out.printf("MNIST, %s: %.2f%% right%n", name, 100 * accuracy.result());
    return accuracy.result();
  }
}
