package dev.lanewise.kernel;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads that share one kernel's work: the caller, and a persistent pool beside it.
 *
 * <p>A job is a number of parts. Parts are claimed one by one with a compare-and-set on one word,
 *
 * <pre>  generation (32 bits) | parts (16 bits) | next part (16 bits)</pre>
 *
 * by the caller as well as the workers, so a caller never waits for a worker to wake: what no
 * worker has begun, it does itself. A worker looks for the next job for a short time, giving way to
 * whoever wants its processor, then parks.
 *
 * <p>One job runs at a time. A caller that finds the pool taken, by another caller or by itself one
 * level up, runs its parts alone: no deadlock, and never more busy threads than callers plus
 * workers.
 *
 * <p>How the parts fall to threads never changes a result: kernels cut only dimensions whose
 * elements are computed independently.
 *
 * <p>The number of threads is {@code -Ddev.lanewise.threads=N}, or else {@link
 * Runtime#availableProcessors()}, which heeds a container's quota.
 */
public final class Workers {
  /** The most threads, and the most parts of a job. */
  public static final int MAX = 256;

  private static final String PROPERTY = "dev.lanewise.threads";
  private static final long SPIN_NANOS = 50_000;
  private static final int SPINS_BEFORE_YIELD = 2_000;

  /** A worker gives way this often, or it would hold up a caller that shares its processor. */
  private static final int IDLE_SPINS_BEFORE_YIELD = 32;

  // Indices of the shared words, each on cache lines of its own: their writers differ.
  private static final int LINE = 16;
  private static final int TAKEN = LINE;
  private static final int STATE = 2 * LINE;
  private static final int FINISHED = 3 * LINE;

  private static final AtomicReference<Workers> INSTANCE = new AtomicReference<>();

  private final int threads;
  private final Worker[] pool;
  private final AtomicLongArray words = new AtomicLongArray(4 * LINE);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile @Nullable Body body;
  private volatile boolean stopped;

  /** One kernel call cut into parts. */
  @FunctionalInterface
  public interface Body {
    /** Computes part {@code part}, at the same time as other parts. */
    void run(int part);
  }

  private Workers(int threads) {
    this.threads = threads;
    this.pool = new Worker[threads - 1];
    for (int i = 0; i < pool.length; i++) {
      pool[i] = new Worker("lanewise-" + (i + 1));
    }
  }

  /** Returns the number of threads that share a kernel's work, the caller included. */
  public static int threads() {
    return instance().threads;
  }

  /**
   * Sets the number of threads; 1 leaves all work on the caller. Jobs under way end as they began.
   *
   * @throws IllegalArgumentException if {@code threads} is not between 1 and {@link #MAX}
   */
  public static void setThreads(int threads) {
    if (threads < 1 || threads > MAX) {
      throw new IllegalArgumentException(
          "the number of threads is between 1 and " + MAX + ", not " + threads);
    }
    Workers old = INSTANCE.get();
    if (old == null || old.threads != threads) {
      replace(old, new Workers(threads));
    }
  }

  /**
   * Runs parts 0 to {@code parts - 1} of {@code body}, in any order and on any of the threads, and
   * returns when all are done.
   *
   * @throws IllegalArgumentException if there are more than {@link #MAX} parts
   */
  public static void run(int parts, Body body) {
    if (parts > MAX) {
      throw new IllegalArgumentException(parts + " parts are more than " + MAX);
    }
    Workers workers = instance();
    if (parts <= 1 || workers.threads == 1 || !workers.words.compareAndSet(TAKEN, 0, 1)) {
      for (int part = 0; part < parts; part++) {
        body.run(part);
      }
      return;
    }
    try {
      workers.share(parts, body);
    } finally {
      workers.words.setRelease(TAKEN, 0);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // yields to the worker that still runs the last part
  private void share(int parts, Body job) {
    words.setPlain(FINISHED, 0);
    failure.setPlain(null);
    body = job;
    long generation = (words.getPlain(STATE) >>> 32) + 1;
    words.set(STATE, generation << 32 | (long) parts << 16);
    wake(parts - 1);
    int others = parts - claim();
    int spins = 0;
    while (words.getAcquire(FINISHED) < others) {
      if (++spins < SPINS_BEFORE_YIELD) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
    body = null;
    Throwable thrown = failure.getAndSet(null);
    if (thrown != null) {
      rethrow(thrown);
    }
  }

  /** Wakes parked workers, no more than could find work. */
  private void wake(int most) {
    int awake = 0;
    for (int i = 0; i < pool.length && awake < most; i++, awake++) {
      if (pool[i].parked) {
        LockSupport.unpark(pool[i].thread);
      }
    }
  }

  /** Runs parts of the current job until none is left, and returns how many it ran. */
  private int claim() {
    int ran = 0;
    while (true) {
      long word = words.get(STATE);
      int next = (int) (word & 0xffff);
      int parts = (int) (word >>> 16 & 0xffff);
      if (next >= parts) {
        return ran;
      }
      if (words.compareAndSet(STATE, word, word + 1)) {
        ran++;
        runPart(next);
      }
    }
  }

  private void runPart(int part) {
    // The job cannot end before this part does, so its body is the one that was claimed.
    Body job = body;
    try {
      if (job != null) {
        job.run(part);
      }
    } catch (Throwable t) {
      failure.compareAndSet(null, t);
    }
  }

  private static Workers instance() {
    Workers workers = INSTANCE.get();
    return workers != null ? workers : replace(null, new Workers(configuredThreads()));
  }

  private static Workers replace(@Nullable Workers old, Workers next) {
    if (!INSTANCE.compareAndSet(old, next)) {
      return instance();
    }
    if (old != null) {
      old.stopped = true;
      for (Worker worker : old.pool) {
        LockSupport.unpark(worker.thread);
      }
    }
    for (Worker worker : next.pool) {
      worker.thread.start();
    }
    return next;
  }

  private static int configuredThreads() {
    String text = System.getProperty(PROPERTY);
    if (text == null) {
      return Math.min(Runtime.getRuntime().availableProcessors(), MAX);
    }
    try {
      int threads = Integer.parseInt(text.strip());
      if (threads >= 1 && threads <= MAX) {
        return threads;
      }
    } catch (NumberFormatException e) {
      // Falls through to the one sentence for every malformed value.
    }
    throw new IllegalArgumentException(
        "-D" + PROPERTY + "=" + text + " is not a whole number from 1 to " + MAX);
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void rethrow(Throwable t) throws T {
    throw (T) t;
  }

  /** Says whether a part of the current job is still unclaimed. */
  private boolean hasWork() {
    long word = words.get(STATE);
    return (word & 0xffff) < (word >>> 16 & 0xffff);
  }

  private final class Worker implements Runnable {
    final Thread thread;
    volatile boolean parked;

    Worker(String name) {
      // Lives longer than the caller that happens to start it, so takes nothing over from it.
      thread =
          Thread.ofPlatform()
              .daemon()
              .inheritInheritableThreadLocals(false)
              .name(name)
              .unstarted(this);
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // yields to a caller that shares its processor
    public void run() {
      long idleSince = System.nanoTime();
      int spins = 0;
      while (!stopped) {
        int ran = claim();
        if (ran > 0) {
          words.getAndAdd(FINISHED, ran);
          idleSince = System.nanoTime();
        } else if (System.nanoTime() - idleSince < SPIN_NANOS) {
          if (++spins % IDLE_SPINS_BEFORE_YIELD == 0) {
            Thread.yield();
          } else {
            Thread.onSpinWait();
          }
        } else {
          parked = true;
          if (!hasWork() && !stopped) {
            boolean ignored =
                Thread.interrupted(); // an interrupt would make every later park return at once
            LockSupport.park(Workers.this);
          }
          parked = false;
          idleSince = System.nanoTime();
        }
      }
    }
  }
}
