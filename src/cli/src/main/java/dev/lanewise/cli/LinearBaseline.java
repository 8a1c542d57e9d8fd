package dev.lanewise.cli;

import dev.lanewise.data.Batch;
import dev.lanewise.data.DataLoader;
import dev.lanewise.memory.Scope;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Seed;
import dev.lanewise.optim.Adam;
import dev.lanewise.optim.Optimizer;
import dev.lanewise.tensor.Tensor;

/** One linear layer with a softmax, trained on the same data: what the network has to beat. */
final class LinearBaseline {
  private static final double LEARNING_RATE = 0.001;

  private LinearBaseline() {}

  /** The accuracy on the test images after as many epochs as the network gets. */
  static double accuracy(TrainSettings settings, TrainingData data) {
    Seed.set(settings.seed());
    Linear model = new Linear(data.features(), TrainingData.CLASSES);
    Optimizer optimizer = new Adam(model.parameters(), LEARNING_RATE);
    DataLoader loader = new DataLoader(data.train(), settings.batchSize()).shuffle(settings.seed());
    for (int epoch = 0; epoch < settings.epochs(); epoch++) {
      for (Batch batch : loader) {
        try (Scope _ = Scope.open()) {
          Tensor loss = Losses.crossEntropy(model.forward(batch.x()), batch.labels());
          optimizer.zeroGrad();
          loss.backward();
          optimizer.step();
        }
      }
    }
    return Evaluation.of(model, data.test()).accuracy();
  }
}
