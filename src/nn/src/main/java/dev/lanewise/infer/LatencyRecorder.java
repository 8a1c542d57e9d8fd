package dev.lanewise.infer;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;

/**
 * Counts of calls and a histogram of how long they took, written by any number of threads without a
 * lock and without allocating, and added up when read.
 *
 * <p>Threads are spread over a few stripes by their numbers, so that they seldom write to the same
 * cache line. Times are kept to two digits, a hundredth, from a nanosecond to an hour; a longer one
 * counts as an hour.
 */
final class LatencyRecorder {
  private static final long LONGEST_NANOS = Duration.ofHours(1).toNanos();
  private static final int DIGITS = 2;
  private static final int MAX_STRIPES = 16;

  private final Stripe[] stripes;

  LatencyRecorder() {
    int processors = Runtime.getRuntime().availableProcessors();
    stripes = new Stripe[Integer.highestOneBit(Math.min(2 * processors - 1, MAX_STRIPES))];
    Arrays.setAll(stripes, _ -> new Stripe());
  }

  /** Counts a call of {@code rows} rows that was answered within {@code nanos} nanoseconds. */
  void record(long nanos, int rows) {
    Stripe stripe = stripe();
    stripe.nanos.recordValue(Math.clamp(nanos, 0, LONGEST_NANOS));
    stripe.rows.getAndAdd(rows);
  }

  /** Counts a call that was accepted and ended without an answer. */
  void recordFailure() {
    stripe().failures.getAndIncrement();
  }

  /** Counts a call that was turned away. */
  void recordRejection() {
    stripe().rejections.getAndIncrement();
  }

  /** What was counted so far, of something that holds {@code bytes} bytes of memory. */
  Metrics snapshot(long bytes) {
    Histogram all = new Histogram(LONGEST_NANOS, DIGITS);
    long rows = 0;
    long failures = 0;
    long rejections = 0;
    for (Stripe stripe : stripes) {
      all.add(stripe.nanos);
      rows += stripe.rows.get();
      failures += stripe.failures.get();
      rejections += stripe.rejections.get();
    }
    return new Metrics(
        all.getTotalCount(),
        rows,
        failures,
        rejections,
        percentile(all, 50),
        percentile(all, 90),
        percentile(all, 99),
        percentile(all, 99.9),
        Duration.ofNanos(all.getMaxValue()),
        bytes);
  }

  private static Duration percentile(Histogram all, double percent) {
    return Duration.ofNanos(all.getValueAtPercentile(percent));
  }

  private Stripe stripe() {
    return stripes[(int) Thread.currentThread().threadId() & (stripes.length - 1)];
  }

  /** The counts of some of the threads. */
  private static final class Stripe {
    final AtomicHistogram nanos = new AtomicHistogram(LONGEST_NANOS, DIGITS);
    final AtomicLong rows = new AtomicLong();
    final AtomicLong failures = new AtomicLong();
    final AtomicLong rejections = new AtomicLong();
  }
}
