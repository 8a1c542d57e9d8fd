package dev.lanewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointTest {
  private static final TrainSettings SETTINGS =
      new TrainSettings(
          Map.of(OptimizerKind.ADAM, 0.002, OptimizerKind.SGD, 3.0), 2, 8, List.of(4, 4, 4), 1);

  @TempDir private Path temp;
  private Checkpoint checkpoint;
  private NeuralNetwork network;

  @BeforeEach
  void setUp() {
    TrainingData data = TrainingData.synthetic(8, 1);
    checkpoint = new Checkpoint(temp.resolve("m.safetensors"), SETTINGS, data);
    network = Trainer.untrained(SETTINGS, data.features(), OptimizerKind.ADAM);
  }

  @Test
  void firstOptimizer_isSavedAfterEachEpochWhetherBetterOrNot() throws IOException {
    checkpoint.saveUntrained(OptimizerKind.ADAM, network);
    assertHeld("adam", 0, "the untrained one");
    checkpoint.saveEpoch(OptimizerKind.ADAM, network, epoch(1, 0.2));
    checkpoint.saveEpoch(OptimizerKind.ADAM, network, epoch(2, 0.3));
    assertHeld("adam", 2, "that of adam after epoch 2");
  }

  @Test
  void laterOptimizer_standsThereOnlyWhileItIsBetter() throws IOException {
    checkpoint.saveTrained(trained(OptimizerKind.ADAM, epoch(2, 0.2)));
    checkpoint.saveEpoch(OptimizerKind.SGD, network, epoch(1, 0.4));
    assertHeld("adam", 2, "that of adam after epoch 2");
    checkpoint.saveEpoch(OptimizerKind.SGD, network, epoch(1, 0.1));
    assertHeld("sgd", 1, "that of sgd after epoch 1");
    checkpoint.saveTrained(trained(OptimizerKind.SGD, epoch(2, 0.3)));
    assertHeld("adam", 2, "that of adam after epoch 2");
  }

  @Test
  void bestOfTheTrained_standsThereInTheEnd() throws IOException {
    checkpoint.saveTrained(trained(OptimizerKind.ADAM, epoch(2, 0.2)));
    checkpoint.saveTrained(trained(OptimizerKind.SGD, epoch(2, 0.1)));
    assertHeld("sgd", 2, "that of sgd after epoch 2");
  }

  private static EpochResult epoch(int number, double testLoss) {
    return new EpochResult(number, number, testLoss, new Evaluation(testLoss, 0.5), 1);
  }

  private TrainedNetwork trained(OptimizerKind kind, EpochResult last) {
    return new TrainedNetwork(kind, network, List.of(last), List.of(1f), 0);
  }

  private void assertHeld(String optimizer, int epoch, String name) throws IOException {
    assertThat(checkpoint.held()).isEqualTo(name);
    assertThat(SafeTensors.read(checkpoint.file()).metadata())
        .containsEntry("optimizer", optimizer)
        .containsEntry("epoch", Integer.toString(epoch));
  }
}
