package dev.lanewise.serve;

import dev.lanewise.infer.Metrics;
import java.time.Duration;
import java.util.Locale;

/** Numbers in Prometheus' text format. */
final class Exposition {
  static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final double NANOS = 1e9;

  private final StringBuilder text = new StringBuilder();

  /** Begins the numbers of one name, which are of a type such as {@code counter}. */
  Exposition family(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    return this;
  }

  /** One number; {@code name} carries its labels. */
  Exposition sample(String name, long value) {
    text.append(name).append(' ').append(value).append('\n');
    return this;
  }

  /** A number that only grows. */
  Exposition counter(String name, String help, long value) {
    return family(name, "counter", help).sample(name, value);
  }

  /** A number that grows and falls. */
  Exposition gauge(String name, String help, long value) {
    return family(name, "gauge", help).sample(name, value);
  }

  /** The latencies of a predictor or a batcher, in seconds. */
  Exposition latencies(String name, String help, Metrics metrics) {
    return family(name, "summary", help)
        .quantile(name, "0.5", metrics.p50())
        .quantile(name, "0.9", metrics.p90())
        .quantile(name, "0.99", metrics.p99())
        .quantile(name, "0.999", metrics.p999())
        .quantile(name, "1", metrics.max())
        .sample(name + "_count", metrics.calls());
  }

  private Exposition quantile(String name, String quantile, Duration value) {
    text.append(
        String.format(
            Locale.ROOT, "%s{quantile=\"%s\"} %.9f\n", name, quantile, value.toNanos() / NANOS));
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
