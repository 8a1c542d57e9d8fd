package dev.lanewise.infer;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Stretches of one block of memory, taken and given back: each the lowest that is long enough. */
final class Blocks {
  private final NavigableMap<Long, Long> free = new TreeMap<>();
  private final Map<Long, Long> taken = new HashMap<>();
  private long size;

  /** Returns the first unit of {@code length} units that nobody else holds. */
  long take(long length) {
    for (Map.Entry<Long, Long> gap : free.entrySet()) {
      if (gap.getValue() >= length) {
        return takeFrom(gap.getKey(), gap.getValue(), length);
      }
    }
    Map.Entry<Long, Long> last = free.lastEntry();
    if (last != null && last.getKey() + last.getValue() == size) {
      size = last.getKey() + length;
      return takeFrom(last.getKey(), length, length);
    }
    long start = size;
    size += length;
    taken.put(start, length);
    return start;
  }

  private long takeFrom(long start, long gap, long length) {
    free.remove(start);
    if (gap > length) {
      free.put(start + length, gap - length);
    }
    taken.put(start, length);
    return start;
  }

  /** Gives back what begins at {@code start}. */
  void give(long start) {
    Long held = taken.remove(start);
    if (held == null) {
      throw new IllegalStateException("nothing that begins at " + start + " is taken");
    }
    long first = start;
    long length = held;
    Map.Entry<Long, Long> below = free.lowerEntry(first);
    if (below != null && below.getKey() + below.getValue() == first) {
      free.remove(below.getKey());
      first = below.getKey();
      length += below.getValue();
    }
    Long above = free.remove(first + length);
    free.put(first, above == null ? length : length + above);
  }

  /** Returns how many units the block must have. */
  long size() {
    return size;
  }
}
