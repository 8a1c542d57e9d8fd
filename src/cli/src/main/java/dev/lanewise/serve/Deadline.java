package dev.lanewise.serve;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The time by which a request must have been read. When it passes, what is to be done is done in
 * another thread, and the thread that reads is interrupted, which closes the connection.
 */
final class Deadline implements AutoCloseable {
  private final Thread reader = Thread.currentThread();
  private final Runnable whenLate;
  private final Future<?> alarm;
  private boolean met;
  private boolean missed;

  /** Starts the time for a request that this thread reads. */
  Deadline(ScheduledExecutorService clock, Duration timeout, Runnable whenLate) {
    this.whenLate = whenLate;
    // Not in the clock's thread: a client that reads nothing may hold up what tells it.
    alarm =
        clock.schedule(
            () -> Thread.startVirtualThread(this::expire), timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Says that the request was read; returns whether that was in time. */
  synchronized boolean meet() {
    met = !missed;
    return met;
  }

  private synchronized void expire() {
    if (!met) {
      missed = true;
      whenLate.run();
      reader.interrupt();
    }
  }

  @Override
  public void close() {
    boolean _ = alarm.cancel(false);
  }
}
