package dev.lanewise.memory;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A kernel's work space: a few blocks that grow to what was once asked for and are kept.
 *
 * <p>Borrowed for the length of one call and given back, so there are as many as there are callers
 * at once, however many threads, virtual ones included, pass through.
 */
public final class Scratch implements AutoCloseable {
  private static final Slots<Scratch> POOL = new Slots<>(64, Scratch::new);
  private static final int BLOCKS = 4;

  private final @Nullable MemorySegment[] blocks = new MemorySegment[BLOCKS];

  private Scratch() {}

  /** Borrows a work space until it is closed. */
  public static Scratch borrow() {
    return POOL.take();
  }

  /**
   * Returns block {@code index} (0 to 3), at least {@code floats} floats long, contents undefined.
   * A later call for the same block of this work space returns the same memory.
   */
  public MemorySegment floats(int index, long floats) {
    long bytes = floats * Float.BYTES;
    MemorySegment block = blocks[index];
    if (block == null || block.byteSize() < bytes) {
      block = Memory.take(Math.max(bytes, 4096));
      blocks[index] = block;
    }
    return block;
  }

  /** Gives the work space back. */
  @Override
  public void close() {
    POOL.give(this);
  }
}
