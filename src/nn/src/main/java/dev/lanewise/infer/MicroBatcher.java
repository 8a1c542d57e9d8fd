package dev.lanewise.infer;

import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Single rows of many callers, gathered into batches that a predictor answers in one call each.
 *
 * <pre>{@code
 * try (MicroBatcher batcher = MicroBatcher.of(predictor, 32, Duration.ofNanos(200_000), 1024)) {
 *   batcher.predict(row, answer); // from any number of threads, virtual ones included
 * }
 * }</pre>
 *
 * <p>It pays where a batch costs little more than a row: where weights are too large for the caches
 * and reading them takes most of the time. A network that answers a row within microseconds is
 * better asked by its callers themselves, for here a row passes from one thread to another and
 * back.
 */
public final class MicroBatcher implements AutoCloseable {
  /*
   * Callers put their rows in line; one thread takes up to maxRows of them from its head, runs them
   * and wakes those who wait. It takes what there is when the oldest row has waited for maxWait, or
   * as soon as the rows are maxRows. While a batch runs the next gathers, so the more callers there
   * are the larger batches become, without anybody waiting for that; with no wait at all, this is
   * what makes batches. A batch that is large enough for several processors is shared among them by
   * the kernels, hence one thread suffices. The alternative, that the caller who completes a batch
   * runs it, saves a switch of threads, but runs as many small batches at once as there are
   * callers, exactly when they should be large.
   *
   * That thread is woken for the first row of an empty line and for the one that fills a batch, not
   * for those between. A caller parks until its answer is there. Neither spins.
   *
   * One lock guards the line and what becomes of a request. A row is read while its caller waits;
   * its answer is written under the lock, and not at all once the caller has left: an interrupted
   * caller may use its arrays again at once. If its row is in a batch already it is answered to
   * nobody, and the others never know.
   */

  private static final Duration LONGEST_WAIT = Duration.ofDays(1);

  private final Forward forward;
  private final Shape rowShape;
  private final Shape answerShape;
  private final int maxRows;
  private final long maxWaitNanos;
  private final int capacity;
  private final LatencyRecorder latencies = new LatencyRecorder();
  private final AtomicLong batches = new AtomicLong();
  private final Thread thread;

  // The running thread's own.
  private final Request[] batch;
  private final float[] input;
  private final float[] output;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ready = lock.newCondition();
  private final Queue<Request> line;
  private boolean closed;

  /** What answers a batch: {@link Predictor#predict(int, float[], float[])}. */
  @FunctionalInterface
  interface Forward {
    void predict(int rows, float[] input, float[] output);
  }

  private MicroBatcher(
      Forward forward,
      Shape rowShape,
      Shape answerShape,
      int maxRows,
      Duration maxWait,
      int capacity) {
    this.forward = forward;
    this.rowShape = rowShape;
    this.answerShape = answerShape;
    this.maxRows = maxRows;
    this.maxWaitNanos = maxWait.toNanos();
    this.capacity = capacity;
    batch = new Request[maxRows];
    input = new float[floats(rowShape)];
    output = new float[floats(answerShape)];
    line = new ArrayDeque<>();
    thread = Thread.ofPlatform().daemon().name("lanewise-batcher").unstarted(this::run);
  }

  /**
   * Returns a batcher in front of {@code predictor}, which others may go on using as well.
   *
   * @param maxRows the most rows of a batch
   * @param maxWait the longest that a row waits for others to come; with zero, a batch is what came
   *     while the one before it ran
   * @param capacity the most rows that wait for a batch; more are rejected
   * @throws IllegalArgumentException if the predictor does not take as many rows at a time, the
   *     wait is negative or more than a day, or a whole batch may not wait
   */
  public static MicroBatcher of(Predictor predictor, int maxRows, Duration maxWait, int capacity) {
    if (maxRows > predictor.maxRows()) {
      throw new IllegalArgumentException(
          ("batches of " + maxRows + " rows are more than the " + predictor.maxRows())
              + (" that " + predictor + " answers at a time"));
    }
    return of(
        predictor::predict,
        predictor.inputShape(),
        predictor.outputShape(),
        maxRows,
        maxWait,
        capacity);
  }

  /** As the public one, in front of anything that answers. */
  static MicroBatcher of(
      Forward forward,
      Shape rowShape,
      Shape answerShape,
      int maxRows,
      Duration maxWait,
      int capacity) {
    if (maxRows < 1) {
      throw new IllegalArgumentException("a batch of at most " + maxRows + " rows has none");
    }
    if (maxWait.isNegative() || maxWait.compareTo(LONGEST_WAIT) > 0) {
      throw new IllegalArgumentException(
          "a row waits for others between no time and a day, not " + maxWait);
    }
    if (capacity < maxRows) {
      throw new IllegalArgumentException(
          ("a batch of " + maxRows + " rows never fills where at most ") + (capacity + " wait"));
    }
    MicroBatcher batcher =
        new MicroBatcher(forward, rowShape, answerShape, maxRows, maxWait, capacity);
    batcher.thread.start();
    return batcher;
  }

  /**
   * Writes the answer to {@code row} to the start of {@code answer}, after waiting for a batch and
   * its run. Allocates a few dozen bytes.
   *
   * @throws ShapeException if {@code row} is not exactly one row, or {@code answer} is too short
   * @throws QueueFullException if as many rows wait as may; the row was not taken
   * @throws CompletionException if the batch failed, with what was thrown as the cause
   * @throws InterruptedException if this thread was interrupted before its answer was there; the
   *     arrays are not touched any more
   * @throws IllegalStateException if the batcher is closed
   */
  public void predict(float[] row, float[] answer) throws InterruptedException {
    check(row, answer);
    Request request = new Request(row, answer, Thread.currentThread(), System.nanoTime());
    enqueue(request);
    await(request);
    Throwable cause = request.cause;
    if (cause != null) {
      latencies.recordFailure();
      throw new CompletionException("the batch that the row was in failed: " + cause, cause);
    }
    latencies.record(System.nanoTime() - request.since, 1);
  }

  /**
   * Returns what was done so far. The times are those of {@link #predict}, from its call to its
   * return; its failures are failed batches' and interrupted calls; the bytes are the batcher's
   * own, without the predictor's.
   */
  public Metrics metrics() {
    return latencies.snapshot((long) Float.BYTES * (input.length + output.length));
  }

  /** Returns how many batches were run so far. */
  public long batches() {
    return batches.get();
  }

  /** Returns how many rows wait for a batch now. */
  public int waiting() {
    lock.lock();
    try {
      return line.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Refuses new rows, answers those that wait, and returns when that is done. An interrupt is left
   * for the next one who can heed it.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      ready.signal();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "batches of up to " + maxRows + " rows " + rowShape + " -> " + answerShape;
  }

  private void enqueue(Request request) {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the batcher is closed and takes no more rows");
      }
      if (line.size() >= capacity) {
        latencies.recordRejection();
        throw new QueueFullException(
            line.size() + " rows wait to be answered, and no more than " + capacity + " may");
      }
      line.add(request);
      if (line.size() == 1 || line.size() == maxRows) {
        ready.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void await(Request request) throws InterruptedException {
    while (!request.done) {
      LockSupport.park(this);
      if (Thread.interrupted()) {
        if (withdraw(request)) {
          latencies.recordFailure();
          throw new InterruptedException("interrupted while waiting for a batch to be answered");
        }
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Takes a request back, if it is not answered yet. */
  private boolean withdraw(Request request) {
    lock.lock();
    try {
      if (request.done) {
        return false;
      }
      request.withdrawn = true;
      line.remove(request);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** What the running thread does. */
  private void run() {
    for (int rows = take(); rows > 0; rows = take()) {
      Throwable thrown = null;
      try {
        answer(rows);
      } catch (Throwable e) {
        thrown = e;
      }
      for (int i = 0; i < rows; i++) {
        deliver(batch[i], i, thrown);
      }
      Arrays.fill(batch, 0, rows, null);
    }
  }

  private void answer(int rows) {
    int in = (int) rowShape.size();
    for (int i = 0; i < rows; i++) {
      System.arraycopy(batch[i].row, 0, input, i * in, in);
    }
    batches.getAndIncrement();
    forward.predict(rows, input, output);
  }

  /** Waits for a batch and returns how many rows it has; none once the batcher is closed. */
  private int take() {
    lock.lock();
    try {
      awaitBatch();
      int rows = 0;
      while (rows < maxRows && !line.isEmpty()) {
        batch[rows++] = line.remove();
      }
      return rows;
    } finally {
      lock.unlock();
    }
  }

  private void awaitBatch() {
    while (!closed && line.size() < maxRows) {
      Request oldest = line.peek();
      try {
        if (oldest == null) {
          ready.await();
        } else {
          long left = maxWaitNanos - (System.nanoTime() - oldest.since);
          if (left <= 0) {
            return;
          }
          long _ = ready.awaitNanos(left);
        }
      } catch (InterruptedException _) {
        // Only closing ends this thread.
      }
    }
  }

  private void deliver(Request request, int index, @Nullable Throwable thrown) {
    lock.lock();
    try {
      if (request.withdrawn) {
        return;
      }
      if (thrown == null) {
        int out = (int) answerShape.size();
        System.arraycopy(output, index * out, request.answer, 0, out);
      }
      request.cause = thrown;
      request.done = true;
    } finally {
      lock.unlock();
    }
    LockSupport.unpark(request.caller);
  }

  private void check(float[] row, float[] answer) {
    if (row.length != rowShape.size()) {
      throw new ShapeException(row.length + " numbers are not one row of " + rowShape);
    }
    if (answer.length < answerShape.size()) {
      throw new ShapeException(
          ("there is room for " + answer.length + " numbers, where one row of answers has shape ")
              + answerShape);
    }
  }

  private int floats(Shape shape) {
    long floats = maxRows * shape.size();
    if (floats > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          maxRows + " rows of " + shape + " are more than a batch can hold");
    }
    return (int) floats;
  }

  /** A row that waits; its last three fields are written under the lock. */
  private static final class Request {
    final float[] row;
    final float[] answer;
    final Thread caller;
    final long since;
    boolean withdrawn;
    @Nullable Throwable cause;
    volatile boolean done;

    Request(float[] row, float[] answer, Thread caller, long since) {
      this.row = row;
      this.answer = answer;
      this.caller = caller;
      this.since = since;
    }
  }
}
