package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.CHUNK;
import static dev.lanewise.kernel.Simd.NATIVE;

import dev.lanewise.memory.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Functions of single elements for which a plain loop is enough: the compiler makes vectors of the
 * short ones, and the rare ones call {@link Math} in double precision.
 *
 * <p>Source and target may be the same elements.
 */
public final class Pointwise {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** The elements that a function in several sweeps takes through them at once. */
  private static final int BLOCK = 1024;

  private Pointwise() {}

  /** A function of one number. */
  @FunctionalInterface
  public interface Function1 {
    /** Returns its value. */
    float of(float x);
  }

  /** A function of two numbers. */
  @FunctionalInterface
  public interface Function2 {
    /** Returns its value. */
    float of(float x, float y);
  }

  /** A loop over the elements of one array, at offsets in bytes within bounds. */
  @FunctionalInterface
  private interface Loop {
    void run(MemorySegment src, long so, MemorySegment dst, long d, int n);
  }

  private static void run(
      Loop loop, MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      loop.run(src, (so + i) << 2, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  /** {@code dst = f(src)}, called for each element. */
  public static void map(
      Function1 f, MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    for (long i = 0; i < n; i++) {
      dst.set(FLOAT, (d + i) << 2, f.of(src.get(FLOAT, (so + i) << 2)));
    }
  }

  /** {@code dst = f(a, b)}, called for each element. */
  public static void zip(
      Function2 f,
      MemorySegment a,
      long ao,
      MemorySegment b,
      long bo,
      MemorySegment dst,
      long d,
      long n) {
    Simd.check(a, ao, n);
    Simd.check(b, bo, n);
    Simd.check(dst, d, n);
    a = NATIVE.cast(a);
    b = NATIVE.cast(b);
    dst = NATIVE.cast(dst);
    for (long i = 0; i < n; i++) {
      float y = f.of(a.get(FLOAT, (ao + i) << 2), b.get(FLOAT, (bo + i) << 2));
      dst.set(FLOAT, (d + i) << 2, y);
    }
  }

  /** {@code dst = |src|}. */
  public static void abs(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    run(Pointwise::absLoop, src, so, dst, d, n);
  }

  private static void absLoop(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    for (int i = 0; i < n; i++) {
      dst.set(FLOAT, d + 4L * i, Math.abs(src.get(FLOAT, so + 4L * i)));
    }
  }

  /** {@code dst = sqrt(src)}, correctly rounded. */
  public static void sqrt(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    run(Pointwise::sqrtLoop, src, so, dst, d, n);
  }

  private static void sqrtLoop(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    for (int i = 0; i < n; i++) {
      dst.set(FLOAT, d + 4L * i, (float) Math.sqrt(src.get(FLOAT, so + 4L * i)));
    }
  }

  /** {@code dst = min(max(src, low), high)}; NaN stays NaN. */
  public static void clamp(
      MemorySegment src, long so, float low, float high, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      int count = (int) Math.min(CHUNK, n - i);
      clampLoop(src, (so + i) << 2, low, high, dst, (d + i) << 2, count);
    }
  }

  private static void clampLoop(
      MemorySegment src, long so, float low, float high, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    for (int i = 0; i < n; i++) {
      float x = src.get(FLOAT, so + 4L * i);
      dst.set(FLOAT, d + 4L * i, Math.min(Math.max(x, low), high));
    }
  }

  /** {@code dx = dy} where {@code x} lies from {@code low} to {@code high}, else 0. */
  public static void clampGrad(
      MemorySegment x,
      long xo,
      MemorySegment dy,
      long dyo,
      float low,
      float high,
      MemorySegment dx,
      long dxo,
      long n) {
    Simd.check(x, xo, n);
    Simd.check(dy, dyo, n);
    Simd.check(dx, dxo, n);
    x = NATIVE.cast(x);
    dy = NATIVE.cast(dy);
    dx = NATIVE.cast(dx);
    for (long i = 0; i < n; i++) {
      float at = x.get(FLOAT, (xo + i) << 2);
      float slope = at >= low && at <= high ? 1 : 0;
      dx.set(FLOAT, (dxo + i) << 2, slope * dy.get(FLOAT, (dyo + i) << 2));
    }
  }

  /** {@code dst = max(src, 0) + slope min(src, 0)}. */
  public static void leakyRelu(
      MemorySegment src, long so, float slope, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      int count = (int) Math.min(CHUNK, n - i);
      leakyReluLoop(src, (so + i) << 2, slope, dst, (d + i) << 2, count);
    }
  }

  private static void leakyReluLoop(
      MemorySegment src, long so, float slope, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    for (int i = 0; i < n; i++) {
      float x = src.get(FLOAT, so + 4L * i);
      dst.set(FLOAT, d + 4L * i, Math.max(x, 0) + slope * Math.min(x, 0));
    }
  }

  /** {@code dx = dy} where {@code x > 0}, else {@code slope dy}. */
  public static void leakyReluGrad(
      MemorySegment x,
      long xo,
      MemorySegment dy,
      long dyo,
      float slope,
      MemorySegment dx,
      long dxo,
      long n) {
    Simd.check(x, xo, n);
    Simd.check(dy, dyo, n);
    Simd.check(dx, dxo, n);
    x = NATIVE.cast(x);
    dy = NATIVE.cast(dy);
    dx = NATIVE.cast(dx);
    for (long i = 0; i < n; i++) {
      float factor = x.get(FLOAT, (xo + i) << 2) > 0 ? 1 : slope;
      dx.set(FLOAT, (dxo + i) << 2, factor * dy.get(FLOAT, (dyo + i) << 2));
    }
  }

  /** {@code dst = min(a, b)}; NaN where either is NaN. */
  public static void minimum(
      MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment dst, long d, long n) {
    Simd.check(a, ao, n);
    Simd.check(b, bo, n);
    Simd.check(dst, d, n);
    a = NATIVE.cast(a);
    b = NATIVE.cast(b);
    dst = NATIVE.cast(dst);
    for (long i = 0; i < n; i++) {
      float y = Math.min(a.get(FLOAT, (ao + i) << 2), b.get(FLOAT, (bo + i) << 2));
      dst.set(FLOAT, (d + i) << 2, y);
    }
  }

  /** {@code dst = max(a, b)}; NaN where either is NaN. */
  public static void maximum(
      MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment dst, long d, long n) {
    Simd.check(a, ao, n);
    Simd.check(b, bo, n);
    Simd.check(dst, d, n);
    a = NATIVE.cast(a);
    b = NATIVE.cast(b);
    dst = NATIVE.cast(dst);
    for (long i = 0; i < n; i++) {
      float y = Math.max(a.get(FLOAT, (ao + i) << 2), b.get(FLOAT, (bo + i) << 2));
      dst.set(FLOAT, (d + i) << 2, y);
    }
  }

  /** {@code dst = a} where {@code condition} is not 0, else {@code b}. */
  public static void select(
      MemorySegment condition,
      long co,
      MemorySegment a,
      long ao,
      MemorySegment b,
      long bo,
      MemorySegment dst,
      long d,
      long n) {
    Simd.check(condition, co, n);
    Simd.check(a, ao, n);
    Simd.check(b, bo, n);
    Simd.check(dst, d, n);
    condition = NATIVE.cast(condition);
    a = NATIVE.cast(a);
    b = NATIVE.cast(b);
    dst = NATIVE.cast(dst);
    for (long i = 0; i < n; i++) {
      boolean first = condition.get(FLOAT, (co + i) << 2) != 0;
      dst.set(
          FLOAT, (d + i) << 2, first ? a.get(FLOAT, (ao + i) << 2) : b.get(FLOAT, (bo + i) << 2));
    }
  }

  /**
   * {@code dst = log(1 + src)}, within 4 ulp also where {@code src} is next to nothing.
   *
   * <p>With u = 1 + x rounded, log(1 + x) is log(u) x / (u - 1): the rounding of u, exact to
   * subtract, makes good for itself (Higham, Accuracy and Stability of Numerical Algorithms, 2002,
   * section 1.14.1).
   */
  public static void log1p(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    try (Scratch scratch = Scratch.borrow()) {
      MemorySegment u = scratch.floats(0, BLOCK);
      for (long i = 0; i < n; i += BLOCK) {
        int count = (int) Math.min(BLOCK, n - i);
        Elementwise.affine(src, so + i, 1, 1, u, 0, count);
        VectorMath.log(u, 0, u, 0, count);
        log1pLoop(src, (so + i) << 2, u, dst, (d + i) << 2, count);
      }
    }
  }

  private static void log1pLoop(
      MemorySegment src, long so, MemorySegment log, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    log = NATIVE.cast(log);
    dst = NATIVE.cast(dst);
    for (int i = 0; i < n; i++) {
      float x = src.get(FLOAT, so + 4L * i);
      float y = log.get(FLOAT, 4L * i);
      float u1 = (1 + x) - 1;
      boolean plain = u1 == 0 || x == Float.POSITIVE_INFINITY;
      dst.set(FLOAT, d + 4L * i, plain ? x : y * (x / u1));
    }
  }
}
