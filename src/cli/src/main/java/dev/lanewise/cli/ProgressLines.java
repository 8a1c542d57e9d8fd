package dev.lanewise.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** Progress as one line for each epoch, for output that is no terminal. */
final class ProgressLines implements Progress {
  private final PrintWriter out;
  private final String name;
  private final int epochs;
  private final long start = System.nanoTime();

  ProgressLines(PrintWriter out, String name, int epochs) {
    this.out = out;
    this.name = name;
    this.epochs = epochs;
  }

  @Override
  public void step(int samples, double loss) {}

  @Override
  public void epoch(EpochResult result) {
    long left = (System.nanoTime() - start) / result.number() * (epochs - result.number());
    out.printf(
        Locale.ROOT,
        "%-4s  epoch %2d of %d   loss %.5f   test loss %.5f   accuracy %6s   %,7.0f samples/s"
            + "   %s%n",
        name,
        result.number(),
        epochs,
        result.trainLoss(),
        result.test().loss(),
        Text.percent(result.test().accuracy()),
        result.samplesPerSecond(),
        left == 0 ? "done" : Text.clock(Duration.ofNanos(left)) + " left");
    out.flush();
  }

  @Override
  public void close() {}
}
