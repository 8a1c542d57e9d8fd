package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.F;
import static dev.lanewise.kernel.Simd.I;
import static dev.lanewise.kernel.Simd.LANES;
import static dev.lanewise.kernel.Simd.NATIVE;
import static dev.lanewise.kernel.Simd.ORDER;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.lanewise.memory.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  // An exponential is taken apart as exp(x) = 2^k exp(r), with k = round(x / ln 2), so that |r| is
  // at most half of ln 2; or as 2^k 2^f where x is a product with log2(e) anyway.
  //
  // A kernel comes in two forms. Quick takes whole vectors without an argument out of the ordinary:
  // 2^k is added to the exponent's bits. Careful takes the rest, masked: arguments are clamped, NaN
  // stays NaN, and 2^k is multiplied in as two factors, 2^(k/2) and 2^(k - k/2): either is a normal
  // number even where exp(x) is subnormal or about to overflow, and only the last product rounds.
  // Where no x is above zero, the factors are 2^(k + 64) and 2^-64.
  // Where both apply, they agree to the bit. A look through each block decides between them, not a
  // branch in the loop: the first unusual argument would send that back to the interpreter.
  //
  // A quick loop of exp and sigmoid takes two vectors at a time. That also makes it too long for
  // the compiler to put into its caller, between calls that leave no register standing: there it
  // would load every coefficient again for each vector.
  //
  // The same few lines stand in several kernels: a helper that took or returned vectors would box
  // them wherever the compiler declined to inline it.

  /** 1.5 * 2^23: adding it rounds to a whole number, left in the low bits of the sum. */
  static final float MAGIC = 0x1.8p23f;

  static final int MAGIC_BITS = 0x4B400000;
  static final int BIAS = 127;
  private static final int SIGN_BIT = 0x80000000;
  private static final int EXPONENT_BITS = 0xFF800000;
  static final int ONE_BITS = 0x3F800000;

  /** The bits of 2^64, and 2^-64. */
  static final int LIFTED_BITS = ONE_BITS + (64 << 23);

  static final float LOWER = 0x1p-64f;
  private static final float TWO_23 = 0x1p23f;

  static final float LOG2_E = 1.442695f;
  private static final float LN2 = 0.6931472f;

  /** The part of ln 2 whose product with an exponent is exact, and the rest. */
  static final float LN2_HIGH = 0.69314575f;

  static final float LN2_LOW = 1.4286068e-6f;

  /** log2(e) less {@link #LOG2_E}. */
  static final float LOG2_E_LOW = 1.925963e-8f;

  /** {@code 2^f = 1 + f (POW_1 + f POW_2 + ...)} for f from -1/2 to 1/2. */
  static final float POW_1 = 0.6931472f;

  static final float POW_2 = 0.24022648f;
  static final float POW_3 = 0.055503596f;
  static final float POW_4 = 0.009618503f;
  static final float POW_5 = 0.0013390998f;
  static final float POW_6 = 1.5327864e-4f;

  /** {@code exp(r) = 1 + r (1 + r (E_2 + r E_3 + ...))} for r up to half of ln 2 either way. */
  static final float E_2 = 0.49999994f;

  static final float E_3 = 0.16666521f;
  static final float E_4 = 0.04166828f;
  static final float E_5 = 0.0083686905f;
  static final float E_6 = 0.0013819512f;

  /** The bytes of a vector. */
  private static final long STEP = 4L * LANES;

  /** The elements looked through at a time for one that is out of the ordinary. */
  private static final int BLOCK = 1024;

  /** Up to this magnitude an exponential, and its inverse, is a normal number. */
  static final float ORDINARY = 87.0f;

  /** Below minus this, e^x rounds to 0. */
  static final float NOTHING = 104.0f;

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

  /** {@code tanh(a) = a + a^3 (TANH_1 + a^2 TANH_2 + ...)} for a below {@link #TANH_SMALL}. */
  private static final float TANH_1 = -0.3333319f;

  private static final float TANH_2 = 0.13329132f;
  private static final float TANH_3 = -0.053559966f;
  private static final float TANH_4 = 0.020094356f;
  private static final float TANH_5 = -0.00514049f;
  private static final float TANH_SMALL = 0.7f;

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

  /** Up to this magnitude GELU's exponential is a normal number, and GELU is one. */
  private static final float GELU_ORDINARY = 13.0f;

  /** Half of log2(e), and the rest of it. */
  private static final float HALF_LOG2_E = 0.5f * LOG2_E;

  private static final float HALF_LOG2_E_LOW = 0.5f * LOG2_E_LOW;

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

  private static final Sweep.Kernel EXP = (s, at, n) -> expOf(s.a, s.aAt + at, s.b, s.bAt + at, n);

  private static final Sweep.Kernel LOG = (s, at, n) -> logOf(s.a, s.aAt + at, s.b, s.bAt + at, n);

  private static final Sweep.Kernel SIGMOID =
      (s, at, n) -> sigmoidOf(s.a, s.aAt + at, s.b, s.bAt + at, n);

  private static final Sweep.Kernel TANH =
      (s, at, n) -> tanhOf(s.a, s.aAt + at, s.b, s.bAt + at, n);

  private static final Sweep.Kernel ERF = (s, at, n) -> erfOf(s.a, s.aAt + at, s.b, s.bAt + at, n);

  private static final Sweep.Kernel GELU =
      (s, at, n) -> geluOf(s.a, s.aAt + at, s.b, s.bAt + at, n);

  private static final Sweep.Kernel RELU =
      (s, at, n) -> reluOf(s.a, s.aAt + at, s.b, s.bAt + at, n);

  private static final Sweep.Kernel RELU_GRAD =
      (s, at, n) -> reluGradLoop(s.a, s.aAt + at, s.b, s.bAt + at, s.c, s.cAt + at, n);

  private static final Sweep.Kernel SIGMOID_GRAD =
      (s, at, n) -> sigmoidGradLoop(s.a, s.aAt + at, s.b, s.bAt + at, s.c, s.cAt + at, n);

  private static final Sweep.Kernel TANH_GRAD =
      (s, at, n) -> tanhGradLoop(s.a, s.aAt + at, s.b, s.bAt + at, s.c, s.cAt + at, n);

  private static final Sweep.Kernel GELU_GRAD =
      (s, at, n) -> geluGradOf(s.a, s.aAt + at, s.b, s.bAt + at, s.c, s.cAt + at, n);

  /** A kernel of one array into another, over whole vectors. */
  @FunctionalInterface
  private interface Loop {
    void run(MemorySegment src, long so, MemorySegment dst, long d, int n);
  }

  private VectorMath() {}

  /** Runs a loop over the last elements, fewer than a vector, in scratch. */
  private static void lastVector(
      Loop loop, MemorySegment src, long so, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    try (Scratch scratch = Scratch.borrow()) {
      MemorySegment last = scratch.floats(0, LANES);
      for (int i = 0; i < n; i++) {
        last.set(FLOAT, 4L * i, src.get(FLOAT, so + 4L * i));
      }
      loop.run(last, 0, last, 0, LANES);
      for (int i = 0; i < n; i++) {
        dst.set(FLOAT, d + 4L * i, last.get(FLOAT, 4L * i));
      }
    }
  }

  /**
   * {@code dst = exp(src)}, within 1 ulp: infinite above 88.7228, gradually less than the least
   * normal number below -87.3366, zero below -103.97.
   */
  public static void exp(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    if (Sweep.single(n)) {
      expOf(src, so << 2, dst, d << 2, (int) n);
    } else {
      Sweep.run(EXP, src, so, dst, d, n);
    }
  }

  /** As {@link #exp}, of offsets in bytes within bounds. */
  static void expOf(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    for (int i = 0; i < n; i += BLOCK) {
      int count = Math.min(BLOCK, n - i);
      int whole = count & -2 * LANES;
      long at = (long) i << 2;
      int quick = within(ORDINARY, src, so + at, whole) ? whole : 0;
      expQuick(src, so + at, dst, d + at, quick);
      if (quick < count) {
        long rest = at + ((long) quick << 2);
        expCareful(src, so + rest, dst, d + rest, count - quick);
      }
    }
  }

  private static void expQuick(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    for (int i = 0; i < n; i += 2 * LANES) {
      long at = (long) i << 2;
      FloatVector x0 = FloatVector.fromMemorySegment(F, src, so + at, ORDER);
      FloatVector x1 = FloatVector.fromMemorySegment(F, src, so + at + STEP, ORDER);
      FloatVector t0 = x0.fma(LOG2_E, MAGIC);
      FloatVector t1 = x1.fma(LOG2_E, MAGIC);
      FloatVector k0 = t0.sub(MAGIC);
      FloatVector k1 = t1.sub(MAGIC);
      FloatVector r0 = k0.fma(FloatVector.broadcast(F, -LN2_HIGH), x0);
      FloatVector r1 = k1.fma(FloatVector.broadcast(F, -LN2_HIGH), x1);
      r0 = k0.fma(FloatVector.broadcast(F, -LN2_LOW), r0);
      r1 = k1.fma(FloatVector.broadcast(F, -LN2_LOW), r1);
      FloatVector p0 = r0.fma(E_6, E_5);
      FloatVector p1 = r1.fma(E_6, E_5);
      p0 = p0.lanewise(FMA, r0, E_4);
      p1 = p1.lanewise(FMA, r1, E_4);
      p0 = p0.lanewise(FMA, r0, E_3);
      p1 = p1.lanewise(FMA, r1, E_3);
      p0 = p0.lanewise(FMA, r0, E_2);
      p1 = p1.lanewise(FMA, r1, E_2);
      p0 = p0.lanewise(FMA, r0, 1f);
      p1 = p1.lanewise(FMA, r1, 1f);
      p0 = p0.lanewise(FMA, r0, 1f);
      p1 = p1.lanewise(FMA, r1, 1f);
      p0 =
          p0.reinterpretAsInts()
              .add(t0.reinterpretAsInts().lanewise(LSHL, 23))
              .reinterpretAsFloats();
      p1 =
          p1.reinterpretAsInts()
              .add(t1.reinterpretAsInts().lanewise(LSHL, 23))
              .reinterpretAsFloats();
      p0.intoMemorySegment(dst, d + at, ORDER);
      p1.intoMemorySegment(dst, d + at + STEP, ORDER);
    }
  }

  private static void expCareful(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER, m);
      x = x.blend(EXP_MIN, x.compare(LT, EXP_MIN));
      x = x.blend(EXP_MAX, x.compare(GT, EXP_MAX));
      FloatVector t = x.fma(LOG2_E, MAGIC);
      FloatVector k = t.sub(MAGIC);
      FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), x);
      r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
      FloatVector p = r.fma(E_6, E_5);
      p = p.lanewise(FMA, r, E_4);
      p = p.lanewise(FMA, r, E_3);
      p = p.lanewise(FMA, r, E_2);
      p = p.lanewise(FMA, r, 1f);
      p = p.lanewise(FMA, r, 1f);
      IntVector e = t.reinterpretAsInts().sub(MAGIC_BITS);
      IntVector half = e.lanewise(ASHR, 1);
      FloatVector s1 = half.add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
      FloatVector s2 = e.sub(half).add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
      p.mul(s1).mul(s2).intoMemorySegment(dst, d + at, ORDER, m);
    }
  }

  /**
   * {@code dst = log(src)}, the natural logarithm, within 1 ulp, subnormal numbers included: minus
   * infinity of zero, NaN of a negative number.
   */
  public static void log(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    if (Sweep.single(n)) {
      logOf(src, so << 2, dst, d << 2, (int) n);
    } else {
      Sweep.run(LOG, src, so, dst, d, n);
    }
  }

  /** As {@link #log}, of offsets in bytes within bounds. */
  static void logOf(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    int whole = n & -LANES;
    logLoop(src, so, dst, d, whole);
    if (whole < n) {
      long at = (long) whole << 2;
      lastVector(VectorMath::logLoop, src, so + at, dst, d + at, n - whole);
    }
  }

  private static void logLoop(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
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

  /**
   * {@code dst = exp(src) - 1}, within 6 ulp also where {@code src} is next to nothing.
   *
   * <p>With u = exp(x) rounded, exp(x) - 1 is (u - 1) x / log(u) (Higham, as for {@link
   * Pointwise#log1p}). Where u is zero or infinite, so is log(u): bounds keep the ratio a number.
   */
  public static void expm1(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    try (Scratch scratch = Scratch.borrow()) {
      MemorySegment x = scratch.floats(0, BLOCK);
      MemorySegment u = scratch.floats(1, BLOCK);
      MemorySegment log = scratch.floats(2, BLOCK);
      for (long i = 0; i < n; i += BLOCK) {
        int count = (int) Math.min(BLOCK, n - i);
        Elementwise.copy(src, so + i, x, 0, count);
        exp(x, 0, u, 0, count);
        log(u, 0, log, 0, count);
        expm1Loop(x, u, log, Pack.wholeVectors(count));
        Elementwise.copy(x, 0, dst, d + i, count);
      }
    }
  }

  private static void expm1Loop(MemorySegment x, MemorySegment exp, MemorySegment log, int n) {
    x = NATIVE.cast(x);
    exp = NATIVE.cast(exp);
    log = NATIVE.cast(log);
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector z = FloatVector.fromMemorySegment(F, x, at, ORDER);
      FloatVector u1 = FloatVector.fromMemorySegment(F, exp, at, ORDER).sub(1f);
      FloatVector y = FloatVector.fromMemorySegment(F, log, at, ORDER);
      FloatVector ratio = z.max(-ORDINARY).div(y.min(EXP_MAX).max(-ORDINARY));
      u1.mul(ratio).blend(z, u1.compare(EQ, 0f)).intoMemorySegment(x, at, ORDER);
    }
  }

  /** {@code dst = 1 / (1 + exp(-src))}, within 2.5 ulp, down to subnormal results. */
  public static void sigmoid(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    if (Sweep.single(n)) {
      sigmoidOf(src, so << 2, dst, d << 2, (int) n);
    } else {
      Sweep.run(SIGMOID, src, so, dst, d, n);
    }
  }

  /** As {@link #sigmoid}, of offsets in bytes within bounds. */
  static void sigmoidOf(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    for (int i = 0; i < n; i += BLOCK) {
      int count = Math.min(BLOCK, n - i);
      int whole = count & -2 * LANES;
      long at = (long) i << 2;
      int quick = within(ORDINARY, src, so + at, whole) ? whole : 0;
      sigmoidQuick(src, so + at, dst, d + at, quick);
      if (quick < count) {
        long rest = at + ((long) quick << 2);
        sigmoidCareful(src, so + rest, dst, d + rest, count - quick);
      }
    }
  }

  private static void sigmoidQuick(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    for (int i = 0; i < n; i += 2 * LANES) {
      long at = (long) i << 2;
      FloatVector x0 = FloatVector.fromMemorySegment(F, src, so + at, ORDER);
      FloatVector x1 = FloatVector.fromMemorySegment(F, src, so + at + STEP, ORDER);
      FloatVector t0 = x0.fma(-LOG2_E, MAGIC);
      FloatVector t1 = x1.fma(-LOG2_E, MAGIC);
      FloatVector k0 = t0.sub(MAGIC);
      FloatVector k1 = t1.sub(MAGIC);
      FloatVector r0 = k0.fma(FloatVector.broadcast(F, LN2_HIGH), x0);
      FloatVector r1 = k1.fma(FloatVector.broadcast(F, LN2_HIGH), x1);
      r0 = k0.fma(FloatVector.broadcast(F, LN2_LOW), r0);
      r1 = k1.fma(FloatVector.broadcast(F, LN2_LOW), r1);
      FloatVector p0 = r0.fma(E_6, -E_5);
      FloatVector p1 = r1.fma(E_6, -E_5);
      p0 = p0.lanewise(FMA, r0, E_4);
      p1 = p1.lanewise(FMA, r1, E_4);
      p0 = p0.lanewise(FMA, r0, -E_3);
      p1 = p1.lanewise(FMA, r1, -E_3);
      p0 = p0.lanewise(FMA, r0, E_2);
      p1 = p1.lanewise(FMA, r1, E_2);
      p0 = p0.lanewise(FMA, r0, -1f);
      p1 = p1.lanewise(FMA, r1, -1f);
      p0 = p0.lanewise(FMA, r0, 1f);
      p1 = p1.lanewise(FMA, r1, 1f);
      p0 =
          p0.reinterpretAsInts()
              .add(t0.reinterpretAsInts().lanewise(LSHL, 23))
              .reinterpretAsFloats();
      p1 =
          p1.reinterpretAsInts()
              .add(t1.reinterpretAsInts().lanewise(LSHL, 23))
              .reinterpretAsFloats();
      p0 = FloatVector.broadcast(F, 1f).div(p0.add(1f));
      p1 = FloatVector.broadcast(F, 1f).div(p1.add(1f));
      p0.intoMemorySegment(dst, d + at, ORDER);
      p1.intoMemorySegment(dst, d + at + STEP, ORDER);
    }
  }

  private static void sigmoidCareful(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER, m);
      VectorMask<Float> low = x.compare(LT, -ORDINARY);
      FloatVector a = x.neg().blend(x, low);
      a = a.blend(EXP_MIN, a.compare(LT, EXP_MIN));
      FloatVector t = a.fma(LOG2_E, MAGIC);
      FloatVector k = t.sub(MAGIC);
      FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), a);
      r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
      FloatVector p = r.fma(E_6, E_5);
      p = p.lanewise(FMA, r, E_4);
      p = p.lanewise(FMA, r, E_3);
      p = p.lanewise(FMA, r, E_2);
      p = p.lanewise(FMA, r, 1f);
      p = p.lanewise(FMA, r, 1f);
      IntVector e = t.reinterpretAsInts().sub(MAGIC_BITS);
      IntVector half = e.lanewise(ASHR, 1);
      FloatVector s1 = half.add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
      FloatVector s2 = e.sub(half).add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
      p = p.mul(s1).mul(s2);
      FloatVector.broadcast(F, 1f)
          .div(p.add(1f))
          .blend(p, low)
          .intoMemorySegment(dst, d + at, ORDER, m);
    }
  }

  /** {@code dst = tanh(src)}, within 1.2 ulp. */
  public static void tanh(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    if (Sweep.single(n)) {
      tanhOf(src, so << 2, dst, d << 2, (int) n);
    } else {
      Sweep.run(TANH, src, so, dst, d, n);
    }
  }

  /** As {@link #tanh}, of offsets in bytes within bounds. */
  static void tanhOf(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    int whole = n & -LANES;
    tanhLoop(src, so, dst, d, whole);
    if (whole < n) {
      long at = (long) whole << 2;
      lastVector(VectorMath::tanhLoop, src, so + at, dst, d + at, n - whole);
    }
  }

  private static void tanhLoop(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER);
      IntVector sign = x.reinterpretAsInts().and(SIGN_BIT);
      FloatVector a = x.abs();
      FloatVector z = a.mul(a);
      FloatVector u = z.fma(TANH_5, TANH_4);
      u = u.lanewise(FMA, z, TANH_3);
      u = u.lanewise(FMA, z, TANH_2);
      u = u.lanewise(FMA, z, TANH_1);
      u = u.mul(z).fma(a, a);
      VectorMask<Float> small = a.compare(LT, TANH_SMALL);
      a = a.blend(TANH_MAX, a.compare(GT, TANH_MAX));
      a = a.add(a);
      FloatVector t = a.fma(LOG2_E, MAGIC);
      FloatVector k = t.sub(MAGIC);
      FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), a);
      r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
      FloatVector p = r.fma(E_6, E_5);
      p = p.lanewise(FMA, r, E_4);
      p = p.lanewise(FMA, r, E_3);
      p = p.lanewise(FMA, r, E_2);
      p = p.lanewise(FMA, r, 1f);
      p = p.lanewise(FMA, r, 1f);
      FloatVector s = t.reinterpretAsInts().lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
      FloatVector y =
          FloatVector.broadcast(F, -2f).div(p.fma(s, FloatVector.broadcast(F, 1f))).add(1f);
      y = y.blend(u, small);
      y.reinterpretAsInts().or(sign).reinterpretAsFloats().intoMemorySegment(dst, d + at, ORDER);
    }
  }

  /** {@code dst = erf(src)}, the error function, within 2 ulp. */
  public static void erf(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    if (Sweep.single(n)) {
      erfOf(src, so << 2, dst, d << 2, (int) n);
    } else {
      Sweep.run(ERF, src, so, dst, d, n);
    }
  }

  /** As {@link #erf}, of offsets in bytes within bounds. */
  static void erfOf(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    int whole = n & -LANES;
    erfLoop(src, so, dst, d, whole);
    if (whole < n) {
      long at = (long) whole << 2;
      lastVector(VectorMath::erfLoop, src, so + at, dst, d + at, n - whole);
    }
  }

  private static void erfLoop(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
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

  /**
   * {@code dst = src (1 + erf(src / sqrt(2))) / 2}, within 6 ulp, in the negative tail too, where
   * the formula itself would cancel.
   */
  public static void gelu(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    if (Sweep.single(n)) {
      geluOf(src, so << 2, dst, d << 2, (int) n);
    } else {
      Sweep.run(GELU, src, so, dst, d, n);
    }
  }

  /** As {@link #gelu}, of offsets in bytes within bounds. */
  static void geluOf(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    for (int i = 0; i < n; i += BLOCK) {
      int count = Math.min(BLOCK, n - i);
      int whole = count & -LANES;
      long at = (long) i << 2;
      int quick = within(GELU_ORDINARY, src, so + at, whole) ? whole : 0;
      geluQuick(src, so + at, dst, d + at, quick);
      if (quick < count) {
        long rest = at + ((long) quick << 2);
        geluCareful(src, so + rest, dst, d + rest, count - quick);
      }
    }
  }

  private static void geluQuick(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER);
      FloatVector a = x.abs();
      FloatVector minus = a.neg();
      FloatVector h = a.mul(HALF_LOG2_E);
      FloatVector rest = minus.fma(FloatVector.broadcast(F, HALF_LOG2_E), h);
      rest = minus.fma(FloatVector.broadcast(F, HALF_LOG2_E_LOW), rest);
      FloatVector t = h.fma(minus, FloatVector.broadcast(F, MAGIC));
      FloatVector f = h.fma(minus, FloatVector.broadcast(F, MAGIC).sub(t));
      f = rest.fma(a, f);
      FloatVector p = f.fma(POW_6, POW_5);
      p = p.lanewise(FMA, f, POW_4);
      p = p.lanewise(FMA, f, POW_3);
      p = p.lanewise(FMA, f, POW_2);
      p = p.lanewise(FMA, f, POW_1);
      p = p.lanewise(FMA, f, 1f);
      FloatVector num = a.fma(NUM_4, NUM_3);
      FloatVector den = a.fma(DEN_5, DEN_4);
      num = num.lanewise(FMA, a, NUM_2);
      den = den.lanewise(FMA, a, DEN_3);
      num = num.lanewise(FMA, a, NUM_1);
      den = den.lanewise(FMA, a, DEN_2);
      num = num.lanewise(FMA, a, NUM_0);
      den = den.lanewise(FMA, a, DEN_1);
      den = den.lanewise(FMA, a, 1f);
      p = p.mul(num.mul(a));
      p = p.reinterpretAsInts().add(t.reinterpretAsInts().lanewise(LSHL, 23)).reinterpretAsFloats();
      FloatVector positive = x.reinterpretAsInts().max(0).reinterpretAsFloats();
      positive.sub(p.div(den)).intoMemorySegment(dst, d + at, ORDER);
    }
  }

  private static void geluCareful(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x = FloatVector.fromMemorySegment(F, src, so + at, ORDER, m);
      FloatVector a = x.abs();
      a = a.blend(GELU_MAX, a.compare(GT, GELU_MAX));
      FloatVector minus = a.neg();
      FloatVector h = a.mul(HALF_LOG2_E);
      FloatVector rest = minus.fma(FloatVector.broadcast(F, HALF_LOG2_E), h);
      rest = minus.fma(FloatVector.broadcast(F, HALF_LOG2_E_LOW), rest);
      FloatVector t = h.fma(minus, FloatVector.broadcast(F, MAGIC));
      FloatVector f = h.fma(minus, FloatVector.broadcast(F, MAGIC).sub(t));
      f = rest.fma(a, f);
      FloatVector p = f.fma(POW_6, POW_5);
      p = p.lanewise(FMA, f, POW_4);
      p = p.lanewise(FMA, f, POW_3);
      p = p.lanewise(FMA, f, POW_2);
      p = p.lanewise(FMA, f, POW_1);
      p = p.lanewise(FMA, f, 1f);
      FloatVector num = a.fma(NUM_4, NUM_3);
      FloatVector den = a.fma(DEN_5, DEN_4);
      num = num.lanewise(FMA, a, NUM_2);
      den = den.lanewise(FMA, a, DEN_3);
      num = num.lanewise(FMA, a, NUM_1);
      den = den.lanewise(FMA, a, DEN_2);
      num = num.lanewise(FMA, a, NUM_0);
      den = den.lanewise(FMA, a, DEN_1);
      den = den.lanewise(FMA, a, 1f);
      FloatVector s =
          t.reinterpretAsInts().lanewise(LSHL, 23).add(LIFTED_BITS).reinterpretAsFloats();
      FloatVector tail = p.mul(num.mul(a)).div(den).mul(s).mul(LOWER);
      x.blend(0f, x.compare(LE, 0f)).sub(tail).intoMemorySegment(dst, d + at, ORDER, m);
    }
  }

  /** {@code dst = max(src, 0)}; NaN stays NaN. */
  public static void relu(MemorySegment src, long so, MemorySegment dst, long d, long n) {
    Simd.check(src, so, n);
    Simd.check(dst, d, n);
    if (Sweep.single(n)) {
      reluOf(src, so << 2, dst, d << 2, (int) n);
    } else {
      Sweep.run(RELU, src, so, dst, d, n);
    }
  }

  /** As {@link #relu}, of offsets in bytes within bounds. */
  static void reluOf(MemorySegment src, long so, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
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
    if (Sweep.single(n)) {
      reluGradLoop(y, yo << 2, dy, dyo << 2, dx, dxo << 2, (int) n);
    } else {
      Sweep.run(RELU_GRAD, y, yo, dy, dyo, dx, dxo, n);
    }
  }

  private static void reluGradLoop(
      MemorySegment y, long yo, MemorySegment dy, long dyo, MemorySegment dx, long dxo, int n) {
    y = NATIVE.cast(y);
    dy = NATIVE.cast(dy);
    dx = NATIVE.cast(dx);
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
    if (Sweep.single(n)) {
      sigmoidGradLoop(y, yo << 2, dy, dyo << 2, dx, dxo << 2, (int) n);
    } else {
      Sweep.run(SIGMOID_GRAD, y, yo, dy, dyo, dx, dxo, n);
    }
  }

  private static void sigmoidGradLoop(
      MemorySegment y, long yo, MemorySegment dy, long dyo, MemorySegment dx, long dxo, int n) {
    y = NATIVE.cast(y);
    dy = NATIVE.cast(dy);
    dx = NATIVE.cast(dx);
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
    if (Sweep.single(n)) {
      tanhGradLoop(y, yo << 2, dy, dyo << 2, dx, dxo << 2, (int) n);
    } else {
      Sweep.run(TANH_GRAD, y, yo, dy, dyo, dx, dxo, n);
    }
  }

  private static void tanhGradLoop(
      MemorySegment y, long yo, MemorySegment dy, long dyo, MemorySegment dx, long dxo, int n) {
    y = NATIVE.cast(y);
    dy = NATIVE.cast(dy);
    dx = NATIVE.cast(dx);
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
    if (Sweep.single(n)) {
      geluGradOf(in, ino << 2, dy, dyo << 2, dx, dxo << 2, (int) n);
    } else {
      Sweep.run(GELU_GRAD, in, ino, dy, dyo, dx, dxo, n);
    }
  }

  private static void geluGradOf(
      MemorySegment in, long ino, MemorySegment dy, long dyo, MemorySegment dx, long dxo, int n) {
    for (int i = 0; i < n; i += BLOCK) {
      int count = Math.min(BLOCK, n - i);
      int whole = count & -LANES;
      long at = (long) i << 2;
      int quick = within(GELU_ORDINARY, in, ino + at, whole) ? whole : 0;
      geluGradQuick(in, ino + at, dy, dyo + at, dx, dxo + at, quick);
      if (quick < count) {
        long rest = at + ((long) quick << 2);
        geluGradCareful(in, ino + rest, dy, dyo + rest, dx, dxo + rest, count - quick);
      }
    }
  }

  private static void geluGradQuick(
      MemorySegment in, long ino, MemorySegment dy, long dyo, MemorySegment dx, long dxo, int n) {
    in = NATIVE.cast(in);
    dy = NATIVE.cast(dy);
    dx = NATIVE.cast(dx);
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, in, ino + at, ORDER);
      FloatVector g = FloatVector.fromMemorySegment(F, dy, dyo + at, ORDER);
      FloatVector a = x.abs();
      FloatVector minus = a.neg();
      FloatVector h = a.mul(HALF_LOG2_E);
      FloatVector rest = minus.fma(FloatVector.broadcast(F, HALF_LOG2_E), h);
      rest = minus.fma(FloatVector.broadcast(F, HALF_LOG2_E_LOW), rest);
      FloatVector t = h.fma(minus, FloatVector.broadcast(F, MAGIC));
      FloatVector f = h.fma(minus, FloatVector.broadcast(F, MAGIC).sub(t));
      f = rest.fma(a, f);
      FloatVector p = f.fma(POW_6, POW_5);
      p = p.lanewise(FMA, f, POW_4);
      p = p.lanewise(FMA, f, POW_3);
      p = p.lanewise(FMA, f, POW_2);
      p = p.lanewise(FMA, f, POW_1);
      p = p.lanewise(FMA, f, 1f);
      FloatVector num = a.fma(NUM_4, NUM_3);
      FloatVector den = a.fma(DEN_5, DEN_4);
      num = num.lanewise(FMA, a, NUM_2);
      den = den.lanewise(FMA, a, DEN_3);
      num = num.lanewise(FMA, a, NUM_1);
      den = den.lanewise(FMA, a, DEN_2);
      num = num.lanewise(FMA, a, NUM_0);
      den = den.lanewise(FMA, a, DEN_1);
      den = den.lanewise(FMA, a, 1f);
      p = p.reinterpretAsInts().add(t.reinterpretAsInts().lanewise(LSHL, 23)).reinterpretAsFloats();
      FloatVector tail = a.fma(FloatVector.broadcast(F, -DENSITY), num.div(den)).mul(p);
      FloatVector slope = tail.blend(FloatVector.broadcast(F, 1f).sub(tail), x.compare(GT, 0f));
      slope.mul(g).intoMemorySegment(dx, dxo + at, ORDER);
    }
  }

  private static void geluGradCareful(
      MemorySegment in, long ino, MemorySegment dy, long dyo, MemorySegment dx, long dxo, int n) {
    in = NATIVE.cast(in);
    dy = NATIVE.cast(dy);
    dx = NATIVE.cast(dx);
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x = FloatVector.fromMemorySegment(F, in, ino + at, ORDER, m);
      FloatVector g = FloatVector.fromMemorySegment(F, dy, dyo + at, ORDER, m);
      FloatVector a = x.abs();
      a = a.blend(GELU_MAX, a.compare(GT, GELU_MAX));
      FloatVector minus = a.neg();
      FloatVector h = a.mul(HALF_LOG2_E);
      FloatVector rest = minus.fma(FloatVector.broadcast(F, HALF_LOG2_E), h);
      rest = minus.fma(FloatVector.broadcast(F, HALF_LOG2_E_LOW), rest);
      FloatVector t = h.fma(minus, FloatVector.broadcast(F, MAGIC));
      FloatVector f = h.fma(minus, FloatVector.broadcast(F, MAGIC).sub(t));
      f = rest.fma(a, f);
      FloatVector p = f.fma(POW_6, POW_5);
      p = p.lanewise(FMA, f, POW_4);
      p = p.lanewise(FMA, f, POW_3);
      p = p.lanewise(FMA, f, POW_2);
      p = p.lanewise(FMA, f, POW_1);
      p = p.lanewise(FMA, f, 1f);
      FloatVector num = a.fma(NUM_4, NUM_3);
      FloatVector den = a.fma(DEN_5, DEN_4);
      num = num.lanewise(FMA, a, NUM_2);
      den = den.lanewise(FMA, a, DEN_3);
      num = num.lanewise(FMA, a, NUM_1);
      den = den.lanewise(FMA, a, DEN_2);
      num = num.lanewise(FMA, a, NUM_0);
      den = den.lanewise(FMA, a, DEN_1);
      den = den.lanewise(FMA, a, 1f);
      FloatVector s =
          t.reinterpretAsInts().lanewise(LSHL, 23).add(LIFTED_BITS).reinterpretAsFloats();
      FloatVector tail =
          a.fma(FloatVector.broadcast(F, -DENSITY), num.div(den)).mul(p).mul(s).mul(LOWER);
      FloatVector slope = tail.blend(FloatVector.broadcast(F, 1f).sub(tail), x.compare(GT, 0f));
      slope.mul(g).intoMemorySegment(dx, dxo + at, ORDER, m);
    }
  }

  /** Whether no magnitude among whole vectors exceeds a limit; that of NaN does. */
  private static boolean within(float limit, MemorySegment x, long xo, int n) {
    x = NATIVE.cast(x);
    IntVector greatest = IntVector.zero(I);
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      greatest = IntVector.fromMemorySegment(I, x, xo + at, ORDER).and(~SIGN_BIT).max(greatest);
    }
    return greatest.compare(LE, Float.floatToRawIntBits(limit)).allTrue();
  }
}
