package dev.lanewise.cli;

import java.util.List;

/**
 * A network at the end of its training, with what the training was like.
 *
 * @param stepLosses the loss of every step
 * @param peakBytes the most off-heap memory that was in use meanwhile
 */
record TrainedNetwork(
    OptimizerKind kind,
    NeuralNetwork network,
    List<EpochResult> epochs,
    List<Float> stepLosses,
    long peakBytes) {
  /** The last epoch's result. */
  EpochResult last() {
    return epochs.getLast();
  }

  /** The speed of the median epoch, on which neither warm-up nor a hiccup tells. */
  double samplesPerSecond() {
    double[] speeds = epochs.stream().mapToDouble(EpochResult::samplesPerSecond).sorted().toArray();
    return speeds[speeds.length / 2];
  }
}
