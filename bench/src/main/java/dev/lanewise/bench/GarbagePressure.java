package dev.lanewise.bench;

import java.util.concurrent.locks.LockSupport;

/**
 * A thread that makes garbage at a steady pace, as the rest of a service does: 400 MB a second in
 * objects of a kilobyte, each of which lives until 16,384 others have come. It leaves most of its
 * processor to others; the collector's pauses it shares with them.
 */
public final class GarbagePressure implements AutoCloseable {
  private static final int BYTES = 1 << 10;
  private static final int LIVE = 1 << 14;
  private static final int OBJECTS_AT_ONCE = 400;
  private static final long PAUSE_NANOS = 1_000_000;

  private final byte[][] live = new byte[LIVE][];
  private final Thread thread;
  private volatile boolean stopped;

  private GarbagePressure() {
    thread = Thread.ofPlatform().daemon().name("garbage").unstarted(this::allocate);
  }

  /** Starts the thread. */
  public static GarbagePressure start() {
    GarbagePressure pressure = new GarbagePressure();
    pressure.thread.start();
    return pressure;
  }

  private void allocate() {
    int next = 0;
    while (!stopped) {
      for (int i = 0; i < OBJECTS_AT_ONCE; i++) {
        live[next] = new byte[BYTES];
        next = (next + 1) % LIVE;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Stops the thread. */
  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // it stops all the same
    }
  }
}
