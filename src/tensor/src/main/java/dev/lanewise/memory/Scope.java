package dev.lanewise.memory;

import java.lang.StackWalker.StackFrame;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The lifetime of one step: what the current thread makes while a scope is open is freed, all at
 * once and at no cost, when it closes.
 *
 * <pre>{@code
 * try (Scope step = Scope.open()) {
 *   Tensor loss = Losses.mse(model.forward(batch.x()), batch.y());
 *   model.update(loss);
 * }
 * }</pre>
 *
 * <p>Memory is bumped out of slabs that pass from scope to scope, so a loop of like steps allocates
 * nothing after its first. Slabs are never unmapped while anything refers to them: a tensor used
 * after its scope closed throws {@link IllegalStateException} and can neither crash the JVM nor
 * read another step's data. Every scope is its own generation: a tensor is alive exactly as long as
 * the one scope object that made it is open.
 *
 * <p>Scopes nest; a thread closes them in the reverse order of opening. Scopes belong to the thread
 * that opened them; other threads may use the tensors while it is open.
 */
public final class Scope implements AutoCloseable {
  private static final ThreadLocal<Current> CURRENT = ThreadLocal.withInitial(Current::new);
  private static final StackWalker CALLERS = StackWalker.getInstance(Set.of(), 1);
  private static final int MAX_SLABS = 40;

  private final Current thread;
  private final @Nullable Scope outer;
  private final StackFrame opener;
  private @Nullable MemorySegment slab;
  private long top;
  private int full;
  private @Nullable MemorySegment @Nullable [] fullSlabs;
  private volatile boolean closed;

  private Scope(Current thread, StackFrame opener) {
    this.thread = thread;
    this.outer = thread.scope;
    this.opener = opener;
  }

  /** Opens a scope on the current thread. */
  public static Scope open() {
    Current thread = CURRENT.get();
    Scope scope =
        new Scope(thread, CALLERS.walk(frames -> frames.skip(1).findFirst()).orElseThrow());
    thread.scope = scope;
    return scope;
  }

  /** Returns the innermost open scope of the current thread, or null. */
  public static @Nullable Scope current() {
    return CURRENT.get().scope;
  }

  /**
   * Runs {@code work} as if no scope were open: what it makes is freed by the garbage collector and
   * outlives every scope.
   */
  public static <T extends @Nullable Object> T outside(Supplier<T> work) {
    Current thread = CURRENT.get();
    Scope open = thread.scope;
    thread.scope = null;
    try {
      return work.get();
    } finally {
      thread.scope = open;
    }
  }

  /** Says whether the scope has not been closed. */
  public boolean isOpen() {
    return !closed;
  }

  /** Says whether this scope is {@code inner} or one that is closed only after it. */
  public boolean encloses(Scope inner) {
    for (Scope scope = inner; scope != null; scope = scope.outer) {
      if (scope == this) {
        return true;
      }
    }
    return false;
  }

  /** Returns where the scope was opened, such as {@code Training.main(Training.java:12)}. */
  public String openedAt() {
    return opener.toString();
  }

  /**
   * Frees what was made in this scope.
   *
   * @throws IllegalStateException if another thread closes it, or an inner scope is still open
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    if (CURRENT.get() != thread) {
      throw new IllegalStateException(
          "a scope is closed by the thread that opened it (opened at " + opener + ")");
    }
    if (thread.scope != this) {
      throw new IllegalStateException(
          "scopes close in the reverse order of opening; one opened later is still open (this one"
              + " was opened at "
              + opener
              + ")");
    }
    closed = true;
    thread.scope = outer;
    if (slab != null) {
      Slabs.give(slab);
      slab = null;
    }
    if (fullSlabs != null) {
      while (full > 0) {
        MemorySegment last = fullSlabs[--full];
        if (last != null) {
          Slabs.give(last);
        }
      }
      fullSlabs = null;
    }
  }

  /** Says whether the current thread opened this scope, and may allocate in it. */
  boolean isOwn() {
    return !closed && CURRENT.get() == thread;
  }

  /** Bumps {@code floats} floats out of a slab, contents undefined. */
  Storage allocate(long floats) {
    long bytes = floats * Float.BYTES;
    MemorySegment current = slab;
    if (current == null || bytes > current.byteSize() - Storage.SLACK - top) {
      current = nextSlab(bytes);
    }
    long start = top;
    top = (start + bytes + Memory.ALIGNMENT - 1) & -Memory.ALIGNMENT;
    return new Storage(current, start / Float.BYTES, floats, this);
  }

  private MemorySegment nextSlab(long bytes) {
    MemorySegment current = slab;
    long wanted = Math.max(bytes + Storage.SLACK, Slabs.SMALLEST);
    if (current != null) {
      if (full == MAX_SLABS) {
        throw new MemoryLimitException("the scope opened at " + opener + " has grown too large");
      }
      wanted = Math.max(wanted, current.byteSize() * 2);
    }
    MemorySegment next = Slabs.take(wanted);
    if (current != null) {
      if (fullSlabs == null) {
        fullSlabs = new MemorySegment[MAX_SLABS];
      }
      fullSlabs[full++] = current;
    }
    slab = next;
    top = 0;
    return next;
  }

  private static final class Current {
    @Nullable Scope scope;
  }
}
