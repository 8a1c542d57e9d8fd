package dev.lanewise.infer;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

final class LatencyRecorderTest {
  /** Times are kept to two digits. */
  private static final Percentage TWO_DIGITS = Percentage.withPercentage(1);

  private final LatencyRecorder recorder = new LatencyRecorder();

  @Test
  void nothingRecorded() {
    Duration none = Duration.ZERO;
    assertThat(recorder.snapshot(7))
        .isEqualTo(new Metrics(0, 0, 0, 0, none, none, none, none, none, 7));
  }

  @Test
  void percentiles() {
    for (int i = 1; i <= 100_000; i++) {
      recorder.record(1_000L * i, 3);
    }
    Metrics metrics = recorder.snapshot(0);
    assertThat(metrics.calls()).isEqualTo(100_000);
    assertThat(metrics.rows()).isEqualTo(300_000);
    assertThat(metrics.p50().toNanos()).isCloseTo(50_000_000, TWO_DIGITS);
    assertThat(metrics.p90().toNanos()).isCloseTo(90_000_000, TWO_DIGITS);
    assertThat(metrics.p99().toNanos()).isCloseTo(99_000_000, TWO_DIGITS);
    assertThat(metrics.p999().toNanos()).isCloseTo(99_900_000, TWO_DIGITS);
    assertThat(metrics.max().toNanos()).isCloseTo(100_000_000, TWO_DIGITS);
  }

  @Test
  void record_outOfRange() {
    recorder.record(-1, 1);
    recorder.record(Long.MAX_VALUE, 1);
    assertThat(recorder.snapshot(0).calls()).isEqualTo(2);
    assertThat(recorder.snapshot(0).p50()).isZero();
    assertThat(recorder.snapshot(0).max().toNanos())
        .isCloseTo(Duration.ofHours(1).toNanos(), TWO_DIGITS);
  }

  @Test
  void threads_addUp_whileBeingRead() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Thread.Builder kind = i % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
      threads.add(
          kind.start(() -> {
            for (int call = 0; call < 10_000; call++) {
              recorder.record(call, 2);
              recorder.recordFailure();
              recorder.recordRejection();
              recorder.recordRejection();
            }
          }));
    }
    long seen = 0;
    while (threads.stream().anyMatch(Thread::isAlive)) {
      long now = recorder.snapshot(0).calls();
      assertThat(now).isBetween(seen, 120_000L);
      seen = now;
    }
    Metrics metrics = recorder.snapshot(0);
    assertThat(metrics.calls()).isEqualTo(120_000);
    assertThat(metrics.rows()).isEqualTo(240_000);
    assertThat(metrics.failures()).isEqualTo(120_000);
    assertThat(metrics.rejections()).isEqualTo(240_000);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @Test
  void record_allocatesNothing() {
    var jvm = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    // The JVM links what is called for the first time, and may allocate for that.
    for (int i = 0; i < 100_000; i++) {
      recorder.record(i, 1);
    }
    long before = jvm.getCurrentThreadAllocatedBytes();
    long again = jvm.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 100_000; i++) {
      recorder.record(i, 1);
    }
    long after = jvm.getCurrentThreadAllocatedBytes();
    assertThat(after - again).isEqualTo(again - before);
  }
}
