package dev.lanewise.memory;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A small pool of reusable objects: taken by any thread, given back by any thread, without a lock
 * and without garbage.
 *
 * <p>A taker scans from a slot of its own, so that a thread mostly meets the object it gave back
 * last, warm in its cache. What finds no free slot is left to the collector, so the pool is bounded
 * by its slots, and by the number of callers at once rather than by the number of threads.
 *
 * @param <T> what is pooled
 */
public final class Slots<T> {
  private final AtomicReferenceArray<@Nullable T> slots;
  private final Supplier<? extends T> maker;

  /** Makes an empty pool of at most {@code capacity} (a power of two) objects. */
  public Slots(int capacity, Supplier<? extends T> maker) {
    if (Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException("a capacity is a power of two, not " + capacity);
    }
    this.slots = new AtomicReferenceArray<>(capacity);
    this.maker = maker;
  }

  /** Returns an object that no one else holds, a new one if the pool has none. */
  public T take() {
    T held = poll();
    return held != null ? held : maker.get();
  }

  /** Returns an object that no one else holds, or null if the pool has none. */
  public @Nullable T poll() {
    int mask = slots.length() - 1;
    int start = (int) Thread.currentThread().threadId();
    for (int i = 0; i <= mask; i++) {
      int slot = (start + i) & mask;
      T held = slots.getPlain(slot);
      if (held != null && slots.compareAndSet(slot, held, null)) {
        return held;
      }
    }
    return null;
  }

  /** Gives an object back; the caller must not touch it again. */
  public void give(T object) {
    int mask = slots.length() - 1;
    int start = (int) Thread.currentThread().threadId();
    for (int i = 0; i <= mask; i++) {
      int slot = (start + i) & mask;
      if (slots.getPlain(slot) == null && slots.compareAndSet(slot, null, object)) {
        return;
      }
    }
  }
}
