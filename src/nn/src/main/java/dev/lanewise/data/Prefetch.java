package dev.lanewise.data;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The batches of an epoch, filled by another thread ahead of their use.
 *
 * <p>The filling thread never waits: where no buffer is free it leaves, and the next batch taken
 * calls one again. So an iteration that nobody goes on with holds no thread, and nothing needs to
 * be closed. Threads are daemons, shared by all loaders, and end soon after their last work.
 */
final class Prefetch {
  private static final Executor THREADS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          1,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().daemon().name("lanewise-prefetch-", 0).factory());

  // All state is read and written under this object's lock; a buffer is filled outside of it.
  private final Deque<Buffer> free;
  private final Deque<Buffer> ready = new ArrayDeque<>();
  private @Nullable Buffer taken;
  private @Nullable EpochPlan plan;
  private int nextToFill;
  private @Nullable Throwable failure;
  private boolean filling;

  /** A prefetch that fills ahead as many batches as there are {@code buffers}, but for one. */
  Prefetch(List<Buffer> buffers) {
    free = new ArrayDeque<>(buffers);
  }

  /** Begins with batch {@code first} of an epoch; what was filled of another one is dropped. */
  synchronized void begin(EpochPlan epoch, int first) {
    plan = epoch;
    nextToFill = first;
    failure = null;
    free.addAll(ready);
    ready.clear();
    giveBack();
    callFiller();
  }

  /**
   * The next batch, whose buffer stays as it is until the one after it is taken.
   *
   * @throws IllegalStateException if the batch could not be filled, with what was thrown as the
   *     cause; taking again tries again
   */
  synchronized Buffer take() {
    giveBack();
    callFiller();
    awaitBatch();
    Buffer batch = ready.poll();
    if (batch == null) {
      Throwable cause = failure;
      failure = null;
      throw new IllegalStateException(
          "batch " + nextToFill + " could not be filled ahead: " + cause, cause);
    }
    taken = batch;
    return batch;
  }

  private void giveBack() {
    if (taken != null) {
      free.add(taken);
      taken = null;
    }
  }

  private void callFiller() {
    if (!filling && hasWork()) {
      THREADS.execute(this::fillAll);
      filling = true;
    }
  }

  private boolean hasWork() {
    return plan != null && nextToFill < plan.batches() && failure == null && !free.isEmpty();
  }

  /** Waits for a batch or a failure; an interrupt is left for the next one who can heed it. */
  private void awaitBatch() {
    boolean interrupted = false;
    while (ready.isEmpty() && failure == null) {
      try {
        wait();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the filling thread does. */
  private void fillAll() {
    for (Job job = nextJob(); job != null; job = nextJob()) {
      Throwable thrown = null;
      try {
        job.plan.fill(job.batch, job.buffer);
      } catch (Throwable e) {
        thrown = e;
      }
      end(job, thrown);
    }
  }

  /** The next batch to fill, or null where the filling thread is to leave. */
  private synchronized @Nullable Job nextJob() {
    EpochPlan epoch = plan;
    if (epoch == null || !hasWork()) {
      filling = false;
      return null;
    }
    return new Job(epoch, nextToFill, free.remove());
  }

  private synchronized void end(Job job, @Nullable Throwable thrown) {
    if (job.plan != plan) {
      free.add(job.buffer);
    } else if (thrown != null) {
      free.add(job.buffer);
      failure = thrown;
    } else {
      ready.add(job.buffer);
      nextToFill++;
    }
    notifyAll();
  }

  /** A batch to fill. */
  private record Job(EpochPlan plan, int batch, Buffer buffer) {}
}
