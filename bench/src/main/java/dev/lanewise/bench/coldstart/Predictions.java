package dev.lanewise.bench.coldstart;

import java.io.PrintStream;
import java.time.Instant;
import java.util.function.Supplier;

/** What a contender's process does: a thousand predictions, and then it says when they came. */
public final class Predictions {
  /**
   * The words before what a process says; the JVM and the libraries may print lines of their own.
   */
  static final String MARK = "coldstart: ";

  private static final int COUNT = 1000;

  private Predictions() {}

  /** Asks {@code network}, which gives the output of the one row, and prints both moments. */
  public static void run(PrintStream out, Supplier<float[]> network) {
    float[] first = network.get();
    Instant firstAt = Instant.now();
    float[] last = first;
    for (int i = 1; i < COUNT; i++) {
      last = network.get();
    }
    Instant lastAt = Instant.now();
    print(out, firstAt, first);
    print(out, lastAt, last);
  }

  private static void print(PrintStream out, Instant moment, float[] output) {
    StringBuilder line = new StringBuilder(MARK).append(moment);
    for (float value : output) {
      line.append(' ').append(value);
    }
    out.println(line);
  }
}
