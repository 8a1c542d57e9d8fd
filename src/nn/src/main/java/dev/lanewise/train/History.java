package dev.lanewise.train;

import java.util.List;
import java.util.Locale;

/**
 * The epochs of a training run, in their order.
 *
 * @param epochs those of this run, after a resumption those since then
 * @param stoppedEarly whether the run ended since validation got no better
 */
public record History(List<Epoch> epochs, boolean stoppedEarly) {
  /** The same, with a list that nobody can change. */
  public History {
    epochs = List.copyOf(epochs);
  }

  /**
   * Returns the last epoch.
   *
   * @throws IllegalStateException if there was none
   */
  public Epoch last() {
    if (epochs.isEmpty()) {
      throw new IllegalStateException("the run had no epoch");
    }
    return epochs.getLast();
  }

  /** Returns the curves as a table of comma-separated values with a header. */
  public String csv() {
    StringBuilder table =
        new StringBuilder("epoch,loss,validation,learning_rate,samples,seconds\n");
    for (Epoch epoch : epochs) {
      String validation =
          epoch.validation().isPresent() ? Double.toString(epoch.validation().getAsDouble()) : "";
      table.append(
          String.format(
              Locale.ROOT,
              "%d,%s,%s,%s,%d,%s%n",
              epoch.number(),
              epoch.loss(),
              validation,
              epoch.learningRate(),
              epoch.samples(),
              epoch.seconds()));
    }
    return table.toString();
  }
}
