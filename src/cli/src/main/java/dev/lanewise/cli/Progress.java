package dev.lanewise.cli;

/** What a person sees of one training under way. */
interface Progress extends AutoCloseable {
  /** Takes note of a step over {@code samples} samples. */
  void step(int samples, double loss);

  /** Takes note of an epoch's end. */
  void epoch(EpochResult result);

  /** Ends the display. */
  @Override
  void close();

  /** Begins the display of one training. */
  @FunctionalInterface
  interface Factory {
    /** Begins the display of {@code epochs} epochs of {@code samples} samples each. */
    Progress begin(String name, int epochs, int samples);
  }
}
