package dev.lanewise.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Threads that call without a pause until they are closed, as a service's request threads do, and
 * count their calls.
 */
public final class Callers implements AutoCloseable {
  private static final int APART = 16; // longs from one count to the next: two cache lines

  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final AtomicLongArray counts;
  private final long[] seen;
  private volatile boolean stopped;

  private Callers(int number) {
    counts = new AtomicLongArray(number * APART);
    seen = new long[number];
  }

  /** Starts a thread for each of {@code calls}. */
  public static Callers start(List<Runnable> calls) {
    Callers callers = new Callers(calls.size());
    for (int caller = 0; caller < calls.size(); caller++) {
      Runnable call = calls.get(caller);
      int count = caller * APART;
      callers.threads.add(
          Thread.ofPlatform().name("caller-" + caller).start(() -> callers.repeat(call, count)));
    }
    return callers;
  }

  private void repeat(Runnable call, int count) {
    try {
      for (long calls = 1; !stopped; calls++) {
        call.run();
        counts.setRelease(count, calls);
      }
    } catch (Throwable t) {
      failure.compareAndSet(null, t);
    }
  }

  /** Leaves out the calls that were made until now. */
  public void look() {
    for (int caller = 0; caller < seen.length; caller++) {
      seen[caller] = counts.getAcquire(caller * APART);
    }
  }

  /**
   * Adds the calls that were made since the last look.
   *
   * @throws IllegalStateException if a caller failed
   */
  public void count(Calls calls) {
    check();
    long slowest = Long.MAX_VALUE;
    for (int caller = 0; caller < seen.length; caller++) {
      long now = counts.getAcquire(caller * APART);
      long made = now - seen[caller];
      seen[caller] = now;
      calls.calls += made;
      slowest = Math.min(slowest, made);
    }
    calls.slowest += slowest * seen.length;
  }

  /**
   * Says whether all went well so far.
   *
   * @throws IllegalStateException if a caller failed, with what it threw
   */
  public void check() {
    if (failure.get() != null) {
      throw new IllegalStateException("a caller failed", failure.get());
    }
  }

  /** Stops the callers. */
  @Override
  public void close() {
    stopped = true;
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // they stop all the same
    }
  }
}
