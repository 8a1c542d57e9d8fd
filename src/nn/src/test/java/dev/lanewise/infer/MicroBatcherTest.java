package dev.lanewise.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Sequential;
import dev.lanewise.nn.Tanh;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class MicroBatcherTest {
  private static final int PATIENCE = 20_000;
  private static final Duration FOREVER = Duration.ofDays(1);
  private static final Shape ROW = Shape.of(3);
  private static final Shape ANSWER = Shape.of(2);

  @Test
  void answers_areThePredictors() throws Exception {
    Predictor predictor =
        Predictor.of(new Sequential(new Linear(5, 17), new Tanh(), new Linear(17, 4)), 5);
    try (MicroBatcher batcher = MicroBatcher.of(predictor, 8, Duration.ZERO, 64);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> calls = new ArrayList<>();
      for (int caller = 0; caller < 20; caller++) {
        SplittableRandom random = new SplittableRandom(caller);
        calls.add(
            callers.submit(() -> {
              float[] answer = new float[4];
              for (int call = 0; call < 100; call++) {
                float[] row = new float[5];
                for (int i = 0; i < row.length; i++) {
                  row[i] = random.nextFloat();
                }
                batcher.predict(row, answer);
                // A row alone and a row among others may add up in another order.
                assertThat(answer).containsExactly(predictor.predict(row), Offset.offset(1e-5f));
              }
              return null;
            }));
      }
      awaitAll(calls);
      assertThat(batcher.metrics().calls()).isEqualTo(2_000);
    }
  }

  @Test
  void fullBatch_runsAtOnce() throws Exception {
    Recorded model = new Recorded();
    try (MicroBatcher batcher = batcher(model, 4, FOREVER, 100);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        calls.add(callers.submit(asks(batcher, i)));
      }
      awaitAll(calls);
      assertThat(model.batches).containsExactly(4, 4, 4);
      assertThat(batcher.batches()).isEqualTo(3);
      Metrics metrics = batcher.metrics();
      assertThat(metrics.calls()).isEqualTo(12);
      assertThat(metrics.rows()).isEqualTo(12);
      assertThat(metrics.max()).isPositive().isGreaterThanOrEqualTo(metrics.p50());
      assertThat(metrics.bytes()).isEqualTo(4L * 4 * (3 + 2));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1_000_000})
  void loneRow_runsWhenItHasWaited(int nanos) throws Exception {
    Recorded model = new Recorded();
    try (MicroBatcher batcher = batcher(model, 4, Duration.ofNanos(nanos), 100)) {
      for (int i = 0; i < 5; i++) {
        asks(batcher, i).call();
      }
      assertThat(model.batches).containsExactly(1, 1, 1, 1, 1);
    }
  }

  @Test
  void rowsThatComeWhileABatchRuns_areTheNext() throws Exception {
    Gated model = new Gated();
    try (MicroBatcher batcher = batcher(model, 4, Duration.ZERO, 100);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> calls = new ArrayList<>();
      calls.add(callers.submit(asks(batcher, 0)));
      await(model::isRunning);
      for (int i = 1; i <= 6; i++) {
        calls.add(callers.submit(asks(batcher, i)));
      }
      await(() -> batcher.waiting() == 6);
      model.gate.release(100);
      awaitAll(calls);
      assertThat(model.batches).containsExactly(1, 4, 2);
    }
  }

  @Test
  void fullLine_rejects() throws Exception {
    Gated model = new Gated();
    try (MicroBatcher batcher = batcher(model, 1, Duration.ZERO, 2);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> calls = new ArrayList<>();
      calls.add(callers.submit(asks(batcher, 0)));
      await(model::isRunning);
      for (int i = 1; i <= 2; i++) {
        calls.add(callers.submit(asks(batcher, i)));
      }
      await(() -> batcher.waiting() == 2);
      float[] answer = {7, 7};
      assertThatThrownBy(() -> batcher.predict(new float[3], answer))
          .isInstanceOf(QueueFullException.class)
          .hasMessage("2 rows wait to be answered, and no more than 2 may");
      assertThat(answer).containsExactly(7, 7);
      assertThat(batcher.metrics().rejections()).isEqualTo(1);
      model.gate.release(100);
      awaitAll(calls);
      asks(batcher, 3).call();
      assertThat(batcher.metrics().calls()).isEqualTo(4);
      assertThat(batcher.metrics().failures()).isZero();
    }
  }

  @Test
  void failingBatch_failsItsCallersAndNoOthers() throws Exception {
    List<Throwable> faults = List.of(new IllegalStateException("no"), new OutOfMemoryError("not"));
    AtomicInteger runs = new AtomicInteger();
    Recorded model =
        new Recorded() {
          @Override
          public void predict(int rows, float[] input, float[] output) {
            super.predict(rows, input, output);
            switch (runs.getAndIncrement()) {
              case 0 -> throw (IllegalStateException) faults.get(0);
              case 1 -> throw (Error) faults.get(1);
              default -> {}
            }
          }
        };
    try (MicroBatcher batcher = batcher(model, 3, FOREVER, 100);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Throwable fault : faults) {
        float[][] answers = new float[3][2];
        List<Future<?>> calls = new ArrayList<>();
        for (float[] answer : answers) {
          calls.add(
              callers.submit(() -> {
                batcher.predict(new float[] {1, 2, 3}, answer);
                return null;
              }));
        }
        for (Future<?> call : calls) {
          assertThatThrownBy(call::get)
              .cause()
              .isInstanceOf(CompletionException.class)
              .hasMessage("the batch that the row was in failed: " + fault)
              .hasCause(fault);
        }
        assertThat(answers).isEqualTo(new float[3][2]);
      }
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        calls.add(callers.submit(asks(batcher, i)));
      }
      awaitAll(calls);
      assertThat(batcher.metrics().failures()).isEqualTo(6);
      assertThat(batcher.metrics().calls()).isEqualTo(3);
    }
  }

  @Test
  void interruptedInLine_leavesItsPlace() throws Exception {
    Recorded model = new Recorded();
    try (MicroBatcher batcher = batcher(model, 3, FOREVER, 3);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Caller leaving = new Caller(batcher);
      await(() -> batcher.waiting() == 1);
      Future<?> second = callers.submit(asks(batcher, 2));
      await(() -> batcher.waiting() == 2);
      leaving.thread.interrupt();
      leaving.thread.join();
      assertThat(leaving.thrown.get()).isInstanceOf(InterruptedException.class);
      assertThat(batcher.waiting()).isEqualTo(1);
      awaitAll(List.of(second, callers.submit(asks(batcher, 3)), callers.submit(asks(batcher, 4))));
      assertThat(model.batches).containsExactly(3);
      assertThat(leaving.answer).containsExactly(0, 0);
      assertThat(batcher.metrics().failures()).isEqualTo(1);
    }
  }

  @Test
  void interruptedWhileItsBatchRuns_leavesAtOnce() throws Exception {
    Gated model = new Gated();
    try (MicroBatcher batcher = batcher(model, 2, FOREVER, 3);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Caller leaving = new Caller(batcher);
      Future<?> other = callers.submit(asks(batcher, 2));
      await(model::isRunning);
      leaving.thread.interrupt();
      leaving.thread.join();
      assertThat(leaving.thrown.get()).isInstanceOf(InterruptedException.class);
      assertThat(other.isDone()).isFalse();
      model.gate.release();
      other.get();
      assertThat(leaving.answer).containsExactly(0, 0);
    }
  }

  @Test
  void interruptedBefore_isNotAnswered() {
    try (MicroBatcher batcher = batcher(new Recorded(), 2, FOREVER, 3)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> batcher.predict(new float[3], new float[2]))
          .isInstanceOf(InterruptedException.class);
      assertThat(Thread.interrupted()).isFalse();
      assertThat(batcher.waiting()).isZero();
    }
  }

  @Test
  void close_answersThoseThatWait_andRefusesOthers() throws Exception {
    Recorded model = new Recorded();
    MicroBatcher batcher = batcher(model, 4, FOREVER, 9);
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        calls.add(callers.submit(asks(batcher, i)));
      }
      await(() -> batcher.waiting() == 3);
      Thread.currentThread().interrupt();
      batcher.close();
      assertThat(Thread.interrupted()).isTrue();
      awaitAll(calls);
      assertThat(model.batches).containsExactly(3);
      batcher.close();
      assertThatThrownBy(() -> batcher.predict(new float[3], new float[2]))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the batcher is closed and takes no more rows");
    }
    assertThat(model.thread.isAlive()).isFalse();
  }

  @Test
  void idle_sleeps() throws Exception {
    Recorded model = new Recorded();
    try (MicroBatcher batcher = batcher(model, 2, FOREVER, 3);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      awaitAll(List.of(callers.submit(asks(batcher, 1)), callers.submit(asks(batcher, 2))));
      await(() -> model.thread.getState() == Thread.State.WAITING);
      Caller first = new Caller(batcher);
      await(() -> model.thread.getState() == Thread.State.TIMED_WAITING);
      await(() -> first.thread.getState() == Thread.State.WAITING);
      asks(batcher, 3).call();
      first.thread.join();
      assertThat(first.thrown.get()).isNull();
    }
  }

  @Test
  void wrongShapes() {
    try (MicroBatcher batcher = batcher(new Recorded(), 2, FOREVER, 3)) {
      assertThatThrownBy(() -> batcher.predict(new float[4], new float[2]))
          .isInstanceOf(ShapeException.class)
          .hasMessage("4 numbers are not one row of [3]");
      assertThatThrownBy(() -> batcher.predict(new float[3], new float[1]))
          .isInstanceOf(ShapeException.class)
          .hasMessage("there is room for 1 numbers, where one row of answers has shape [2]");
      assertThat(batcher.waiting()).isZero();
    }
  }

  @Test
  void of_badChoices() {
    Predictor predictor = Predictor.builder(new Linear(3, 2), 3).maxRows(10).build();
    assertThatThrownBy(() -> MicroBatcher.of(predictor, 11, Duration.ZERO, 20))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("batches of 11 rows are more than the 10 that ");
    assertThatThrownBy(() -> MicroBatcher.of(predictor, 0, Duration.ZERO, 20))
        .hasMessage("a batch of at most 0 rows has none");
    assertThatThrownBy(() -> MicroBatcher.of(predictor, 2, Duration.ofNanos(-1), 20))
        .hasMessage("a row waits for others between no time and a day, not PT-0.000000001S");
    assertThatThrownBy(() -> MicroBatcher.of(predictor, 2, Duration.ofSeconds(Long.MAX_VALUE), 20))
        .hasMessageStartingWith("a row waits for others between no time and a day, not PT");
    assertThatThrownBy(() -> MicroBatcher.of(predictor, 5, Duration.ZERO, 4))
        .hasMessage("a batch of 5 rows never fills where at most 4 wait");
    assertThatThrownBy(
            () -> MicroBatcher.of(new Recorded(), Shape.of(1 << 20), ANSWER, 4096, FOREVER, 4096))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("4096 rows of [1048576] are more than a batch can hold");
  }

  /**
   * Everything at once: a short line that rejects, batches that fail, callers that are interrupted.
   * Whoever is answered has the answer to its own row, and everybody ends in one of the four ways.
   */
  @Test
  void hammered() throws Exception {
    int callers = 24;
    int callsEach = 400;
    AtomicInteger runs = new AtomicInteger();
    RuntimeException fault = new IllegalStateException("every seventeenth");
    Recorded model =
        new Recorded() {
          @Override
          public void predict(int rows, float[] input, float[] output) {
            super.predict(rows, input, output);
            if (runs.incrementAndGet() % 17 == 0) {
              throw fault;
            }
          }
        };
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger rejected = new AtomicInteger();
    AtomicInteger failed = new AtomicInteger();
    AtomicInteger interrupted = new AtomicInteger();
    ConcurrentLinkedQueue<Throwable> wrong = new ConcurrentLinkedQueue<>();
    try (MicroBatcher batcher = batcher(model, 5, Duration.ofNanos(20_000), 12)) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        int first = i * callsEach;
        Thread.Builder kind = i % 3 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
        threads.add(
            kind.start(() -> {
              for (int id = first; id < first + callsEach; id++) {
                try {
                  asks(batcher, id).call();
                  answered.getAndIncrement();
                } catch (QueueFullException _) {
                  rejected.getAndIncrement();
                  LockSupport.parkNanos(1);
                } catch (InterruptedException _) {
                  interrupted.getAndIncrement();
                } catch (CompletionException e) {
                  failed.getAndIncrement();
                  if (!fault.equals(e.getCause())) {
                    wrong.add(e);
                  }
                } catch (Throwable e) {
                  wrong.add(e);
                }
              }
            }));
      }
      SplittableRandom random = new SplittableRandom(5);
      while (threads.stream().anyMatch(Thread::isAlive)) {
        threads.get(random.nextInt(callers)).interrupt();
        Thread.sleep(0, 200_000);
      }
      assertThat(wrong).isEmpty();
      Metrics metrics = batcher.metrics();
      assertThat(metrics.calls()).isEqualTo(answered.get());
      assertThat(metrics.rejections()).isEqualTo(rejected.get());
      assertThat(metrics.failures()).isEqualTo(failed.get() + interrupted.get());
      assertThat(answered.get() + rejected.get() + failed.get() + interrupted.get())
          .isEqualTo(callers * callsEach);
      assertThat(answered).hasPositiveValue();
      assertThat(failed).hasPositiveValue();
      assertThat(batcher.waiting()).isZero();
      assertThat(batcher.batches()).isEqualTo(model.batches.size());
      assertThat(model.batches).allMatch(rows -> rows <= 5).anyMatch(rows -> rows > 1);
    }
  }

  private static MicroBatcher batcher(Recorded model, int maxRows, Duration maxWait, int capacity) {
    return MicroBatcher.of(model, ROW, ANSWER, maxRows, maxWait, capacity);
  }

  /** A call with a row of its own, whose answer is checked. */
  private static Callable<Void> asks(MicroBatcher batcher, int id) {
    return () -> {
      float[] answer = {-1, -1, 7};
      batcher.predict(new float[] {id, id + 0.25f, id + 0.5f}, answer);
      assertThat(answer).containsExactly(3 * id + 0.75f, 1 - id, 7);
      return null;
    };
  }

  private static void awaitAll(List<Future<?>> calls)
      throws InterruptedException, ExecutionException {
    for (Future<?> call : calls) {
      call.get();
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < PATIENCE && !condition.getAsBoolean(); i++) {
      Thread.sleep(1);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }

  /** Answers a row with the sum of its numbers and one less its first; lists its batches. */
  private static class Recorded implements MicroBatcher.Forward {
    final ConcurrentLinkedQueue<Integer> batches = new ConcurrentLinkedQueue<>();
    volatile Thread thread;

    @Override
    public void predict(int rows, float[] input, float[] output) {
      thread = Thread.currentThread();
      batches.add(rows);
      for (int i = 0; i < rows; i++) {
        output[2 * i] = input[3 * i] + input[3 * i + 1] + input[3 * i + 2];
        output[2 * i + 1] = 1 - input[3 * i];
      }
    }
  }

  /** As that, but each batch needs leave to end. */
  private static final class Gated extends Recorded {
    final Semaphore gate = new Semaphore(0);
    private final CountDownLatch running = new CountDownLatch(1);

    @Override
    public void predict(int rows, float[] input, float[] output) {
      super.predict(rows, input, output);
      running.countDown();
      gate.acquireUninterruptibly();
    }

    boolean isRunning() {
      return running.getCount() == 0;
    }
  }

  /** A thread with one call, whose row is all ones. */
  private static final class Caller {
    final float[] answer = new float[2];
    final AtomicReference<Throwable> thrown = new AtomicReference<>();
    final Thread thread;

    Caller(MicroBatcher batcher) {
      thread =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  batcher.predict(new float[] {1, 1, 1}, answer);
                } catch (Throwable e) {
                  thrown.set(e);
                }
              });
    }
  }
}
