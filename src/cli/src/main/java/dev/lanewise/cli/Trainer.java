package dev.lanewise.cli;

import dev.lanewise.data.Batch;
import dev.lanewise.data.DataLoader;
import dev.lanewise.memory.Memory;
import dev.lanewise.memory.Scope;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Seed;
import dev.lanewise.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The training of the network with one optimizer after the other, from the same initial weights and
 * on the same batches.
 */
final class Trainer {
  private final TrainSettings settings;
  private final TrainingData data;
  private final Checkpoint checkpoint;
  private final Progress.Factory display;

  Trainer(
      TrainSettings settings, TrainingData data, Checkpoint checkpoint, Progress.Factory display) {
    this.settings = settings;
    this.data = data;
    this.checkpoint = checkpoint;
    this.display = display;
  }

  /** The network with the weights that the seed gives. */
  static NeuralNetwork untrained(TrainSettings settings, int features, OptimizerKind kind) {
    Seed.set(settings.seed());
    double learningRate = settings.learningRates().getOrDefault(kind, kind.defaultLearningRate());
    return settings.layers(features).create(kind, learningRate);
  }

  /**
   * Trains a network and saves it after each epoch.
   *
   * @throws Failure if the loss is no longer a finite number, naming the step and the last good
   *     model
   */
  TrainedNetwork train(OptimizerKind kind) throws IOException {
    Memory.resetPeak();
    NeuralNetwork network = untrained(settings, data.features(), kind);
    DataLoader loader = new DataLoader(data.train(), settings.batchSize()).shuffle(settings.seed());
    List<EpochResult> epochs = new ArrayList<>();
    List<Float> losses = new ArrayList<>();
    try (Progress progress = display.begin(kind.label(), settings.epochs(), data.train().size())) {
      for (int epoch = 1; epoch <= settings.epochs(); epoch++) {
        long start = System.nanoTime();
        double sum = 0;
        for (Batch batch : loader) {
          float loss = step(network, batch);
          losses.add(loss);
          requireFinite(loss, kind, epoch, losses.size());
          sum += (double) loss * batch.size();
          progress.step(batch.size(), loss);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        Evaluation test = Evaluation.of(network, data.test());
        requireFinite(test.loss(), kind, epoch, losses.size());
        EpochResult result =
            new EpochResult(
                epoch,
                losses.size(),
                sum / data.train().size(),
                test,
                data.train().size() / seconds);
        checkpoint.saveEpoch(kind, network, result);
        epochs.add(result);
        progress.epoch(result);
      }
    }
    TrainedNetwork trained = new TrainedNetwork(kind, network, epochs, losses, Memory.peak());
    checkpoint.saveTrained(trained);
    return trained;
  }

  private static float step(NeuralNetwork network, Batch batch) {
    try (Scope _ = Scope.open()) {
      Tensor loss = Losses.mse(network.forward(batch.x()), batch.y());
      network.update(loss);
      return loss.item();
    }
  }

  private void requireFinite(double loss, OptimizerKind kind, int epoch, int step) {
    if (!Double.isFinite(loss)) {
      throw new Failure(
          "the loss of "
              + kind.label()
              + " became "
              + loss
              + " in epoch "
              + epoch
              + " at step "
              + step
              + "; "
              + checkpoint.file()
              + " holds the last good model, "
              + checkpoint.held());
    }
  }
}
