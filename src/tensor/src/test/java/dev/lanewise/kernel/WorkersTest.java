package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkersTest {
  @AfterEach
  void defaultThreads() {
    Workers.setThreads(Runtime.getRuntime().availableProcessors());
  }

  @Test
  void run_everyPartOnce() {
    for (int threads : new int[] {1, 2, 3, 8}) {
      Workers.setThreads(threads);
      for (int round = 0; round < 2000; round++) {
        AtomicIntegerArray runs = new AtomicIntegerArray(round % 40);
        Workers.run(runs.length(), runs::incrementAndGet);
        for (int part = 0; part < runs.length(); part++) {
          assertThat(runs.get(part)).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void run_sharesWithOtherThreads() throws InterruptedException {
    Workers.setThreads(3);
    // Each part waits for all three, so a caller working alone would never get past the first.
    CountDownLatch together = new CountDownLatch(3);
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    Workers.run(
        3,
        part -> {
          seen.add(Thread.currentThread());
          together.countDown();
          try {
            assertThat(together.await(20, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    assertThat(seen).hasSize(3).contains(Thread.currentThread());
  }

  @Test
  void run_wakesWorkersThatParked() throws InterruptedException {
    Workers.setThreads(2);
    for (int round = 0; round < 20; round++) {
      Thread.sleep(5);
      run_bothThreadsMeet();
    }
  }

  private static void run_bothThreadsMeet() {
    CountDownLatch both = new CountDownLatch(2);
    Workers.run(
        2,
        part -> {
          both.countDown();
          try {
            assertThat(both.await(20, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void run_insideARunStaysOnItsThread() {
    Workers.setThreads(2);
    AtomicInteger inner = new AtomicInteger();
    Workers.run(4, part -> Workers.run(5, nested -> inner.incrementAndGet()));
    assertThat(inner).hasValue(20);
  }

  @Test
  void run_manyCallersAtOnce() throws InterruptedException {
    Workers.setThreads(2);
    AtomicInteger parts = new AtomicInteger();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      callers.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int round = 0; round < 2000; round++) {
                  Workers.run(3, part -> parts.incrementAndGet());
                }
              }));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(parts).hasValue(8 * 2000 * 3);
  }

  @Test
  void run_failureOfAPartReachesTheCallerAfterAllParts() {
    Workers.setThreads(2);
    for (int round = 0; round < 200; round++) {
      AtomicInteger done = new AtomicInteger();
      assertThatThrownBy(() ->
              Workers.run(
                  6,
                  part -> {
                    if (part == 3) {
                      throw new IllegalStateException("part three");
                    }
                    done.incrementAndGet();
                  }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("part three");
      assertThat(done).hasValue(5);
    }
    run_bothThreadsMeet();
  }

  @Test
  void run_interruptedCallerStaysInterrupted() {
    Workers.setThreads(2);
    Thread.currentThread().interrupt();
    AtomicInteger done = new AtomicInteger();
    Workers.run(50, part -> done.incrementAndGet());
    assertThat(Thread.interrupted()).isTrue();
    assertThat(done).hasValue(50);
  }

  @Test
  void setThreads_outOfRange() {
    assertThatThrownBy(() -> Workers.setThreads(0))
        .hasMessage("the number of threads is between 1 and 256, not 0");
    assertThatThrownBy(() -> Workers.run(257, part -> {}))
        .hasMessage("257 parts are more than 256");
  }

  @Test
  void run_allocatesNothing() {
    Workers.setThreads(2);
    AtomicInteger sum = new AtomicInteger();
    Workers.Body body = sum::addAndGet;
    assertThat(Allocations.perCall(() -> Workers.run(2, body))).isZero();
  }
}
