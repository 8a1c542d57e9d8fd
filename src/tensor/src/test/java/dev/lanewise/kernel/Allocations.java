package dev.lanewise.kernel;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * Heap bytes allocated per call: the sign of a kernel that boxes its vectors, which then runs a
 * hundred times slower.
 */
public final class Allocations {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int BATCH = 500;
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private Allocations() {}

  /**
   * The bytes a warm call allocates. A call boxes until the last compiler has done its work, in the
   * background, so batches are repeated until one allocates nothing, or patience ends.
   */
  public static long perCall(Runnable call) {
    return perCall(call, PATIENCE_NANOS);
  }

  /** As {@link #perCall(Runnable)}, within a time in nanoseconds. */
  static long perCall(Runnable call, long patience) {
    long start = System.nanoTime();
    long least = Long.MAX_VALUE;
    while (least > 0 && System.nanoTime() - start < patience) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < BATCH; i++) {
        call.run();
      }
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return (least + BATCH - 1) / BATCH;
  }
}
