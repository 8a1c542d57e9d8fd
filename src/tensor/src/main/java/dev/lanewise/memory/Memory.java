package dev.lanewise.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The account of off-heap memory: every block that tensors, scopes and kernels use is taken here.
 *
 * <p>Blocks are reclaimed by the garbage collector once nothing refers to them, and the account is
 * kept by a cleaner on each block. The collector sees only the small heap objects in front of them,
 * so when much has been taken since the last collection, one is asked for; work inside a {@link
 * Scope} reuses its slabs and never comes to that.
 *
 * <p>The limit is set by {@code -Ddev.lanewise.memoryLimit=BYTES} (with an optional k, m or g) or
 * by {@link #setLimit}; the JVM's own {@code -XX:MaxDirectMemorySize} holds besides.
 */
public final class Memory {
  /** Bytes to which every block is aligned: a cache line, and the widest vector. */
  public static final int ALIGNMENT = 64;

  /**
   * Bytes to which blocks at least as long are aligned: a kernel that reads and writes several such
   * blocks side by side never loads from an address whose last 12 bits are those of a store that is
   * still under way, which processors take for the same address and wait for.
   */
  private static final long PAGE = 4096;

  private static final String LIMIT_PROPERTY = "dev.lanewise.memoryLimit";

  /** Garbage that may gather before a collection is asked for, whatever else is in use. */
  private static final long SLACK = 256L << 20;

  private static final long[] BACKOFF_MILLIS = {1, 2, 4, 8, 16, 32, 64, 128};

  private static final Cleaner CLEANER = Cleaner.create();
  private static final AtomicLong IN_USE = new AtomicLong();
  private static final AtomicLong PEAK = new AtomicLong();
  private static final AtomicLong SINCE_COLLECTION = new AtomicLong();
  private static final AtomicLong LOWEST_SINCE_COLLECTION = new AtomicLong();
  private static volatile long limit = parseBytes(System.getProperty(LIMIT_PROPERTY));

  private Memory() {}

  /** Returns the off-heap bytes taken and not yet given back, pooled slabs and scratch included. */
  public static long inUse() {
    return IN_USE.get();
  }

  /**
   * Returns the most that {@link #inUse} has been since the start or the last {@link #resetPeak}.
   */
  public static long peak() {
    return PEAK.get();
  }

  /** Starts {@link #peak} afresh from what is in use now. */
  public static void resetPeak() {
    PEAK.set(IN_USE.get());
  }

  /** Returns the limit in bytes; {@link Long#MAX_VALUE} when there is none. */
  public static long limit() {
    return limit;
  }

  /**
   * Sets the most bytes that may be in use; an allocation past it ends in a {@link
   * MemoryLimitException}.
   *
   * @throws IllegalArgumentException if {@code bytes} is not positive
   */
  public static void setLimit(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("a memory limit must be positive, not " + bytes);
    }
    limit = bytes;
  }

  /** Gives the slabs that no open scope uses back to the garbage collector. */
  public static void trim() {
    Slabs.trim();
  }

  /**
   * Takes a zeroed native block, aligned to {@link #ALIGNMENT}, which the collector frees when
   * nothing refers to it or to a slice of it.
   *
   * @throws MemoryLimitException if the limit, or the JVM's own, would be passed
   */
  static MemorySegment take(long bytes) {
    reserve(bytes);
    MemorySegment block;
    try {
      block = Arena.ofAuto().allocate(bytes, bytes < PAGE ? ALIGNMENT : PAGE);
    } catch (OutOfMemoryError e) {
      IN_USE.addAndGet(-bytes);
      throw new MemoryLimitException(
          refusal(bytes)
              + "; the JVM allows no more: raise -XX:MaxDirectMemorySize ("
              + e.getMessage()
              + ")");
    }
    // The referent is the block's lifetime, which every slice shares, and not the block itself.
    CLEANER.register(block.scope(), new GiveBack(bytes));
    return block;
  }

  private static void reserve(long bytes) {
    long since = SINCE_COLLECTION.addAndGet(bytes);
    LOWEST_SINCE_COLLECTION.accumulateAndGet(IN_USE.get(), Math::min);
    if (since > SLACK && since > LOWEST_SINCE_COLLECTION.get() && since > heapInUse()) {
      collect();
    }
    if (tryReserve(bytes)) {
      return;
    }
    Slabs.trim();
    for (long millis : BACKOFF_MILLIS) {
      collect();
      sleep(millis);
      if (tryReserve(bytes)) {
        return;
      }
    }
    throw new MemoryLimitException(
        refusal(bytes) + "; the limit is " + limit + " (-D" + LIMIT_PROPERTY + ")");
  }

  private static boolean tryReserve(long bytes) {
    while (true) {
      long now = IN_USE.get();
      if (bytes > limit - now) {
        return false;
      }
      if (IN_USE.compareAndSet(now, now + bytes)) {
        PEAK.accumulateAndGet(now + bytes, Math::max);
        return true;
      }
    }
  }

  private static String refusal(long bytes) {
    return bytes + " bytes of off-heap memory were asked for with " + inUse() + " in use";
  }

  private static void collect() {
    SINCE_COLLECTION.set(0);
    LOWEST_SINCE_COLLECTION.set(Long.MAX_VALUE);
    System.gc();
  }

  private static long heapInUse() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static long parseBytes(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return Long.MAX_VALUE;
    }
    String digits = text.strip().toLowerCase(Locale.ROOT);
    int shift =
        switch (digits.charAt(digits.length() - 1)) {
          case 'k' -> 10;
          case 'm' -> 20;
          case 'g' -> 30;
          default -> 0;
        };
    try {
      long value = Long.parseLong(shift == 0 ? digits : digits.substring(0, digits.length() - 1));
      if (value > 0 && value <= Long.MAX_VALUE >> shift) {
        return value << shift;
      }
    } catch (NumberFormatException e) {
      // Falls through to the one sentence for every malformed value.
    }
    throw new IllegalArgumentException(
        "-D" + LIMIT_PROPERTY + "=" + text + " is not a positive number of bytes such as 512m");
  }

  private record GiveBack(long bytes) implements Runnable {
    @Override
    public void run() {
      IN_USE.addAndGet(-bytes);
    }
  }
}
