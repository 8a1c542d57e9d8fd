package dev.lanewise.serve;

import java.time.Duration;

/**
 * How requests of one row are gathered into batches.
 *
 * @param rows the most rows of a batch
 * @param longestWait the longest that a row waits for others
 */
public record Batching(int rows, Duration longestWait) {
  /** Batches that may wait; rows beyond them are told to come again. */
  private static final int BATCHES_IN_LINE = 8;

  /** The most rows that wait. */
  int capacity() {
    return (int) Math.min(Integer.MAX_VALUE, (long) rows * BATCHES_IN_LINE);
  }
}
