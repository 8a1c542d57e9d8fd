package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.array.Indices;
import dev.lanewise.memory.Scope;
import dev.lanewise.optim.Adam;
import dev.lanewise.optim.Optimizer;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Small networks of each kind learn what they are for. */
final class LearningTest {
  @BeforeEach
  void seed() {
    Seed.set(1);
  }

  @AfterEach
  void unseed() {
    Seed.set(0);
  }

  @Test
  void lstm_learnsToEchoWhatCameFirst() {
    int samples = 16;
    int steps = 5;
    Tensor x = Exact.draw(new Random(1), samples, steps, 1).detach();
    Tensor first = x.select(1, 0).detach();
    Lstm lstm = new Lstm(1, 12);
    Linear readout = new Linear(12, 1);
    Supplier<Tensor> loss =
        () -> Losses.mse(readout.forward(lstm.forward(x).select(1, steps - 1)), first);
    float before = loss.get().item();
    train(new Sequential(lstm, readout), 0.02, 150, loss);
    // What says nothing of the first number errs by its variance, 0.75.
    assertThat(before).isGreaterThan(0.5f);
    assertThat(loss.get().item()).isLessThan(0.02f);
  }

  @Test
  void gru_learnsToSum() {
    int samples = 32;
    int steps = 6;
    Tensor x = Exact.draw(new Random(2), samples, steps, 1).detach();
    Tensor sums = x.sum(1).detach();
    Gru gru = new Gru(1, 16, 2, true, 0);
    Linear readout = new Linear(16, 1);
    Supplier<Tensor> loss =
        () -> Losses.mse(readout.forward(gru.forward(x).select(1, steps - 1)), sums);
    float before = loss.get().item();
    train(new Sequential(gru, readout), 0.02, 150, loss);
    // The variance of a sum of six is 4.5.
    assertThat(before).isGreaterThan(2);
    assertThat(loss.get().item()).isLessThan(0.05f);
  }

  @Test
  void transformer_learnsToReverse() {
    int samples = 16;
    int length = 5;
    int words = 8;
    Random random = new Random(3);
    int[] sequences = random.ints((long) samples * length, 0, words).toArray();
    int[] reversed = new int[sequences.length];
    for (int i = 0; i < reversed.length; i++) {
      reversed[i] = sequences[i / length * length + length - 1 - i % length];
    }
    Reverser model = new Reverser(words, length);
    Indices input = Indices.of(sequences, samples, length);
    train(model, 0.01, 150, () -> Losses.crossEntropy(model.logits(input), reversed));
    model.eval();
    try (NoGrad _ = NoGrad.open()) {
      assertThat(model.logits(input).argmax(1).toIntArray()).isEqualTo(reversed);
    }
  }

  @Test
  void convolutionsWithBatchNorm_learnWhichWayStripesRun() {
    int samples = 40;
    Random random = new Random(4);
    float[] images = new float[samples * 64];
    int[] labels = new int[samples];
    for (int i = 0; i < images.length; i++) {
      int sample = i / 64;
      labels[sample] = sample % 2;
      int place = sample % 2 == 0 ? i % 8 : i / 8;
      images[i] = (float) ((place + sample / 2) % 2 + 0.3 * random.nextGaussian());
    }
    Tensor x = Tensor.of(images, samples, 1, 8, 8);
    Sequential net =
        new Sequential(
            new Conv2d(1, 4, 3, 1, 1),
            new BatchNorm2d(4),
            new Relu(),
            new MaxPool2d(2),
            new Flatten(),
            new Linear(64, 8),
            new BatchNorm1d(8),
            new Relu(),
            new Linear(8, 2));
    train(net, 0.01, 60, () -> Losses.crossEntropy(net.forward(x), labels));
    net.eval();
    try (NoGrad _ = NoGrad.open()) {
      assertThat(net.forward(x).argmax(1).toIntArray()).isEqualTo(labels);
    }
  }

  private static void train(Module model, double rate, int steps, Supplier<Tensor> loss) {
    Optimizer adam = new Adam(model.parameters(), rate);
    for (int i = 0; i < steps; i++) {
      try (Scope _ = Scope.open()) {
        adam.zeroGrad();
        loss.get().backward();
        adam.step();
      }
    }
  }

  /** Words and their places, one layer of a transformer, and what to say at each place. */
  private static final class Reverser extends Module {
    private static final int SIZE = 16;

    private final Embedding table;
    private final Embedding places;
    private final TransformerEncoderLayer layer;
    private final Linear readout;
    private final Indices order;

    Reverser(int words, int length) {
      table = register("table", new Embedding(words, SIZE));
      places = register("places", new Embedding(length, SIZE));
      layer = register("layer", new TransformerEncoderLayer(SIZE, 2, 32, 0.05, Tensor::gelu, true));
      readout = register("readout", new Linear(SIZE, words));
      int[] counted = new int[length];
      Arrays.setAll(counted, i -> i);
      order = Indices.of(counted);
    }

    Tensor logits(Indices sequences) {
      Tensor x = table.forward(sequences).add(places.forward(order));
      return readout.forward(layer.forward(x)).flatten(0, 1);
    }

    @Override
    public Tensor forward(Tensor input) {
      throw new UnsupportedOperationException("it reads words");
    }
  }
}
