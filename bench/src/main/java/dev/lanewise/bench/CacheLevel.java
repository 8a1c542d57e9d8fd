package dev.lanewise.bench;

import java.util.Arrays;

/**
 * Where a working set lies, and how large the one is by which its bandwidth is measured. Sizes suit
 * caches of 32 KiB, 1 MiB and 16 MiB or more.
 */
public enum CacheLevel {
  /** The first level's cache. */
  L1(28 << 10),

  /** The second level's cache. */
  L2(512 << 10),

  /** The third level's cache, which cores share. */
  L3(8 << 20),

  /** Main memory. */
  DRAM(256 << 20);

  final int bytes;

  CacheLevel(int bytes) {
    this.bytes = bytes;
  }

  /**
   * Says whether so many bytes are as many as memory's bandwidth is measured by: a cache that would
   * hold them, of a large machine, has others' data in it too.
   */
  public static boolean isMemory(long bytes) {
    return bytes >= DRAM.bytes;
  }

  /** Returns the level in which {@code bytes} bytes lie. */
  static CacheLevel holding(long bytes) {
    return Arrays.stream(values()).filter(level -> bytes <= level.bytes).findFirst().orElse(DRAM);
  }
}
