package dev.lanewise.bench.peers;

import java.util.List;

/** A network of a peer that trains on one batch. */
interface Learner {
  /** Takes one step: forward, mean squared error, backward, Adam. It is what is timed. */
  void step();

  /** Returns the loss of the batch as things stand. */
  float loss();

  /**
   * Returns how far the loss may be from Lanewise's: {@code usual}, unless there is a reason for
   * more.
   */
  default double lossTolerance(double usual) {
    return usual;
  }

  /** Returns the weights and biases as they stand. */
  List<Layer> layers();
}
