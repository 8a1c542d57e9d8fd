package dev.lanewise.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Callable;

/** Waiting for what comes about by itself. */
final class Retry {
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private Retry() {}

  /** Returns once {@code met} holds, and fails if it does not come to that. */
  static void until(Callable<Boolean> met) throws Exception {
    long start = System.nanoTime();
    while (!met.call()) {
      assertThat(System.nanoTime() - start).as("nanoseconds waited").isLessThan(PATIENCE_NANOS);
      Thread.sleep(20);
    }
  }
}
