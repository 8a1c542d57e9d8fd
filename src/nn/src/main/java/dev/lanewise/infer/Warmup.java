package dev.lanewise.infer;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * Calls of one kind, repeated until the compilers are done with them: until they allocate nothing
 * any more and have not become quicker for a while.
 */
final class Warmup {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** The time after which a turn of calls ends, so that compilers get their share of one core. */
  private static final long TURN_NANOS = 5_000_000;

  /** Turns in a row without an allocation or a gain in speed after which calls are warm. */
  private static final int STEADY_TURNS = 20;

  /** The part of its time by which a call must become quicker for it to count as a gain. */
  private static final double GAIN = 0.05;

  private final Runnable call;
  private double best = Double.MAX_VALUE;
  private int steady;

  private Warmup(Runnable call) {
    this.call = call;
  }

  /** Runs {@code call} until it is warm, or until {@code patience} is spent. */
  static void run(Runnable call, Duration patience) {
    Warmup warmup = new Warmup(call);
    long start = System.nanoTime();
    while (warmup.steady < STEADY_TURNS && System.nanoTime() - start < patience.toNanos()) {
      warmup.turn();
    }
  }

  private void turn() {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    long nanos;
    int calls = 0;
    do {
      call.run();
      calls++;
      nanos = System.nanoTime() - start;
    } while (nanos < TURN_NANOS);
    long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
    double each = (double) nanos / calls;
    boolean gains = each < best * (1 - GAIN);
    steady = bytes > 0 || gains ? 0 : steady + 1;
    best = Math.min(best, each);
  }
}
