package dev.lanewise.bench.peers;

/** A network of a peer that predicts one batch. */
interface Predictor {
  /** Predicts the batch: what is timed. */
  void predict();

  /** Returns the outputs of a prediction, row by row. */
  float[] output();
}
