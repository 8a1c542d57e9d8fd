package dev.lanewise.memory;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A block of off-heap floats, 64-byte aligned unless it lies {@linkplain #over over} memory from
 * elsewhere, with an owner: a {@link Scope}, or the garbage collector.
 */
public final class Storage {
  /**
   * Bytes behind every block of Lanewise's own that a kernel may read as part of a whole vector,
   * and never uses.
   */
  static final long SLACK = 64;

  private MemorySegment segment;
  private long offset;
  private final long size;
  private final @Nullable Scope owner;
  private boolean promised;
  private volatile long version;

  Storage(MemorySegment segment, long offset, long size, @Nullable Scope owner) {
    this.segment = segment;
    this.offset = offset;
    this.size = size;
    this.owner = owner;
  }

  /**
   * Allocates {@code floats} floats, contents undefined, in the open scope of the current thread
   * or, where none is open, for the garbage collector to free.
   *
   * @throws MemoryLimitException if the limit on off-heap memory would be passed
   */
  public static Storage allocate(long floats) {
    checkSize(floats);
    Scope scope = Scope.current();
    return scope == null ? collected(floats) : scope.allocate(floats);
  }

  /**
   * Allocates {@code floats} zeros that the garbage collector frees, whether or not a scope is
   * open.
   *
   * @throws MemoryLimitException if the limit on off-heap memory would be passed
   */
  public static Storage persistent(long floats) {
    checkSize(floats);
    return collected(floats);
  }

  /**
   * Allocates {@code floats} floats, contents undefined, that live as long as {@code other}: in its
   * scope, or for the garbage collector to free where it has none or another thread opened it.
   *
   * @throws MemoryLimitException if the limit on off-heap memory would be passed
   */
  public static Storage beside(Storage other, long floats) {
    checkSize(floats);
    Scope scope = other.owner;
    return scope != null && scope.isOwn() ? scope.allocate(floats) : collected(floats);
  }

  /**
   * Returns a block of {@code floats} floats that has no memory yet and is {@linkplain #isAlive not
   * to be used} until {@link #provide} gives it some.
   */
  public static Storage promised(long floats) {
    checkSize(floats);
    Storage storage = new Storage(MemorySegment.NULL, 0, floats, null);
    storage.promised = true;
    return storage;
  }

  /**
   * Gives a promised block its memory: that of {@code block}, which the garbage collector frees,
   * from float {@code from} on. To be called once, before any other thread knows this block.
   *
   * @throws IndexOutOfBoundsException if there is not as much
   */
  public void provide(Storage block, long from) {
    Objects.checkFromIndexSize(from, size, block.size);
    if (!promised || block.owner != null) {
      throw new IllegalStateException("memory is given to a promised block, by a lasting one");
    }
    segment = block.segment;
    offset = block.offset + from;
    promised = false;
  }

  /**
   * Makes a block of memory that came from elsewhere, such as a mapped file, without a copy. It may
   * be read-only, {@link Memory} does not count it, and it lives as long as the segment's own
   * arena; that of the garbage collector suits, for nothing has to close it.
   *
   * @throws IllegalArgumentException unless the memory is off-heap, aligned to 4 bytes, and whole
   *     floats
   */
  public static Storage over(MemorySegment memory) {
    long size = memory.byteSize();
    if (!memory.isNative() || memory.address() % Float.BYTES != 0 || size % Float.BYTES != 0) {
      throw new IllegalArgumentException(
          "a block of floats lies off-heap, 4-byte aligned, in whole floats, and not over "
              + memory);
    }
    return new Storage(memory, 0, size / Float.BYTES, null);
  }

  /** Returns the memory that holds the block, which starts {@link #offset} floats into it. */
  public MemorySegment segment() {
    return segment;
  }

  /** Returns where in {@link #segment} the block starts, in floats. */
  public long offset() {
    return offset;
  }

  /** Returns the number of floats. */
  public long size() {
    return size;
  }

  /** Says whether the block may be used: it has memory, and its scope is open or it has none. */
  public boolean isAlive() {
    return !promised && (owner == null || owner.isOpen());
  }

  /** Returns the scope that frees the block, or null when the garbage collector does. */
  public @Nullable Scope owner() {
    return owner;
  }

  /** Returns how often the block was written in place since it was made. */
  public long version() {
    return version;
  }

  /** Marks the block as written in place. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // two writers at once race on the data itself
  public void touch() {
    version++;
  }

  private static Storage collected(long floats) {
    return new Storage(Memory.take(floats * Float.BYTES + SLACK), 0, floats, null);
  }

  private static void checkSize(long floats) {
    if (floats < 0 || floats > Long.MAX_VALUE / 8) {
      throw new IllegalArgumentException("a block cannot hold " + floats + " floats");
    }
  }
}
