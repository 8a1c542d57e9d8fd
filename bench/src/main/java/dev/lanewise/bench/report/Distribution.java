package dev.lanewise.bench.report;

import java.util.Map;
import java.util.TreeMap;

/** Values and how often each was seen. */
final class Distribution {
  private final TreeMap<Double, Long> counts = new TreeMap<>();
  private long total;

  void add(double value, long count) {
    counts.merge(value, count, Long::sum);
    total += count;
  }

  void addAll(Distribution other) {
    other.counts.forEach(this::add);
  }

  boolean isEmpty() {
    return total == 0;
  }

  /** The middle value, or the mean of the two middle ones. */
  double median() {
    return (ranked((total - 1) / 2) + ranked(total / 2)) / 2;
  }

  /** The least value that a share {@code quantile} of all values does not exceed. */
  double quantile(double quantile) {
    return ranked(Math.max(0, (long) Math.ceil(quantile * total) - 1));
  }

  private double ranked(long rank) {
    long before = 0;
    for (Map.Entry<Double, Long> entry : counts.entrySet()) {
      before += entry.getValue();
      if (rank < before) {
        return entry.getKey();
      }
    }
    throw new IllegalStateException("rank " + rank + " of " + total + " values");
  }
}
