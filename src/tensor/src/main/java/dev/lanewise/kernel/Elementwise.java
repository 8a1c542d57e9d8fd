package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.CHUNK;
import static dev.lanewise.kernel.Simd.F;
import static dev.lanewise.kernel.Simd.LANES;
import static dev.lanewise.kernel.Simd.NATIVE;
import static dev.lanewise.kernel.Simd.ORDER;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Arithmetic element by element, and copies. */
public final class Elementwise {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** The side of the blocks of a transpose. */
  private static final int BLOCK = 32;

  /** Floats from which a row is worth the call that copies memory. */
  private static final int LONG_ROW = 64;

  private Elementwise() {}

  /** {@code dst = a + b}. */
  public static void add(
      MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment dst, long d, long n) {
    Simd.check(a, ao, n);
    Simd.check(b, bo, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      addLoop(a, (ao + i) << 2, b, (bo + i) << 2, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void addLoop(
      MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment dst, long d, int n) {
    a = NATIVE.cast(a);
    b = NATIVE.cast(b);
    dst = NATIVE.cast(dst);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, a, ao + at, ORDER);
      FloatVector y = FloatVector.fromMemorySegment(F, b, bo + at, ORDER);
      x.add(y).intoMemorySegment(dst, d + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x = FloatVector.fromMemorySegment(F, a, ao + at, ORDER, m);
      FloatVector y = FloatVector.fromMemorySegment(F, b, bo + at, ORDER, m);
      x.add(y).intoMemorySegment(dst, d + at, ORDER, m);
    }
  }

  /** {@code dst = a - b}. */
  public static void sub(
      MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment dst, long d, long n) {
    Simd.check(a, ao, n);
    Simd.check(b, bo, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      subLoop(a, (ao + i) << 2, b, (bo + i) << 2, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void subLoop(
      MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment dst, long d, int n) {
    a = NATIVE.cast(a);
    b = NATIVE.cast(b);
    dst = NATIVE.cast(dst);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, a, ao + at, ORDER);
      FloatVector y = FloatVector.fromMemorySegment(F, b, bo + at, ORDER);
      x.sub(y).intoMemorySegment(dst, d + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x = FloatVector.fromMemorySegment(F, a, ao + at, ORDER, m);
      FloatVector y = FloatVector.fromMemorySegment(F, b, bo + at, ORDER, m);
      x.sub(y).intoMemorySegment(dst, d + at, ORDER, m);
    }
  }

  /** {@code dst = a * b}. */
  public static void mul(
      MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment dst, long d, long n) {
    Simd.check(a, ao, n);
    Simd.check(b, bo, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      mulLoop(a, (ao + i) << 2, b, (bo + i) << 2, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void mulLoop(
      MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment dst, long d, int n) {
    a = NATIVE.cast(a);
    b = NATIVE.cast(b);
    dst = NATIVE.cast(dst);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, a, ao + at, ORDER);
      FloatVector y = FloatVector.fromMemorySegment(F, b, bo + at, ORDER);
      x.mul(y).intoMemorySegment(dst, d + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x = FloatVector.fromMemorySegment(F, a, ao + at, ORDER, m);
      FloatVector y = FloatVector.fromMemorySegment(F, b, bo + at, ORDER, m);
      x.mul(y).intoMemorySegment(dst, d + at, ORDER, m);
    }
  }

  /** {@code dst = a / b}. */
  public static void div(
      MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment dst, long d, long n) {
    Simd.check(a, ao, n);
    Simd.check(b, bo, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      divLoop(a, (ao + i) << 2, b, (bo + i) << 2, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void divLoop(
      MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment dst, long d, int n) {
    a = NATIVE.cast(a);
    b = NATIVE.cast(b);
    dst = NATIVE.cast(dst);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, a, ao + at, ORDER);
      FloatVector y = FloatVector.fromMemorySegment(F, b, bo + at, ORDER);
      x.div(y).intoMemorySegment(dst, d + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x = FloatVector.fromMemorySegment(F, a, ao + at, ORDER, m);
      FloatVector y = FloatVector.fromMemorySegment(F, b, bo + at, ORDER, m);
      x.div(y).intoMemorySegment(dst, d + at, ORDER, m);
    }
  }

  /** {@code dst = src + s}. */
  public static void addScalar(
      MemorySegment src, long so, float s, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      addScalarLoop(src, (so + i) << 2, s, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void addScalarLoop(
      MemorySegment src, long so, float s, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER);
      x.add(s).intoMemorySegment(dst, d + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER, m);
      x.add(s).intoMemorySegment(dst, d + at, ORDER, m);
    }
  }

  /** {@code dst = src * s}. */
  public static void mulScalar(
      MemorySegment src, long so, float s, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      mulScalarLoop(src, (so + i) << 2, s, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  /** As {@link #mulScalar}, of offsets in bytes within bounds. */
  static void mulScalarLoop(MemorySegment src, long so, float s, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER);
      x.mul(s).intoMemorySegment(dst, d + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER, m);
      x.mul(s).intoMemorySegment(dst, d + at, ORDER, m);
    }
  }

  /** {@code dst = src / s}, each quotient correctly rounded. */
  public static void divScalar(
      MemorySegment src, long so, float s, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      divScalarLoop(src, (so + i) << 2, s, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void divScalarLoop(
      MemorySegment src, long so, float s, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER);
      x.div(s).intoMemorySegment(dst, d + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER, m);
      x.div(s).intoMemorySegment(dst, d + at, ORDER, m);
    }
  }

  /** {@code dst = s - src}. */
  public static void rsubScalar(
      MemorySegment src, long so, float s, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      rsubScalarLoop(src, (so + i) << 2, s, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void rsubScalarLoop(
      MemorySegment src, long so, float s, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER);
      FloatVector.broadcast(F, s).sub(x).intoMemorySegment(dst, d + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER, m);
      FloatVector.broadcast(F, s).sub(x).intoMemorySegment(dst, d + at, ORDER, m);
    }
  }

  /** {@code dst = s / src}, each quotient correctly rounded. */
  public static void rdivScalar(
      MemorySegment src, long so, float s, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      rdivScalarLoop(src, (so + i) << 2, s, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void rdivScalarLoop(
      MemorySegment src, long so, float s, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER);
      FloatVector.broadcast(F, s).div(x).intoMemorySegment(dst, d + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER, m);
      FloatVector.broadcast(F, s).div(x).intoMemorySegment(dst, d + at, ORDER, m);
    }
  }

  /** {@code dst = src * scale + shift}, rounded once (a fused multiply-add). */
  public static void affine(
      MemorySegment src, long so, float scale, float shift, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      affineLoop(src, (so + i) << 2, scale, shift, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void affineLoop(
      MemorySegment src, long so, float scale, float shift, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER);
      x.fma(scale, shift).intoMemorySegment(dst, d + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER, m);
      x.fma(scale, shift).intoMemorySegment(dst, d + at, ORDER, m);
    }
  }

  /** {@code y *= s}, in place. */
  public static void scale(MemorySegment y, long yo, float s, long n) {
    mulScalar(y, yo, s, y, yo, n);
  }

  /** {@code dst = src * src}. */
  public static void square(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    mul(src, so, src, so, dst, d, n);
  }

  /** {@code dx = 2 * x * dy}: the gradient of {@link #square}. */
  public static void squareGrad(
      MemorySegment x, long xo, MemorySegment dy, long dyo, MemorySegment dx, long dxo, long n) {
    Simd.check(x, xo, n);
    Simd.check(dy, dyo, n);
    Simd.check(dx, dxo, n);
    for (long i = 0; i < n; i += CHUNK) {
      squareGradLoop(
          x, (xo + i) << 2, dy, (dyo + i) << 2, dx, (dxo + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void squareGradLoop(
      MemorySegment x, long xo, MemorySegment dy, long dyo, MemorySegment dx, long dxo, int n) {
    x = NATIVE.cast(x);
    dy = NATIVE.cast(dy);
    dx = NATIVE.cast(dx);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector v = FloatVector.fromMemorySegment(F, x, xo + at, ORDER);
      FloatVector g = FloatVector.fromMemorySegment(F, dy, dyo + at, ORDER);
      v.add(v).mul(g).intoMemorySegment(dx, dxo + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector v = FloatVector.fromMemorySegment(F, x, xo + at, ORDER, m);
      FloatVector g = FloatVector.fromMemorySegment(F, dy, dyo + at, ORDER, m);
      v.add(v).mul(g).intoMemorySegment(dx, dxo + at, ORDER, m);
    }
  }

  /** {@code y += x}. */
  public static void accumulate(MemorySegment x, long xo, MemorySegment y, long yo, long n) {
    add(y, yo, x, xo, y, yo, n);
  }

  /** {@code y += s * x}, each element rounded once. */
  public static void axpy(float s, MemorySegment x, long xo, MemorySegment y, long yo, long n) {
    Simd.check(x, xo, n);
    Simd.check(y, yo, n);
    for (long i = 0; i < n; i += CHUNK) {
      axpyLoop(s, x, (xo + i) << 2, y, (yo + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void axpyLoop(float s, MemorySegment x, long xo, MemorySegment y, long yo, int n) {
    x = NATIVE.cast(x);
    y = NATIVE.cast(y);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector v = FloatVector.fromMemorySegment(F, x, xo + at, ORDER);
      FloatVector w = FloatVector.fromMemorySegment(F, y, yo + at, ORDER);
      v.fma(FloatVector.broadcast(F, s), w).intoMemorySegment(y, yo + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector v = FloatVector.fromMemorySegment(F, x, xo + at, ORDER, m);
      FloatVector w = FloatVector.fromMemorySegment(F, y, yo + at, ORDER, m);
      v.fma(FloatVector.broadcast(F, s), w).intoMemorySegment(y, yo + at, ORDER, m);
    }
  }

  /** {@code y += weight * (x - y)}: y goes a part of the way to x. */
  public static void lerp(
      float weight, MemorySegment x, long xo, MemorySegment y, long yo, long n) {
    Simd.check(x, xo, n);
    Simd.check(y, yo, n);
    for (long i = 0; i < n; i += CHUNK) {
      lerpLoop(weight, x, (xo + i) << 2, y, (yo + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void lerpLoop(
      float weight, MemorySegment x, long xo, MemorySegment y, long yo, int n) {
    x = NATIVE.cast(x);
    y = NATIVE.cast(y);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector v = FloatVector.fromMemorySegment(F, y, yo + at, ORDER);
      FloatVector w = FloatVector.fromMemorySegment(F, x, xo + at, ORDER).sub(v);
      w.fma(FloatVector.broadcast(F, weight), v).intoMemorySegment(y, yo + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector v = FloatVector.fromMemorySegment(F, y, yo + at, ORDER, m);
      FloatVector w = FloatVector.fromMemorySegment(F, x, xo + at, ORDER, m).sub(v);
      w.fma(FloatVector.broadcast(F, weight), v).intoMemorySegment(y, yo + at, ORDER, m);
    }
  }

  /** Exchanges the elements of two arrays that do not overlap. */
  public static void swap(MemorySegment a, long ao, MemorySegment b, long bo, long n) {
    Simd.check(a, ao, n);
    Simd.check(b, bo, n);
    for (long i = 0; i < n; i += CHUNK) {
      swapLoop(a, (ao + i) << 2, b, (bo + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void swapLoop(MemorySegment a, long ao, MemorySegment b, long bo, int n) {
    a = NATIVE.cast(a);
    b = NATIVE.cast(b);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector v = FloatVector.fromMemorySegment(F, a, ao + at, ORDER);
      FloatVector.fromMemorySegment(F, b, bo + at, ORDER).intoMemorySegment(a, ao + at, ORDER);
      v.intoMemorySegment(b, bo + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector v = FloatVector.fromMemorySegment(F, a, ao + at, ORDER, m);
      FloatVector w = FloatVector.fromMemorySegment(F, b, bo + at, ORDER, m);
      w.intoMemorySegment(a, ao + at, ORDER, m);
      v.intoMemorySegment(b, bo + at, ORDER, m);
    }
  }

  /** {@code z += x * y}, each element rounded once. */
  public static void mulAdd(
      MemorySegment x, long xo, MemorySegment y, long yo, MemorySegment z, long zo, long n) {
    Simd.check(x, xo, n);
    Simd.check(y, yo, n);
    Simd.check(z, zo, n);
    for (long i = 0; i < n; i += CHUNK) {
      mulAddLoop(
          x, (xo + i) << 2, y, (yo + i) << 2, z, (zo + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void mulAddLoop(
      MemorySegment x, long xo, MemorySegment y, long yo, MemorySegment z, long zo, int n) {
    x = NATIVE.cast(x);
    y = NATIVE.cast(y);
    z = NATIVE.cast(z);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector v = FloatVector.fromMemorySegment(F, x, xo + at, ORDER);
      FloatVector w = FloatVector.fromMemorySegment(F, y, yo + at, ORDER);
      FloatVector u = FloatVector.fromMemorySegment(F, z, zo + at, ORDER);
      v.fma(w, u).intoMemorySegment(z, zo + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector v = FloatVector.fromMemorySegment(F, x, xo + at, ORDER, m);
      FloatVector w = FloatVector.fromMemorySegment(F, y, yo + at, ORDER, m);
      FloatVector u = FloatVector.fromMemorySegment(F, z, zo + at, ORDER, m);
      v.fma(w, u).intoMemorySegment(z, zo + at, ORDER, m);
    }
  }

  /** Sets every element to {@code value}. */
  public static void fill(MemorySegment dst, long d, float value, long n) {
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      fillLoop(value, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void fillLoop(float value, MemorySegment dst, long d, int n) {
    dst = NATIVE.cast(dst);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector.broadcast(F, value).intoMemorySegment(dst, d + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector.broadcast(F, value).intoMemorySegment(dst, d + at, ORDER, m);
    }
  }

  /** {@code dst = src}. */
  public static void copy(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    MemorySegment.copy(src, so << 2, dst, d << 2, n << 2);
  }

  /**
   * Copies a strided matrix to a contiguous one, {@code dst[r][c] = src[r * srcRowStride + c *
   * srcColStride]}: a transpose, a packed view, a broadcast. Strides count elements; they may be
   * zero or negative. The two must not overlap.
   */
  public static void copy2d(
      MemorySegment src,
      long so,
      long srcRowStride,
      long srcColStride,
      MemorySegment dst,
      long d,
      long rows,
      long cols) {
    long n = Simd.check(dst, d, rows, cols);
    Simd.checkMatrix("source", src, so, rows, srcRowStride, cols, srcColStride);
    if (srcColStride == 1 && srcRowStride == cols) {
      copy(src, so, dst, d, n);
    } else if (srcColStride == 1 && cols >= LONG_ROW) {
      for (long r = 0; r < rows; r++) {
        MemorySegment.copy(src, (so + r * srcRowStride) << 2, dst, (d + r * cols) << 2, cols << 2);
      }
    } else if (srcColStride == 0) {
      for (long r = 0; r < rows; r++) {
        fill(dst, d + r * cols, src.get(FLOAT, (so + r * srcRowStride) << 2), cols);
      }
    } else {
      copyBlocks(src, so, srcRowStride, srcColStride, dst, d, rows, cols);
    }
  }

  /**
   * Walks the matrix by square blocks, so that a cache line of either side is used up while hot.
   */
  private static void copyBlocks(
      MemorySegment src,
      long so,
      long rowStride,
      long colStride,
      MemorySegment dst,
      long d,
      long rows,
      long cols) {
    for (long r = 0; r < rows; r += BLOCK) {
      int height = (int) Math.min(BLOCK, rows - r);
      for (long c = 0; c < cols; c += BLOCK) {
        int width = (int) Math.min(BLOCK, cols - c);
        long from = so + r * rowStride + c * colStride;
        long to = d + r * cols + c;
        for (int i = 0; i < height; i++) {
          copyStrided(
              src, (from + i * rowStride) << 2, colStride << 2, dst, (to + i * cols) << 2, width);
        }
      }
    }
  }

  private static void copyStrided(
      MemorySegment src, long s, long step, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    for (int i = 0; i < n; i++) {
      dst.set(FLOAT, d + ((long) i << 2), src.get(FLOAT, s + i * step));
    }
  }
}
