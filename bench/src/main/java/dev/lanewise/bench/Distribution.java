package dev.lanewise.bench;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Values and how often each was seen. */
public final class Distribution {
  private final TreeMap<Double, Long> counts = new TreeMap<>();
  private long total;

  /** Makes a distribution of no values. */
  public Distribution() {}

  /** Returns the distribution of {@code values}, each seen once. */
  public static Distribution of(List<Double> values) {
    Distribution all = new Distribution();
    values.forEach(value -> all.add(value, 1));
    return all;
  }

  /** Adds a value that was seen {@code count} times. */
  public void add(double value, long count) {
    counts.merge(value, count, Long::sum);
    total += count;
  }

  /** Adds all that {@code other} has. */
  public void addAll(Distribution other) {
    other.counts.forEach(this::add);
  }

  /** Says whether no value was seen. */
  public boolean isEmpty() {
    return total == 0;
  }

  /** The middle value, or the mean of the two middle ones. */
  public double median() {
    return (ranked((total - 1) / 2) + ranked(total / 2)) / 2;
  }

  /** The least value that a share {@code quantile} of all values does not exceed. */
  public double quantile(double quantile) {
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
