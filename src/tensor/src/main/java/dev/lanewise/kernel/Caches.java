package dev.lanewise.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The sizes of this machine's caches in bytes, as Linux tells them, or else usual ones. */
public final class Caches {
  private static final Path SYSTEM = Path.of("/sys/devices/system/cpu/cpu0/cache");

  /** A core's own first-level cache of data. */
  public static final long L1 = size(SYSTEM, 1, 32 << 10);

  /** A core's own second-level cache. */
  public static final long L2 = size(SYSTEM, 2, 1 << 20);

  /** The third-level cache that cores share. */
  public static final long L3 = size(SYSTEM, 3, 32 << 20);

  private Caches() {}

  /**
   * Returns the size of the data cache of a level, or {@code usual} where {@code folder}, which
   * Linux has for each core, does not tell it.
   */
  public static long size(Path folder, int level, long usual) {
    for (int index = 0; index < 8; index++) {
      Path cache = folder.resolve("index" + index);
      if (Integer.toString(level).equals(read(cache, "level"))
          && !"Instruction".equals(read(cache, "type"))) {
        long bytes = bytes(read(cache, "size"));
        return bytes > 0 ? bytes : usual;
      }
    }
    return usual;
  }

  /** Returns the bytes of a size such as 1024K or 32M, or 0 where it is none. */
  private static long bytes(@Nullable String size) {
    if (size == null || !size.matches("[0-9]{1,9}[KMG]?")) {
      return 0;
    }
    char unit = size.charAt(size.length() - 1);
    String digits = Character.isDigit(unit) ? size : size.substring(0, size.length() - 1);
    return Long.parseLong(digits) << (unit == 'K' ? 10 : unit == 'M' ? 20 : unit == 'G' ? 30 : 0);
  }

  private static @Nullable String read(Path cache, String name) {
    try {
      return Files.readString(cache.resolve(name)).strip();
    } catch (IOException | SecurityException e) {
      return null; // not Linux, or not to be seen in this container
    }
  }
}
