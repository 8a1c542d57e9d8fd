package dev.lanewise.memory;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The slabs that no open scope uses, sorted by size, ready to be taken again.
 *
 * <p>Sizes are powers of two from {@link #SMALLEST}. A scope takes one or a few slabs for its whole
 * life, so one lock around the lists is taken a few times a step.
 */
final class Slabs {
  /** Bytes of the smallest slab. */
  static final long SMALLEST = 1L << 20;

  private static final int CLASSES = 24;
  private static final List<List<MemorySegment>> FREE = new ArrayList<>();

  static {
    for (int i = 0; i < CLASSES; i++) {
      FREE.add(new ArrayList<>());
    }
  }

  private Slabs() {}

  /** Returns a slab of {@code bytes} or more, contents undefined. */
  static MemorySegment take(long bytes) {
    int wanted = sizeClass(bytes);
    synchronized (FREE) {
      for (int c = wanted; c < CLASSES; c++) {
        List<MemorySegment> free = FREE.get(c);
        if (!free.isEmpty()) {
          return free.removeLast();
        }
      }
    }
    return Memory.take(SMALLEST << wanted);
  }

  /** Takes a slab back whose scope has closed. */
  static void give(MemorySegment slab) {
    synchronized (FREE) {
      FREE.get(sizeClass(slab.byteSize())).add(slab);
    }
  }

  static void trim() {
    synchronized (FREE) {
      FREE.forEach(List::clear);
    }
  }

  private static int sizeClass(long bytes) {
    int log = Long.SIZE - Long.numberOfLeadingZeros(Math.max(bytes, SMALLEST) - 1);
    int sizeClass = log - Long.numberOfTrailingZeros(SMALLEST);
    if (sizeClass >= CLASSES) {
      throw new MemoryLimitException("a scope cannot hold one tensor of " + bytes + " bytes");
    }
    return sizeClass;
  }
}
