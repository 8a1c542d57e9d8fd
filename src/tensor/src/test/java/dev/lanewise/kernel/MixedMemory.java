package dev.lanewise.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Allocates native memory of each kind in turn, as a service has it that takes segments from
 * wherever they come: the JVM's own code tells the kinds apart, and compiles a kernel otherwise
 * that has met several.
 */
final class MixedMemory implements SegmentAllocator {
  private static final Kind[] KINDS = Kind.values();

  /** The number of kinds: as many allocators give each operand of a kernel every one of them. */
  static final int COUNT = KINDS.length;

  private enum Kind {
    AUTO,
    GLOBAL,
    SHARED,
    SLICED,
    CONFINED,
    MAPPED
  }

  private int next;

  /** Begins with the kind of this number. */
  MixedMemory(int first) {
    next = first;
  }

  @Override
  public MemorySegment allocate(long bytes, long alignment) {
    Kind kind = KINDS[next++ % COUNT];
    return switch (kind) {
      case AUTO -> Arena.ofAuto().allocate(bytes, alignment);
      case GLOBAL -> Arena.global().allocate(bytes, alignment);
      case SHARED -> Arena.ofShared().allocate(bytes, alignment);
      case SLICED -> Arena.ofShared().allocate(bytes + Float.BYTES, alignment).asSlice(Float.BYTES);
      case CONFINED -> Arena.ofConfined().allocate(bytes, alignment);
      case MAPPED -> mapped(bytes);
    };
  }

  private static MemorySegment mapped(long bytes) {
    try {
      Path file = Files.createTempFile("mixed", ".bin");
      try (FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE)) {
        return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, Arena.ofAuto());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
