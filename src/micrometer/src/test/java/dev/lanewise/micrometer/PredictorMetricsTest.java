package dev.lanewise.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.infer.Metrics;
import dev.lanewise.infer.MicroBatcher;
import dev.lanewise.infer.Predictor;
import dev.lanewise.nn.Linear;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

final class PredictorMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void meters_showTheMetrics() {
    Metrics metrics =
        new Metrics(
            10,
            70,
            3,
            2,
            Duration.ofNanos(1_000),
            Duration.ofNanos(2_000),
            Duration.ofNanos(3_000),
            Duration.ofNanos(4_000),
            Duration.ofNanos(5_000),
            4096);
    new PredictorMetrics(() -> metrics, Tags.of("model", "a")).bindTo(registry);
    assertThat(count("calls", "a")).isEqualTo(10);
    assertThat(count("rows", "a")).isEqualTo(70);
    assertThat(count("failures", "a")).isEqualTo(3);
    assertThat(count("rejections", "a")).isEqualTo(2);
    assertThat(micros("0.5")).isEqualTo(1);
    assertThat(micros("0.9")).isEqualTo(2);
    assertThat(micros("0.99")).isEqualTo(3);
    assertThat(micros("0.999")).isEqualTo(4);
    assertThat(micros("1")).isEqualTo(5);
    assertThat(registry.get("lanewise.predictor.memory").gauge().value()).isEqualTo(4096);
    assertThat(registry.get("lanewise.predictor.memory").gauge().getId().getBaseUnit())
        .isEqualTo("bytes");
  }

  @Test
  void meters_followABatcher_thatNobodyElseHolds() throws InterruptedException {
    Predictor predictor = Predictor.of(new Linear(3, 2), 3);
    try (MicroBatcher batcher = MicroBatcher.of(predictor, 4, Duration.ZERO, 8)) {
      WeakReference<Supplier<Metrics>> held = bind(batcher);
      batcher.predict(new float[3], new float[2]);
      System.gc();
      assertThat(held.refersTo(null)).isFalse();
      assertThat(count("calls", "b")).isEqualTo(1);
      batcher.predict(new float[3], new float[2]);
      assertThat(count("rows", "b")).isEqualTo(2);
    }
  }

  private WeakReference<Supplier<Metrics>> bind(MicroBatcher batcher) {
    Supplier<Metrics> source = batcher::metrics;
    new PredictorMetrics(source, Tags.of("model", "b")).bindTo(registry);
    return new WeakReference<>(source);
  }

  private double count(String name, String model) {
    return registry.get("lanewise.predictor." + name).tag("model", model).functionCounter().count();
  }

  private double micros(String quantile) {
    return registry
        .get("lanewise.predictor.latency")
        .tag("quantile", quantile)
        .timeGauge()
        .value(TimeUnit.MICROSECONDS);
  }
}
