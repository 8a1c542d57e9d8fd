package dev.lanewise.micrometer;

import dev.lanewise.infer.Metrics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The metrics of a predictor, or of a batcher, as meters of a registry.
 *
 * <pre>{@code
 * new PredictorMetrics(predictor::metrics, Tags.of("model", "digits")).bindTo(registry);
 * }</pre>
 *
 * <p>The counters {@code lanewise.predictor.calls}, {@code .rows}, {@code .failures} and {@code
 * .rejections}; the gauges {@code .latency}, with a tag {@code quantile} of 0.5, 0.9, 0.99, 0.999
 * and 1, the longest, of all calls since the predictor was made; and the gauge {@code .memory} in
 * bytes. The registry keeps what is measured alive.
 */
public final class PredictorMetrics implements MeterBinder {
  private static final String PREFIX = "lanewise.predictor.";

  private final Supplier<Metrics> metrics;
  private final Iterable<Tag> tags;

  /**
   * Makes a binder.
   *
   * @param metrics where to ask for the numbers, such as {@code predictor::metrics}
   * @param tags what tells this predictor's meters from those of others
   */
  public PredictorMetrics(Supplier<Metrics> metrics, Iterable<Tag> tags) {
    this.metrics = metrics;
    this.tags = tags;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    // Counters hold their source weakly; this gauge holds it for all of them.
    Gauge.builder(PREFIX + "memory", metrics, source -> source.get().bytes())
        .description("The memory in use")
        .baseUnit(BaseUnits.BYTES)
        .tags(tags)
        .strongReference(true)
        .register(registry);
    count(registry, "calls", "The calls that were answered", Metrics::calls);
    count(registry, "rows", "The rows of those calls", Metrics::rows);
    count(registry, "failures", "The calls that ended without an answer", Metrics::failures);
    count(registry, "rejections", "The calls that were turned away", Metrics::rejections);
    latency(registry, "0.5", Metrics::p50);
    latency(registry, "0.9", Metrics::p90);
    latency(registry, "0.99", Metrics::p99);
    latency(registry, "0.999", Metrics::p999);
    latency(registry, "1", Metrics::max);
  }

  private void count(
      MeterRegistry registry, String name, String description, ToDoubleFunction<Metrics> number) {
    FunctionCounter.builder(PREFIX + name, metrics, source -> number.applyAsDouble(source.get()))
        .description(description)
        .tags(tags)
        .register(registry);
  }

  private void latency(MeterRegistry registry, String quantile, Function<Metrics, Duration> time) {
    TimeGauge.builder(
            PREFIX + "latency",
            metrics,
            TimeUnit.NANOSECONDS,
            source -> time.apply(source.get()).toNanos())
        .description("The time within which that part of the answered calls were answered")
        .tags(tags)
        .tag("quantile", quantile)
        .register(registry);
  }
}
