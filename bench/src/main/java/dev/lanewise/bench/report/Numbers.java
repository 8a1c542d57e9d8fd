package dev.lanewise.bench.report;

import java.util.List;
import java.util.Locale;

/** Numbers as tables show them. */
final class Numbers {
  private Numbers() {}

  /** A measured quantity with three or four digits. */
  static String figure(double value) {
    double size = Math.abs(value);
    int decimals = size >= 1000 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  static String bytes(double value) {
    return String.format(Locale.ROOT, "%,.0f", Math.abs(value));
  }

  static String ratio(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  static String percent(double value) {
    return String.format(Locale.ROOT, "%.0f%%", 100 * value);
  }

  static double geometricMean(List<Double> values) {
    return Math.exp(values.stream().mapToDouble(Math::log).average().orElseThrow());
  }

  static double min(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  static double max(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }
}
