package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
    CountDownLatch together = new CountDownLatch(3);
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    Workers.run(
        3,
        part -> {
          seen.add(Thread.currentThread());
          await(together);
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
    Workers.run(2, part -> await(both));
  }

  /** Counts down, and waits for whoever else must: a caller alone would never get on. */
  private static void await(CountDownLatch all) {
    all.countDown();
    try {
      assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
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
  void run_manyCallersOfOneKernel_sameBits() throws InterruptedException {
    Workers.setThreads(2);
    int n = 96;
    MemorySegment a = Floats.of(Floats.random(n * n, -1, 1, 1));
    MemorySegment b = Floats.of(Floats.random(n * n, -1, 1, 2));
    float[] alone = square(n, a, b);
    AtomicInteger equal = new AtomicInteger();
    inThreads(
        8,
        () -> {
          for (int round = 0; round < 50; round++) {
            if (Arrays.equals(square(n, a, b), alone)) {
              equal.incrementAndGet();
            }
          }
        });
    assertThat(equal).hasValue(8 * 50);
  }

  private static float[] square(int n, MemorySegment a, MemorySegment b) {
    MemorySegment c = Floats.empty((long) n * n);
    Gemm.multiply(n, n, n, 1, a, 0, n, 1, b, 0, n, 1, 0, c, 0, n);
    return Floats.array(c);
  }

  @Test
  void setThreads_whileJobsRun() throws InterruptedException {
    AtomicInteger parts = new AtomicInteger();
    AtomicBoolean done = new AtomicBoolean();
    Thread changer =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; !done.get(); i++) {
                Workers.setThreads(1 + i % 4);
              }
            });
    inThreads(
        4,
        () -> {
          for (int round = 0; round < 2000; round++) {
            Workers.run(3, part -> parts.incrementAndGet());
          }
        });
    done.set(true);
    changer.join();
    assertThat(parts).hasValue(4 * 2000 * 3);
    Workers.setThreads(2);
    awaitWorkers(1);
  }

  @Test
  void run_farMoreThreadsThanProcessors() throws InterruptedException {
    Workers.setThreads(Workers.MAX);
    for (int round = 0; round < 50; round++) {
      AtomicIntegerArray runs = new AtomicIntegerArray(Workers.MAX);
      Workers.run(Workers.MAX, runs::incrementAndGet);
      for (int part = 0; part < Workers.MAX; part++) {
        assertThat(runs.get(part)).isEqualTo(1);
      }
    }
    Workers.setThreads(2);
    awaitWorkers(1);
  }

  @Test
  void idleWorkers_restAlsoWhenInterrupted() throws InterruptedException {
    Workers.setThreads(2);
    awaitWorkers(1);
    run_bothThreadsMeet();
    assertRest();
    workers().forEach(Thread::interrupt);
    assertRest();
    run_bothThreadsMeet();
    assertRest();
  }

  /**
   * Parked workers use no processor at all; one that spins on would use all of these 200 ms. A
   * tenth of it lies far from both.
   */
  private static void assertRest() throws InterruptedException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    Thread.sleep(50);
    long[] ids = workers().stream().mapToLong(Thread::threadId).toArray();
    assertThat(ids).isNotEmpty();
    long before = Arrays.stream(ids).map(threads::getThreadCpuTime).sum();
    Thread.sleep(200);
    long used = Arrays.stream(ids).map(threads::getThreadCpuTime).sum() - before;
    assertThat(used)
        .as("nanoseconds of processor time used by idle workers")
        .isLessThan(20_000_000);
  }

  @Test
  void workers_takeNothingOverFromTheirStarter() throws Exception {
    InheritableThreadLocal<String> local = new InheritableThreadLocal<>();
    local.set("the starter's");
    try {
      Workers.setThreads(1);
      Workers.setThreads(2);
      Set<String> seen = ConcurrentHashMap.newKeySet();
      Thread me = Thread.currentThread();
      CountDownLatch both = new CountDownLatch(2);
      Workers.run(
          2,
          part -> {
            if (!Thread.currentThread().equals(me)) {
              seen.add(String.valueOf(local.get()));
            }
            await(both);
          });
      assertThat(seen).containsExactly("null");
      assertThat(workers()).allMatch(Thread::isDaemon);
    } finally {
      local.remove();
    }
  }

  /** Waits until the workers of earlier pools have ended and {@code count} are left. */
  private static void awaitWorkers(int count) throws InterruptedException {
    while (workers().size() != count) {
      Thread.sleep(1);
    }
  }

  private static List<Thread> workers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("lanewise-"))
        .toList();
  }

  private static void inThreads(int count, Runnable work) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      threads.add(Thread.ofPlatform().start(work));
    }
    for (Thread thread : threads) {
      thread.join();
    }
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
