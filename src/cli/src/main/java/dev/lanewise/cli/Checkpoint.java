package dev.lanewise.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one model file of a run.
 *
 * <p>While the first optimizer trains, the file holds the network after its last epoch. A later
 * optimizer's network stands there only while it does better than the best before it; at the end
 * the best of the trained networks does.
 */
final class Checkpoint {
  private final Path file;
  private final TrainSettings settings;
  private final TrainingData data;
  private @Nullable TrainedNetwork best;
  private String held = "none";

  Checkpoint(Path file, TrainSettings settings, TrainingData data) {
    this.file = file;
    this.settings = settings;
    this.data = data;
  }

  /** Where the model is. */
  Path file() {
    return file;
  }

  /** Which model it is, as in "that of adam after epoch 3". */
  String held() {
    return held;
  }

  /** Saves a network that is not trained yet. */
  void saveUntrained(OptimizerKind kind, NeuralNetwork network) throws IOException {
    write(kind, network, 0, "the untrained one");
  }

  /** Saves a network after an epoch, unless one whose training is over does better. */
  void saveEpoch(OptimizerKind kind, NeuralNetwork network, EpochResult result) throws IOException {
    if (best == null || result.test().loss() < best.last().test().loss()) {
      write(kind, network, result.number(), name(kind, result));
    }
  }

  /** Sees to it that the file holds the best of the networks whose training is over. */
  void saveTrained(TrainedNetwork trained) throws IOException {
    if (best == null || trained.last().test().loss() < best.last().test().loss()) {
      best = trained;
    }
    String name = name(best.kind(), best.last());
    if (!held.equals(name)) {
      write(best.kind(), best.network(), best.last().number(), name);
    }
  }

  private static String name(OptimizerKind kind, EpochResult result) {
    return "that of " + kind.label() + " after epoch " + result.number();
  }

  private void write(OptimizerKind kind, NeuralNetwork network, int epoch, String name)
      throws IOException {
    Map<String, String> made = settings.describe(kind);
    made.put("epoch", Integer.toString(epoch));
    made.put("data", data.origin());
    Layers layers = settings.layers(data.features());
    SavedModel.write(file, network, layers, data.rows(), data.cols(), made);
    held = name;
  }
}
