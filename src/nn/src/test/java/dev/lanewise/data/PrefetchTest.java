package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.memory.Memory;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class PrefetchTest {
  private static final int PATIENCE = 20_000;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 100})
  void batches_areTheSameBitForBit(int ahead) {
    DataLoader plain =
        new DataLoader(Samples.numbered(53), 5).shuffle(7).transform(Augmentation.noise(3), 1);
    DataLoader loader = plain.prefetch(ahead);
    for (int epoch = 0; epoch < 5; epoch++) {
      assertThat(Samples.contents(loader)).isEqualTo(Samples.contents(plain));
    }
    for (int left = 0; left < 20; left++) {
      Iterator<Batch> batches = loader.iterator();
      for (int i = 0; i < left % 11; i++) {
        batches.next();
      }
    }
    assertThat(Samples.contents(loader.epoch(9))).isEqualTo(Samples.contents(plain.epoch(9)));
  }

  @Test
  void emptyDataSet_hasNoBatches() {
    assertThat(Samples.contents(new DataLoader(Samples.numbered(0), 5).prefetch(3))).isEmpty();
  }

  @Test
  void filler_goesNoFurtherAheadThanItIsAllowed() throws InterruptedException {
    AtomicInteger filled = new AtomicInteger();
    Iterator<Batch> batches =
        new DataLoader(Samples.numbered(100), 4)
            .transform((_, _) -> filled.incrementAndGet())
            .prefetch(3)
            .iterator();
    Batch first = batches.next();
    String before = Samples.content(first);
    await(() -> filled.get() == 4 * (1 + 3) && atRest());
    assertThat(Samples.content(first)).isEqualTo(before);
    batches.next();
    await(() -> filled.get() == 4 * (2 + 3));
    assertThatThrownBy(first::x).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void exception_surfacesAtItsBatchWithItsCause_andCanBeTriedAgain() {
    RuntimeException fault = new RuntimeException("the disk is wet");
    AtomicInteger faults = new AtomicInteger(2);
    DataLoader plain = new DataLoader(Samples.numbered(10), 2);
    DataLoader loader =
        plain
            .transform((features, _) -> {
              if (features[0] == 6 * 5 && faults.getAndDecrement() > 0) {
                throw fault;
              }
            })
            .prefetch(4);
    Iterator<Batch> batches = loader.iterator();
    List<String> seen = new ArrayList<>();
    seen.add(Samples.content(batches.next()));
    seen.add(Samples.content(batches.next()));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(batches::next)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "batch 2 could not be filled ahead: java.lang.RuntimeException: the disk is wet")
          .hasCause(fault);
      assertThat(loader.position()).isEqualTo(new DataLoader.Position(0, 2));
    }
    batches.forEachRemaining(batch -> seen.add(Samples.content(batch)));
    assertThat(seen).isEqualTo(Samples.contents(plain));
  }

  @Test
  void error_surfacesToo() {
    DataLoader loader =
        new DataLoader(Samples.numbered(10), 2)
            .transform((_, _) -> {
              throw new StackOverflowError();
            })
            .prefetch(1);
    assertThatThrownBy(() -> loader.iterator().next())
        .isInstanceOf(IllegalStateException.class)
        .hasCauseInstanceOf(StackOverflowError.class);
  }

  @Test
  void iteration_begunWhileABatchOfAnotherIsBeingFilled_getsItsOwnBatches()
      throws InterruptedException {
    CountDownLatch filling = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    DataLoader plain = new DataLoader(Samples.numbered(10), 2).shuffle(1);
    DataLoader loader =
        plain
            .transform((_, _) -> {
              filling.countDown();
              awaitQuietly(goOn);
            })
            .prefetch(2);
    Iterator<Batch> old = loader.iterator();
    filling.await();
    Iterator<Batch> batches = loader.epoch(6).iterator();
    goOn.countDown();
    List<String> seen = new ArrayList<>();
    batches.forEachRemaining(batch -> seen.add(Samples.content(batch)));
    assertThat(seen).isEqualTo(Samples.contents(plain.epoch(6)));
    assertThatThrownBy(old::next).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void interrupt_isKeptForWhoeverHeedsIt() {
    DataLoader loader = new DataLoader(Samples.numbered(10), 2).prefetch(1);
    Thread.currentThread().interrupt();
    List<Integer> order = Samples.order(loader);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(order).hasSize(10);
  }

  @Test
  void iterations_abandoned_leaveNoThread() throws InterruptedException {
    List<DataLoader> loaders = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      DataLoader loader = new DataLoader(Samples.numbered(1000), 1 + i % 7).prefetch(1 + i % 3);
      loaders.add(loader);
      Iterator<Batch> batches = loader.iterator();
      for (int j = 0; j < i % 4; j++) {
        batches.next();
      }
    }
    await(() -> fillers().findAny().isEmpty());
    for (DataLoader loader : loaders) {
      assertThat(loader.iterator().next().size()).isPositive();
    }
  }

  @Test
  void fillers_areDaemons() {
    List<Boolean> daemon = new ArrayList<>();
    List<String> names = new ArrayList<>();
    DataLoader loader =
        new DataLoader(Samples.numbered(1), 1)
            .transform((_, _) -> {
              daemon.add(Thread.currentThread().isDaemon());
              names.add(Thread.currentThread().getName());
            })
            .prefetch(1);
    assertThat(Samples.order(loader)).containsExactly(0);
    assertThat(daemon).containsExactly(true);
    assertThat(names.getFirst()).startsWith("lanewise-prefetch-");
  }

  @Test
  void warmEpochs_allocateNothingOffHeap() {
    DataLoader loader = new DataLoader(Samples.numbered(100), 8).shuffle(1).prefetch(3);
    assertThat(Samples.order(loader)).hasSize(100);
    Memory.resetPeak();
    long before = Memory.inUse();
    for (int i = 0; i < 5; i++) {
      assertThat(Samples.order(loader)).hasSize(100);
      loader.iterator().next();
    }
    assertThat(Memory.peak()).isLessThanOrEqualTo(before);
  }

  @Test
  void prefetch_refusesNegativeNumbers() {
    assertThatThrownBy(() -> new DataLoader(Samples.numbered(1), 1).prefetch(-1))
        .hasMessage("there cannot be -1 batches filled ahead");
  }

  private static Stream<Thread> fillers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("lanewise-prefetch-"));
  }

  private static boolean atRest() {
    return fillers().noneMatch(thread -> thread.getState() == Thread.State.RUNNABLE);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < PATIENCE && !condition.getAsBoolean(); i++) {
      Thread.sleep(1);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
