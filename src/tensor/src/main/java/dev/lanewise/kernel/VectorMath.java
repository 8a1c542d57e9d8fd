package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.CHUNK;
import static dev.lanewise.kernel.Simd.F;
import static dev.lanewise.kernel.Simd.LANES;
import static dev.lanewise.kernel.Simd.ORDER;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * The transcendental functions of neural networks and their gradients.
 *
 * <p>NaN begets NaN in all of them. A bound in ulp is the worst error found against double
 * precision, in units in the last place of the exact result.
 */
public final class VectorMath {
  // An exponential is taken apart as exp(x) = 2^k exp(r), with k = round(x / ln 2), so that |r| is
  // at most half of ln 2. 2^k is multiplied in as two factors, 2^(k/2) and 2^(k - k/2): either is
  // a normal number even where exp(x) is subnormal or about to overflow, and only the last product
  // rounds. The same few lines stand in several kernels: a helper that took or returned vectors
  // would box them wherever the compiler declined to inline it. A long kernel is two methods, Loop
  // for whole vectors and Tail for the rest: as one it comes near the size at which the quick
  // compiler gives up, and a first tail would send the loop back to the interpreter.

  /** 1.5 * 2^23: adding it rounds to a whole number, left in the low bits of the sum. */
  static final float MAGIC = 0x1.8p23f;

  static final int MAGIC_BITS = 0x4B400000;
  static final int BIAS = 127;
  private static final int SIGN_BIT = 0x80000000;
  private static final int EXPONENT_BITS = 0xFF800000;
  private static final float TWO_23 = 0x1p23f;

  static final float LOG2_E = 1.442695f;
  private static final float LN2 = 0.6931472f;

  /** The part of ln 2 whose product with an exponent is exact, and the rest. */
  static final float LN2_HIGH = 0.69314575f;

  static final float LN2_LOW = 1.4286068e-6f;

  /** Where the exponential has become zero, and where infinite. */
  static final float EXP_MIN = -104.0f;

  static final float EXP_MAX = 89.0f;

  /** {@code exp(r) = 1 + r + r^2 (EXP_1 + r EXP_2 + ...)}. */
  static final float EXP_1 = 0.5f;

  static final float EXP_2 = 0.16666667f;
  static final float EXP_3 = 0.041666485f;
  static final float EXP_4 = 0.008333361f;
  static final float EXP_5 = 0.0013930436f;
  static final float EXP_6 = 1.9852762e-4f;

  /** The bits of 2/3: mantissas are taken from there to 4/3. */
  private static final int TWO_THIRDS_BITS = 0x3F2AAAAB;

  /** {@code log(1 + u) = u + u^2 (LOG_2 + u LOG_3 + ...)}. */
  private static final float LOG_2 = -0.5f;

  private static final float LOG_3 = 0.33333197f;
  private static final float LOG_4 = -0.2499962f;
  private static final float LOG_5 = 0.20012034f;
  private static final float LOG_6 = -0.16684613f;
  private static final float LOG_7 = 0.13981485f;
  private static final float LOG_8 = -0.12148351f;
  private static final float LOG_9 = 0.14086914f;
  private static final float LOG_10 = -0.13031006f;

  /** Where the hyperbolic tangent has become one. */
  private static final float TANH_MAX = 10.0f;

  /** Where the error function has become one. */
  private static final float ERF_MAX = 4.0f;

  /** {@code -log(1 - erf(x)) = x + x (ERF_0 + x ERF_1 + ...)}. */
  private static final float ERF_0 = 0.12837917f;

  private static final float ERF_1 = 0.6366194f;
  private static final float ERF_2 = 0.10277782f;
  private static final float ERF_3 = -0.019153027f;
  private static final float ERF_4 = -1.6045982e-4f;
  private static final float ERF_5 = 0.0016670872f;
  private static final float ERF_6 = -6.328678e-4f;
  private static final float ERF_7 = 1.1764955e-4f;
  private static final float ERF_8 = -9.257154e-6f;

  /** Where the negative tail of GELU has become zero. */
  private static final float GELU_MAX = 14.5f;

  /**
   * {@code P(-a) exp(a^2 / 2) = (NUM_0 + a NUM_1 + ...) / (1 + a DEN_1 + ...)} for the normal
   * distribution P: every coefficient is positive, so nothing cancels.
   */
  private static final float NUM_0 = 0.5f;

  private static final float NUM_1 = 0.43829602f;
  private static final float NUM_2 = 0.18323591f;
  private static final float NUM_3 = 0.040633485f;
  private static final float NUM_4 = 0.004116347f;
  private static final float DEN_1 = 1.674477f;
  private static final float DEN_2 = 1.2025064f;
  private static final float DEN_3 = 0.46947268f;
  private static final float DEN_4 = 0.101859495f;
  private static final float DEN_5 = 0.0103180325f;

  /** {@code 1 / sqrt(2 pi)}: the normal density at zero. */
  private static final float DENSITY = 0.3989423f;

  private VectorMath() {}

  /**
   * {@code dst = exp(src)}, within 1 ulp: infinite above 88.7228, gradually less than the least
   * normal number below -87.3366, zero below -103.97.
   */
  public static void exp(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      expOf(src, (so + i) << 2, 0, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  /** {@code dst = exp(src - shift)}, of offsets in bytes within bounds. */
  static void expOf(MemorySegment src, long so, float shift, MemorySegment dst, long d, int n) {
    int whole = n & -LANES;
    expLoop(src, so, shift, dst, d, whole);
    if (whole < n) {
      long at = (long) whole << 2;
      expTail(src, so + at, shift, dst, d + at, n - whole);
    }
  }

  private static void expLoop(
      MemorySegment src, long so, float shift, MemorySegment dst, long d, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector a = FloatVector.fromMemorySegment(F, src, so + at, ORDER).sub(shift);
      a = a.blend(EXP_MIN, a.compare(LT, EXP_MIN));
      a = a.blend(EXP_MAX, a.compare(GT, EXP_MAX));
      FloatVector t = a.fma(LOG2_E, MAGIC);
      FloatVector k = t.sub(MAGIC);
      FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), a);
      r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
      FloatVector p = r.fma(EXP_6, EXP_5);
      p = p.lanewise(FMA, r, EXP_4);
      p = p.lanewise(FMA, r, EXP_3);
      p = p.lanewise(FMA, r, EXP_2);
      p = p.lanewise(FMA, r, EXP_1);
      p = p.fma(r.mul(r), r).add(1f);
      IntVector e = t.reinterpretAsInts().sub(MAGIC_BITS);
      IntVector half = e.lanewise(ASHR, 1);
      FloatVector s1 = half.add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
      FloatVector s2 = e.sub(half).add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
      p.mul(s1).mul(s2).intoMemorySegment(dst, d + at, ORDER);
    }
  }

  private static void expTail(
      MemorySegment src, long so, float shift, MemorySegment dst, long d, int n) {
    VectorMask<Float> m = F.indexInRange(0, n);

    FloatVector a = FloatVector.fromMemorySegment(F, src, so, ORDER, m).sub(shift);
    a = a.blend(EXP_MIN, a.compare(LT, EXP_MIN));
    a = a.blend(EXP_MAX, a.compare(GT, EXP_MAX));
    FloatVector t = a.fma(LOG2_E, MAGIC);
    FloatVector k = t.sub(MAGIC);
    FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), a);
    r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
    FloatVector p = r.fma(EXP_6, EXP_5);
    p = p.lanewise(FMA, r, EXP_4);
    p = p.lanewise(FMA, r, EXP_3);
    p = p.lanewise(FMA, r, EXP_2);
    p = p.lanewise(FMA, r, EXP_1);
    p = p.fma(r.mul(r), r).add(1f);
    IntVector e = t.reinterpretAsInts().sub(MAGIC_BITS);
    IntVector half = e.lanewise(ASHR, 1);
    FloatVector s1 = half.add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
    FloatVector s2 = e.sub(half).add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
    p.mul(s1).mul(s2).intoMemorySegment(dst, d, ORDER, m);
  }

  /**
   * {@code dst = log(src)}, the natural logarithm, within 1 ulp, subnormal numbers included: minus
   * infinity of zero, NaN of a negative number.
   */
  public static void log(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      logOf(src, (so + i) << 2, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  /** As {@link #log}, of offsets in bytes within bounds. */
  static void logOf(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    int whole = n & -LANES;
    logLoop(src, so, dst, d, whole);
    if (whole < n) {
      long at = (long) whole << 2;
      logTail(src, so + at, dst, d + at, n - whole);
    }
  }

  private static void logLoop(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER);
      VectorMask<Float> small = x.compare(LT, Float.MIN_NORMAL);
      IntVector bits = x.blend(x.mul(TWO_23), small).reinterpretAsInts();
      IntVector e = bits.sub(TWO_THIRDS_BITS).and(EXPONENT_BITS);
      FloatVector k = e.lanewise(ASHR, 23).add(MAGIC_BITS).reinterpretAsFloats().sub(MAGIC);
      k = k.blend(k.sub(23f), small);
      FloatVector u = bits.sub(e).reinterpretAsFloats().sub(1f);
      FloatVector uu = u.mul(u);
      FloatVector even = uu.fma(LOG_10, LOG_8);
      FloatVector odd = uu.fma(LOG_9, LOG_7);
      even = even.lanewise(FMA, uu, LOG_6);
      odd = odd.lanewise(FMA, uu, LOG_5);
      even = even.lanewise(FMA, uu, LOG_4);
      FloatVector y = odd.fma(u, even);
      y = y.lanewise(FMA, u, LOG_3);
      y = y.lanewise(FMA, u, LOG_2);
      y = y.fma(uu, u);
      y = k.fma(FloatVector.broadcast(F, LN2), y);
      y = y.add(x.sub(x));
      y = y.blend(Float.POSITIVE_INFINITY, x.compare(EQ, Float.POSITIVE_INFINITY));
      y = y.blend(Float.NEGATIVE_INFINITY, x.compare(EQ, 0f));
      y = y.blend(Float.NaN, x.compare(LT, 0f));
      y.intoMemorySegment(dst, d + at, ORDER);
    }
  }

  private static void logTail(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    VectorMask<Float> m = F.indexInRange(0, n);

    FloatVector x = FloatVector.fromMemorySegment(F, src, so, ORDER, m);
    VectorMask<Float> small = x.compare(LT, Float.MIN_NORMAL);
    IntVector bits = x.blend(x.mul(TWO_23), small).reinterpretAsInts();
    IntVector e = bits.sub(TWO_THIRDS_BITS).and(EXPONENT_BITS);
    FloatVector k = e.lanewise(ASHR, 23).add(MAGIC_BITS).reinterpretAsFloats().sub(MAGIC);
    k = k.blend(k.sub(23f), small);
    FloatVector u = bits.sub(e).reinterpretAsFloats().sub(1f);
    FloatVector uu = u.mul(u);
    FloatVector even = uu.fma(LOG_10, LOG_8);
    FloatVector odd = uu.fma(LOG_9, LOG_7);
    even = even.lanewise(FMA, uu, LOG_6);
    odd = odd.lanewise(FMA, uu, LOG_5);
    even = even.lanewise(FMA, uu, LOG_4);
    FloatVector y = odd.fma(u, even);
    y = y.lanewise(FMA, u, LOG_3);
    y = y.lanewise(FMA, u, LOG_2);
    y = y.fma(uu, u);
    y = k.fma(FloatVector.broadcast(F, LN2), y);
    y = y.add(x.sub(x));
    y = y.blend(Float.POSITIVE_INFINITY, x.compare(EQ, Float.POSITIVE_INFINITY));
    y = y.blend(Float.NEGATIVE_INFINITY, x.compare(EQ, 0f));
    y = y.blend(Float.NaN, x.compare(LT, 0f));
    y.intoMemorySegment(dst, d, ORDER, m);
  }

  /** {@code dst = 1 / (1 + exp(-src))}, within 2.5 ulp, down to subnormal results. */
  public static void sigmoid(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      sigmoidOf(src, (so + i) << 2, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  /** As {@link #sigmoid}, of offsets in bytes within bounds. */
  static void sigmoidOf(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    int whole = n & -LANES;
    sigmoidLoop(src, so, dst, d, whole);
    if (whole < n) {
      long at = (long) whole << 2;
      sigmoidTail(src, so + at, dst, d + at, n - whole);
    }
  }

  private static void sigmoidLoop(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER);
      FloatVector a = x.abs().neg();
      a = a.blend(EXP_MIN, a.compare(LT, EXP_MIN));
      FloatVector t = a.fma(LOG2_E, MAGIC);
      FloatVector k = t.sub(MAGIC);
      FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), a);
      r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
      FloatVector p = r.fma(EXP_6, EXP_5);
      p = p.lanewise(FMA, r, EXP_4);
      p = p.lanewise(FMA, r, EXP_3);
      p = p.lanewise(FMA, r, EXP_2);
      p = p.lanewise(FMA, r, EXP_1);
      p = p.fma(r.mul(r), r).add(1f);
      IntVector e = t.reinterpretAsInts().sub(MAGIC_BITS);
      IntVector half = e.lanewise(ASHR, 1);
      FloatVector s1 = half.add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
      FloatVector s2 = e.sub(half).add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
      p = p.mul(s1).mul(s2);
      FloatVector y = p.blend(1f, x.compare(GT, 0f)).div(p.add(1f));
      y.intoMemorySegment(dst, d + at, ORDER);
    }
  }

  private static void sigmoidTail(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    VectorMask<Float> m = F.indexInRange(0, n);

    FloatVector x = FloatVector.fromMemorySegment(F, src, so, ORDER, m);
    FloatVector a = x.abs().neg();
    a = a.blend(EXP_MIN, a.compare(LT, EXP_MIN));
    FloatVector t = a.fma(LOG2_E, MAGIC);
    FloatVector k = t.sub(MAGIC);
    FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), a);
    r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
    FloatVector p = r.fma(EXP_6, EXP_5);
    p = p.lanewise(FMA, r, EXP_4);
    p = p.lanewise(FMA, r, EXP_3);
    p = p.lanewise(FMA, r, EXP_2);
    p = p.lanewise(FMA, r, EXP_1);
    p = p.fma(r.mul(r), r).add(1f);
    IntVector e = t.reinterpretAsInts().sub(MAGIC_BITS);
    IntVector half = e.lanewise(ASHR, 1);
    FloatVector s1 = half.add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
    FloatVector s2 = e.sub(half).add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
    p = p.mul(s1).mul(s2);
    FloatVector y = p.blend(1f, x.compare(GT, 0f)).div(p.add(1f));
    y.intoMemorySegment(dst, d, ORDER, m);
  }

  /** {@code dst = tanh(src)}, within 2.5 ulp. */
  public static void tanh(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      tanhOf(src, (so + i) << 2, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  /** As {@link #tanh}, of offsets in bytes within bounds. */
  static void tanhOf(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    int whole = n & -LANES;
    tanhLoop(src, so, dst, d, whole);
    if (whole < n) {
      long at = (long) whole << 2;
      tanhTail(src, so + at, dst, d + at, n - whole);
    }
  }

  private static void tanhLoop(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER);
      IntVector sign = x.reinterpretAsInts().and(SIGN_BIT);
      FloatVector a = x.abs();
      a = a.blend(TANH_MAX, a.compare(GT, TANH_MAX));
      a = a.add(a);
      FloatVector t = a.fma(LOG2_E, MAGIC);
      FloatVector k = t.sub(MAGIC);
      FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), a);
      r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
      FloatVector p = r.fma(EXP_6, EXP_5);
      p = p.lanewise(FMA, r, EXP_4);
      p = p.lanewise(FMA, r, EXP_3);
      p = p.lanewise(FMA, r, EXP_2);
      p = p.lanewise(FMA, r, EXP_1);
      FloatVector s =
          t.reinterpretAsInts().sub(MAGIC_BITS - BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
      FloatVector y = p.fma(r.mul(r), r).fma(s, s.sub(1f));
      y = y.div(y.add(2f));
      y.reinterpretAsInts().or(sign).reinterpretAsFloats().intoMemorySegment(dst, d + at, ORDER);
    }
  }

  private static void tanhTail(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    VectorMask<Float> m = F.indexInRange(0, n);

    FloatVector x = FloatVector.fromMemorySegment(F, src, so, ORDER, m);
    IntVector sign = x.reinterpretAsInts().and(SIGN_BIT);
    FloatVector a = x.abs();
    a = a.blend(TANH_MAX, a.compare(GT, TANH_MAX));
    a = a.add(a);
    FloatVector t = a.fma(LOG2_E, MAGIC);
    FloatVector k = t.sub(MAGIC);
    FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), a);
    r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
    FloatVector p = r.fma(EXP_6, EXP_5);
    p = p.lanewise(FMA, r, EXP_4);
    p = p.lanewise(FMA, r, EXP_3);
    p = p.lanewise(FMA, r, EXP_2);
    p = p.lanewise(FMA, r, EXP_1);
    FloatVector s =
        t.reinterpretAsInts().sub(MAGIC_BITS - BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
    FloatVector y = p.fma(r.mul(r), r).fma(s, s.sub(1f));
    y = y.div(y.add(2f));
    y.reinterpretAsInts().or(sign).reinterpretAsFloats().intoMemorySegment(dst, d, ORDER, m);
  }

  /** {@code dst = erf(src)}, the error function, within 2 ulp. */
  public static void erf(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      erfOf(src, (so + i) << 2, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  /** As {@link #erf}, of offsets in bytes within bounds. */
  static void erfOf(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    int whole = n & -LANES;
    erfLoop(src, so, dst, d, whole);
    if (whole < n) {
      long at = (long) whole << 2;
      erfTail(src, so + at, dst, d + at, n - whole);
    }
  }

  private static void erfLoop(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER);
      IntVector sign = x.reinterpretAsInts().and(SIGN_BIT);
      FloatVector a = x.abs();
      a = a.blend(ERF_MAX, a.compare(GT, ERF_MAX));
      FloatVector w = a.fma(ERF_8, ERF_7);
      w = w.lanewise(FMA, a, ERF_6);
      w = w.lanewise(FMA, a, ERF_5);
      w = w.lanewise(FMA, a, ERF_4);
      w = w.lanewise(FMA, a, ERF_3);
      w = w.lanewise(FMA, a, ERF_2);
      w = w.lanewise(FMA, a, ERF_1);
      w = w.lanewise(FMA, a, ERF_0);
      w = w.fma(a, a).neg();
      FloatVector t = w.fma(LOG2_E, MAGIC);
      FloatVector k = t.sub(MAGIC);
      FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), w);
      r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
      FloatVector p = r.fma(EXP_6, EXP_5);
      p = p.lanewise(FMA, r, EXP_4);
      p = p.lanewise(FMA, r, EXP_3);
      p = p.lanewise(FMA, r, EXP_2);
      p = p.lanewise(FMA, r, EXP_1);
      FloatVector s =
          t.reinterpretAsInts().sub(MAGIC_BITS - BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
      FloatVector y = p.fma(r.mul(r), r).fma(s, s.sub(1f));
      y = y.abs();
      y.reinterpretAsInts().or(sign).reinterpretAsFloats().intoMemorySegment(dst, d + at, ORDER);
    }
  }

  private static void erfTail(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    VectorMask<Float> m = F.indexInRange(0, n);

    FloatVector x = FloatVector.fromMemorySegment(F, src, so, ORDER, m);
    IntVector sign = x.reinterpretAsInts().and(SIGN_BIT);
    FloatVector a = x.abs();
    a = a.blend(ERF_MAX, a.compare(GT, ERF_MAX));
    FloatVector w = a.fma(ERF_8, ERF_7);
    w = w.lanewise(FMA, a, ERF_6);
    w = w.lanewise(FMA, a, ERF_5);
    w = w.lanewise(FMA, a, ERF_4);
    w = w.lanewise(FMA, a, ERF_3);
    w = w.lanewise(FMA, a, ERF_2);
    w = w.lanewise(FMA, a, ERF_1);
    w = w.lanewise(FMA, a, ERF_0);
    w = w.fma(a, a).neg();
    FloatVector t = w.fma(LOG2_E, MAGIC);
    FloatVector k = t.sub(MAGIC);
    FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), w);
    r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
    FloatVector p = r.fma(EXP_6, EXP_5);
    p = p.lanewise(FMA, r, EXP_4);
    p = p.lanewise(FMA, r, EXP_3);
    p = p.lanewise(FMA, r, EXP_2);
    p = p.lanewise(FMA, r, EXP_1);
    FloatVector s =
        t.reinterpretAsInts().sub(MAGIC_BITS - BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
    FloatVector y = p.fma(r.mul(r), r).fma(s, s.sub(1f));
    y = y.abs();
    y.reinterpretAsInts().or(sign).reinterpretAsFloats().intoMemorySegment(dst, d, ORDER, m);
  }

  /**
   * {@code dst = src (1 + erf(src / sqrt(2))) / 2}, within 7 ulp, in the negative tail too, where
   * the formula itself would cancel.
   */
  public static void gelu(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      geluOf(src, (so + i) << 2, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  /** As {@link #gelu}, of offsets in bytes within bounds. */
  static void geluOf(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    int whole = n & -LANES;
    geluLoop(src, so, dst, d, whole);
    if (whole < n) {
      long at = (long) whole << 2;
      geluTail(src, so + at, dst, d + at, n - whole);
    }
  }

  private static void geluLoop(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER);
      FloatVector a = x.abs();
      a = a.blend(GELU_MAX, a.compare(GT, GELU_MAX));
      FloatVector aa = a.mul(a);
      FloatVector rest = a.fma(a, aa.neg()).mul(-0.5f);
      FloatVector h = aa.mul(-0.5f);
      FloatVector t = h.fma(LOG2_E, MAGIC);
      FloatVector k = t.sub(MAGIC);
      FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), h);
      r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
      r = r.add(rest);
      FloatVector p = r.fma(EXP_6, EXP_5);
      p = p.lanewise(FMA, r, EXP_4);
      p = p.lanewise(FMA, r, EXP_3);
      p = p.lanewise(FMA, r, EXP_2);
      p = p.lanewise(FMA, r, EXP_1);
      p = p.fma(r.mul(r), r).add(1f);
      IntVector e = t.reinterpretAsInts().sub(MAGIC_BITS);
      IntVector half = e.lanewise(ASHR, 1);
      FloatVector s1 = half.add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
      FloatVector s2 = e.sub(half).add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
      FloatVector num = a.fma(NUM_4, NUM_3);
      FloatVector den = a.fma(DEN_5, DEN_4);
      num = num.lanewise(FMA, a, NUM_2);
      den = den.lanewise(FMA, a, DEN_3);
      num = num.lanewise(FMA, a, NUM_1);
      den = den.lanewise(FMA, a, DEN_2);
      num = num.lanewise(FMA, a, NUM_0);
      den = den.lanewise(FMA, a, DEN_1);
      den = den.lanewise(FMA, a, 1f);
      FloatVector tail = p.mul(num.mul(a)).div(den).mul(s1).mul(s2);
      x.blend(0f, x.compare(LE, 0f)).sub(tail).intoMemorySegment(dst, d + at, ORDER);
    }
  }

  private static void geluTail(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    VectorMask<Float> m = F.indexInRange(0, n);

    FloatVector x = FloatVector.fromMemorySegment(F, src, so, ORDER, m);
    FloatVector a = x.abs();
    a = a.blend(GELU_MAX, a.compare(GT, GELU_MAX));
    FloatVector aa = a.mul(a);
    FloatVector rest = a.fma(a, aa.neg()).mul(-0.5f);
    FloatVector h = aa.mul(-0.5f);
    FloatVector t = h.fma(LOG2_E, MAGIC);
    FloatVector k = t.sub(MAGIC);
    FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), h);
    r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
    r = r.add(rest);
    FloatVector p = r.fma(EXP_6, EXP_5);
    p = p.lanewise(FMA, r, EXP_4);
    p = p.lanewise(FMA, r, EXP_3);
    p = p.lanewise(FMA, r, EXP_2);
    p = p.lanewise(FMA, r, EXP_1);
    p = p.fma(r.mul(r), r).add(1f);
    IntVector e = t.reinterpretAsInts().sub(MAGIC_BITS);
    IntVector half = e.lanewise(ASHR, 1);
    FloatVector s1 = half.add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
    FloatVector s2 = e.sub(half).add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
    FloatVector num = a.fma(NUM_4, NUM_3);
    FloatVector den = a.fma(DEN_5, DEN_4);
    num = num.lanewise(FMA, a, NUM_2);
    den = den.lanewise(FMA, a, DEN_3);
    num = num.lanewise(FMA, a, NUM_1);
    den = den.lanewise(FMA, a, DEN_2);
    num = num.lanewise(FMA, a, NUM_0);
    den = den.lanewise(FMA, a, DEN_1);
    den = den.lanewise(FMA, a, 1f);
    FloatVector tail = p.mul(num.mul(a)).div(den).mul(s1).mul(s2);
    x.blend(0f, x.compare(LE, 0f)).sub(tail).intoMemorySegment(dst, d, ORDER, m);
  }

  /** {@code dst = max(src, 0)}; NaN stays NaN. */
  public static void relu(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    for (long i = 0; i < n; i += CHUNK) {
      reluOf(src, (so + i) << 2, dst, (d + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  /** As {@link #relu}, of offsets in bytes within bounds. */
  static void reluOf(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER);
      x.blend(0f, x.compare(LE, 0f)).intoMemorySegment(dst, d + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER, m);
      x.blend(0f, x.compare(LE, 0f)).intoMemorySegment(dst, d + at, ORDER, m);
    }
  }

  /** {@code dx = y > 0 ? dy : 0}: the gradient of {@link #relu} from its output {@code y}. */
  public static void reluGrad(
      MemorySegment y, long yo, MemorySegment dy, long dyo, MemorySegment dx, long dxo, long n) {
    Simd.check(y, yo, n);
    Simd.check(dy, dyo, n);
    Simd.check(dx, dxo, n);
    for (long i = 0; i < n; i += CHUNK) {
      reluGradLoop(
          y, (yo + i) << 2, dy, (dyo + i) << 2, dx, (dxo + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void reluGradLoop(
      MemorySegment y, long yo, MemorySegment dy, long dyo, MemorySegment dx, long dxo, int n) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector v = FloatVector.fromMemorySegment(F, y, yo + at, ORDER);
      FloatVector g = FloatVector.fromMemorySegment(F, dy, dyo + at, ORDER);
      g.blend(0f, v.compare(LE, 0f)).intoMemorySegment(dx, dxo + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector v = FloatVector.fromMemorySegment(F, y, yo + at, ORDER, m);
      FloatVector g = FloatVector.fromMemorySegment(F, dy, dyo + at, ORDER, m);
      g.blend(0f, v.compare(LE, 0f)).intoMemorySegment(dx, dxo + at, ORDER, m);
    }
  }

  /** {@code dx = dy * y * (1 - y)}: the gradient of {@link #sigmoid} from its output {@code y}. */
  public static void sigmoidGrad(
      MemorySegment y, long yo, MemorySegment dy, long dyo, MemorySegment dx, long dxo, long n) {
    Simd.check(y, yo, n);
    Simd.check(dy, dyo, n);
    Simd.check(dx, dxo, n);
    for (long i = 0; i < n; i += CHUNK) {
      sigmoidGradLoop(
          y, (yo + i) << 2, dy, (dyo + i) << 2, dx, (dxo + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void sigmoidGradLoop(
      MemorySegment y, long yo, MemorySegment dy, long dyo, MemorySegment dx, long dxo, int n) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector v = FloatVector.fromMemorySegment(F, y, yo + at, ORDER);
      FloatVector g = FloatVector.fromMemorySegment(F, dy, dyo + at, ORDER);
      g.mul(v).mul(FloatVector.broadcast(F, 1f).sub(v)).intoMemorySegment(dx, dxo + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector v = FloatVector.fromMemorySegment(F, y, yo + at, ORDER, m);
      FloatVector g = FloatVector.fromMemorySegment(F, dy, dyo + at, ORDER, m);
      g.mul(v).mul(FloatVector.broadcast(F, 1f).sub(v)).intoMemorySegment(dx, dxo + at, ORDER, m);
    }
  }

  /** {@code dx = dy * (1 - y * y)}: the gradient of {@link #tanh} from its output {@code y}. */
  public static void tanhGrad(
      MemorySegment y, long yo, MemorySegment dy, long dyo, MemorySegment dx, long dxo, long n) {
    Simd.check(y, yo, n);
    Simd.check(dy, dyo, n);
    Simd.check(dx, dxo, n);
    for (long i = 0; i < n; i += CHUNK) {
      tanhGradLoop(
          y, (yo + i) << 2, dy, (dyo + i) << 2, dx, (dxo + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void tanhGradLoop(
      MemorySegment y, long yo, MemorySegment dy, long dyo, MemorySegment dx, long dxo, int n) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector v = FloatVector.fromMemorySegment(F, y, yo + at, ORDER);
      FloatVector g = FloatVector.fromMemorySegment(F, dy, dyo + at, ORDER);
      v.neg().fma(v, FloatVector.broadcast(F, 1f)).mul(g).intoMemorySegment(dx, dxo + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector v = FloatVector.fromMemorySegment(F, y, yo + at, ORDER, m);
      FloatVector g = FloatVector.fromMemorySegment(F, dy, dyo + at, ORDER, m);
      v.neg().fma(v, FloatVector.broadcast(F, 1f)).mul(g).intoMemorySegment(dx, dxo + at, ORDER, m);
    }
  }

  /**
   * {@code dx = dy * (P(x) + x * P'(x))}, with {@code P} the normal distribution: the gradient of
   * {@link #gelu} from its input {@code x}; the factor of {@code dy} within 2e-7.
   */
  public static void geluGrad(
      MemorySegment in, long ino, MemorySegment dy, long dyo, MemorySegment dx, long dxo, long n) {
    Simd.check(in, ino, n);
    Simd.check(dy, dyo, n);
    Simd.check(dx, dxo, n);
    for (long i = 0; i < n; i += CHUNK) {
      geluGradOf(
          in, (ino + i) << 2, dy, (dyo + i) << 2, dx, (dxo + i) << 2, (int) Math.min(CHUNK, n - i));
    }
  }

  private static void geluGradOf(
      MemorySegment in, long ino, MemorySegment dy, long dyo, MemorySegment dx, long dxo, int n) {
    int whole = n & -LANES;
    geluGradLoop(in, ino, dy, dyo, dx, dxo, whole);
    if (whole < n) {
      long at = (long) whole << 2;
      geluGradTail(in, ino + at, dy, dyo + at, dx, dxo + at, n - whole);
    }
  }

  private static void geluGradLoop(
      MemorySegment in, long ino, MemorySegment dy, long dyo, MemorySegment dx, long dxo, int n) {
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, in, ino + at, ORDER);
      FloatVector g = FloatVector.fromMemorySegment(F, dy, dyo + at, ORDER);
      FloatVector a = x.abs();
      a = a.blend(GELU_MAX, a.compare(GT, GELU_MAX));
      FloatVector aa = a.mul(a);
      FloatVector rest = a.fma(a, aa.neg()).mul(-0.5f);
      FloatVector h = aa.mul(-0.5f);
      FloatVector t = h.fma(LOG2_E, MAGIC);
      FloatVector k = t.sub(MAGIC);
      FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), h);
      r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
      r = r.add(rest);
      FloatVector p = r.fma(EXP_6, EXP_5);
      p = p.lanewise(FMA, r, EXP_4);
      p = p.lanewise(FMA, r, EXP_3);
      p = p.lanewise(FMA, r, EXP_2);
      p = p.lanewise(FMA, r, EXP_1);
      p = p.fma(r.mul(r), r).add(1f);
      IntVector e = t.reinterpretAsInts().sub(MAGIC_BITS);
      IntVector half = e.lanewise(ASHR, 1);
      FloatVector s1 = half.add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
      FloatVector s2 = e.sub(half).add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
      FloatVector num = a.fma(NUM_4, NUM_3);
      FloatVector den = a.fma(DEN_5, DEN_4);
      num = num.lanewise(FMA, a, NUM_2);
      den = den.lanewise(FMA, a, DEN_3);
      num = num.lanewise(FMA, a, NUM_1);
      den = den.lanewise(FMA, a, DEN_2);
      num = num.lanewise(FMA, a, NUM_0);
      den = den.lanewise(FMA, a, DEN_1);
      den = den.lanewise(FMA, a, 1f);
      FloatVector tail =
          a.fma(FloatVector.broadcast(F, -DENSITY), num.div(den)).mul(p).mul(s1).mul(s2);
      FloatVector slope = tail.blend(FloatVector.broadcast(F, 1f).sub(tail), x.compare(GT, 0f));
      slope.mul(g).intoMemorySegment(dx, dxo + at, ORDER);
    }
  }

  private static void geluGradTail(
      MemorySegment in, long ino, MemorySegment dy, long dyo, MemorySegment dx, long dxo, int n) {
    VectorMask<Float> m = F.indexInRange(0, n);

    FloatVector x = FloatVector.fromMemorySegment(F, in, ino, ORDER, m);
    FloatVector g = FloatVector.fromMemorySegment(F, dy, dyo, ORDER, m);
    FloatVector a = x.abs();
    a = a.blend(GELU_MAX, a.compare(GT, GELU_MAX));
    FloatVector aa = a.mul(a);
    FloatVector rest = a.fma(a, aa.neg()).mul(-0.5f);
    FloatVector h = aa.mul(-0.5f);
    FloatVector t = h.fma(LOG2_E, MAGIC);
    FloatVector k = t.sub(MAGIC);
    FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), h);
    r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
    r = r.add(rest);
    FloatVector p = r.fma(EXP_6, EXP_5);
    p = p.lanewise(FMA, r, EXP_4);
    p = p.lanewise(FMA, r, EXP_3);
    p = p.lanewise(FMA, r, EXP_2);
    p = p.lanewise(FMA, r, EXP_1);
    p = p.fma(r.mul(r), r).add(1f);
    IntVector e = t.reinterpretAsInts().sub(MAGIC_BITS);
    IntVector half = e.lanewise(ASHR, 1);
    FloatVector s1 = half.add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
    FloatVector s2 = e.sub(half).add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
    FloatVector num = a.fma(NUM_4, NUM_3);
    FloatVector den = a.fma(DEN_5, DEN_4);
    num = num.lanewise(FMA, a, NUM_2);
    den = den.lanewise(FMA, a, DEN_3);
    num = num.lanewise(FMA, a, NUM_1);
    den = den.lanewise(FMA, a, DEN_2);
    num = num.lanewise(FMA, a, NUM_0);
    den = den.lanewise(FMA, a, DEN_1);
    den = den.lanewise(FMA, a, 1f);
    FloatVector tail =
        a.fma(FloatVector.broadcast(F, -DENSITY), num.div(den)).mul(p).mul(s1).mul(s2);
    FloatVector slope = tail.blend(FloatVector.broadcast(F, 1f).sub(tail), x.compare(GT, 0f));
    slope.mul(g).intoMemorySegment(dx, dxo, ORDER, m);
  }
}
