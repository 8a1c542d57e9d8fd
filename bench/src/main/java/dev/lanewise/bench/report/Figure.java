package dev.lanewise.bench.report;

import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A measured quantity in the unit in which people compare it.
 *
 * @param perUnit how many of {@code unit} one of the metric's own unit is
 * @param isTime whether less is better
 */
record Figure(Metric metric, double perUnit, String unit, boolean isTime) {

  /** What benchmarks count, first the one that a table prefers. */
  enum Counter {
    BYTES("gigabytes", "GB/s", 1e9),
    FLOPS("gflops", "GFLOPS", 1e9),
    ELEMENTS("gelements", "10^9 elements/s", 1e9),
    CALLS("calls", "calls/s", 1);

    private final String field;
    private final String unit;
    private final double size;

    Counter(String field, String unit, double size) {
      this.field = field;
      this.unit = unit;
      this.size = size;
    }

    /** Its field in the benchmarks. */
    String field() {
      return field;
    }
  }

  static Figure counted(Counter counter, Metric metric) {
    return new Figure(metric, perSecond(metric.unit()) / counter.size, counter.unit, false);
  }

  static Figure of(String mode, Metric score) {
    return mode.equals("thrpt")
        ? new Figure(score, perSecond(score.unit()), "ops/s", false)
        : new Figure(score, 1, score.unit().replace("/op", ""), true);
  }

  private static double perSecond(String unit) {
    return switch (unit.substring(unit.indexOf('/') + 1).toLowerCase(Locale.ROOT)) {
      case "ns" -> 1e9;
      case "us" -> 1e6;
      case "ms" -> 1e3;
      default -> 1;
    };
  }

  /** The median of all iterations of all forks. */
  double median() {
    return metric.all().median() * perUnit;
  }

  double quantile(double quantile) {
    return metric.all().quantile(quantile) * perUnit;
  }

  /** The median, and in brackets the median of each fork. */
  String spread() {
    return Numbers.figure(median())
        + metric.forks().stream()
            .map(fork -> Numbers.figure(fork.median() * perUnit))
            .collect(Collectors.joining(", ", " [", "]"));
  }
}
