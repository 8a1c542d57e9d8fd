package dev.lanewise.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a person chose for a training.
 *
 * @param learningRates the optimizers to train with, in order, and the rate of each
 */
record TrainSettings(
    Map<OptimizerKind, Double> learningRates,
    int epochs,
    int batchSize,
    List<Integer> hidden,
    long seed) {
  /** The sizes of the network's layers for images of {@code features} numbers. */
  Layers layers(int features) {
    return Layers.of(features, hidden.get(0), hidden.get(1), hidden.get(2), TrainingData.CLASSES);
  }

  /** The settings that made one network, as a saved model names them. */
  Map<String, String> describe(OptimizerKind kind) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("optimizer", kind.label());
    settings.put("learning_rate", Text.number(learningRates.getOrDefault(kind, 0.0)));
    settings.put("batch_size", Integer.toString(batchSize));
    settings.put("seed", Long.toString(seed));
    return settings;
  }
}
