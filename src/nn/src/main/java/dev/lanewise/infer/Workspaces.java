package dev.lanewise.infer;

import dev.lanewise.memory.Slots;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The work spaces of a predictor: as many as calls were ever under way at once, up to a few for
 * each processor, however many threads call. A call that finds all of them taken waits for one,
 * which is no longer than another call takes.
 */
final class Workspaces {
  private static final int CAPACITY = Integer.highestOneBit(4 * processors() - 1) << 1;
  private static final int SPINS = 100;
  private static final long PAUSE_NANOS = 20_000;

  private final Slots<Workspace> free = new Slots<>(CAPACITY, Workspace::new);
  private final AtomicInteger made = new AtomicInteger();
  private final AtomicReferenceArray<@Nullable Workspace> all =
      new AtomicReferenceArray<>(CAPACITY);

  private static int processors() {
    return Math.max(4, Runtime.getRuntime().availableProcessors());
  }

  /** Returns a work space that no other call has. */
  @SuppressWarnings("ThreadPriorityCheck") // a hint to whom has one; nothing relies on it
  Workspace take() {
    for (int tries = 0; ; tries++) {
      Workspace workspace = free.poll();
      if (workspace != null) {
        return workspace;
      }
      int count = made.get();
      if (count < CAPACITY) {
        if (made.compareAndSet(count, count + 1)) {
          Workspace first = new Workspace();
          all.set(count, first);
          return first;
        }
      } else if (tries < SPINS) {
        Thread.yield();
      } else {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /** Gives a work space back. */
  void give(Workspace workspace) {
    free.give(workspace);
  }

  /** Returns the floats that all of them hold. */
  long floats() {
    long floats = 0;
    for (int i = 0; i < CAPACITY; i++) {
      Workspace workspace = all.get(i);
      floats += workspace == null ? 0 : workspace.floats();
    }
    return floats;
  }
}
