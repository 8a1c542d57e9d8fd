package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.LANES;
import static dev.lanewise.kernel.Simd.NATIVE;

import dev.lanewise.memory.Scratch;
import dev.lanewise.memory.Slots;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One kernel's pass over arrays of equal length, cut between threads.
 *
 * <p>It is cut at multiples of {@link #GRAIN} elements, and its kernel computes each element by
 * itself, so the result is the same to the bit for any number of threads.
 */
final class Sweep implements Workers.Body {
  /** The elements from which a second thread pays for itself. */
  static final int SHARED_FROM = 1 << 15;

  /** The elements between two places where a sweep may be cut. */
  static final int GRAIN = 1024;

  /** A kernel over some elements of the arrays of a sweep. */
  @FunctionalInterface
  interface Kernel {
    /** Computes {@code n} elements that begin {@code at} bytes after the first. */
    void run(Sweep sweep, long at, int n);
  }

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final Slots<Sweep> CALLS = new Slots<>(64, Sweep::new);
  private static final Kernel NOTHING = (sweep, at, n) -> {};

  private Kernel kernel = NOTHING;
  private long n;
  private int parts;

  /** The arrays, and where each begins in bytes. */
  MemorySegment a = MemorySegment.NULL;

  MemorySegment b = MemorySegment.NULL;
  MemorySegment c = MemorySegment.NULL;
  MemorySegment d = MemorySegment.NULL;
  MemorySegment e = MemorySegment.NULL;
  long aAt;
  long bAt;
  long cAt;
  long dAt;
  long eAt;

  /** The coefficients, in an order that is the kernel's own. */
  final float[] coefficients = new float[9];

  private Sweep() {}

  /** Whether a sweep over {@code n} elements is one call of its kernel on the caller. */
  static boolean single(long n) {
    return n < SHARED_FROM || (n <= Simd.CHUNK && Workers.threads() == 1);
  }

  /**
   * Makes a kernel of a loop over whole vectors, which computes the elements behind the last whole
   * one as a vector of its own. The loop may write every array but {@link #b}.
   */
  static Kernel ofWholeVectors(Kernel loop) {
    return (sweep, at, n) -> {
      int whole = n & -LANES;
      loop.run(sweep, at, whole);
      if (whole < n) {
        sweep.lastVector(loop, at + ((long) whole << 2), n - whole);
      }
    };
  }

  /** Sweeps over two arrays, at offsets in elements within bounds. */
  static void run(Kernel kernel, MemorySegment a, long ao, MemorySegment b, long bo, long n) {
    run(kernel, a, ao, b, bo, MemorySegment.NULL, 0, n);
  }

  /** Sweeps over three arrays, at offsets in elements within bounds. */
  static void run(
      Kernel kernel,
      MemorySegment a,
      long ao,
      MemorySegment b,
      long bo,
      MemorySegment c,
      long co,
      long n) {
    Sweep sweep = take(a, ao, b, bo, c, co);
    sweep.run(kernel, n);
  }

  /** Returns a sweep over three arrays, for others and coefficients to be set. */
  static Sweep take(MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment c, long co) {
    Sweep sweep = CALLS.take();
    sweep.a = a;
    sweep.aAt = ao << 2;
    sweep.b = b;
    sweep.bAt = bo << 2;
    sweep.c = c;
    sweep.cAt = co << 2;
    return sweep;
  }

  /** Sweeps over {@code n} elements and returns this object to the pool. */
  void run(Kernel kernel, long n) {
    this.kernel = kernel;
    this.n = n;
    parts = (int) Math.min(Workers.threads(), Math.max(1, n / (SHARED_FROM / 2)));
    try {
      Workers.run(parts, this);
    } finally {
      this.kernel = NOTHING;
      release();
    }
  }

  private void release() {
    a = MemorySegment.NULL;
    b = MemorySegment.NULL;
    c = MemorySegment.NULL;
    d = MemorySegment.NULL;
    e = MemorySegment.NULL;
    CALLS.give(this);
  }

  @Override
  public void run(int part) {
    long grains = (n + GRAIN - 1) / GRAIN;
    long from = grains * part / parts * GRAIN;
    long to = Math.min(grains * (part + 1) / parts * GRAIN, n);
    for (long i = from; i < to; i += Simd.CHUNK) {
      kernel.run(this, i << 2, (int) Math.min(Simd.CHUNK, to - i));
    }
  }

  /** Runs a loop over the {@code n} elements at {@code at}, less than a vector, in scratch. */
  private void lastVector(Kernel loop, long at, int n) {
    try (Scratch scratch = Scratch.borrow()) {
      MemorySegment vectors = scratch.floats(0, 5L * LANES);
      Sweep last = take(vectors, 0, vectors, LANES, vectors, 2L * LANES);
      last.d = d.byteSize() == 0 ? d : vectors;
      last.dAt = 12L * LANES;
      last.e = e.byteSize() == 0 ? e : vectors;
      last.eAt = 16L * LANES;
      System.arraycopy(coefficients, 0, last.coefficients, 0, coefficients.length);
      copy(a, aAt + at, last.a, last.aAt, n);
      copy(b, bAt + at, last.b, last.bAt, n);
      copy(c, cAt + at, last.c, last.cAt, n);
      copy(d, dAt + at, last.d, last.dAt, n);
      copy(e, eAt + at, last.e, last.eAt, n);
      loop.run(last, 0, LANES);
      copy(last.a, last.aAt, a, aAt + at, n);
      copy(last.c, last.cAt, c, cAt + at, n);
      copy(last.d, last.dAt, d, dAt + at, n);
      copy(last.e, last.eAt, e, eAt + at, n);
      last.release();
    }
  }

  private static void copy(MemorySegment from, long fromAt, MemorySegment to, long toAt, int n) {
    from = NATIVE.cast(from);
    to = NATIVE.cast(to);
    for (int i = 0; i < n && from.byteSize() != 0; i++) {
      to.set(FLOAT, toAt + 4L * i, from.get(FLOAT, fromAt + 4L * i));
    }
  }
}
