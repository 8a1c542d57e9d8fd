package dev.lanewise.kernel;

import static dev.lanewise.kernel.Reduction.SWAP_1;
import static dev.lanewise.kernel.Reduction.SWAP_2;
import static dev.lanewise.kernel.Reduction.SWAP_4;
import static dev.lanewise.kernel.Reduction.SWAP_8;
import static dev.lanewise.kernel.Simd.CHUNK;
import static dev.lanewise.kernel.Simd.F;
import static dev.lanewise.kernel.Simd.I;
import static dev.lanewise.kernel.Simd.LANES;
import static dev.lanewise.kernel.Simd.NATIVE;
import static dev.lanewise.kernel.Simd.ORDER;
import static dev.lanewise.kernel.VectorMath.BIAS;
import static dev.lanewise.kernel.VectorMath.EXP_1;
import static dev.lanewise.kernel.VectorMath.EXP_2;
import static dev.lanewise.kernel.VectorMath.EXP_3;
import static dev.lanewise.kernel.VectorMath.EXP_4;
import static dev.lanewise.kernel.VectorMath.EXP_5;
import static dev.lanewise.kernel.VectorMath.EXP_6;
import static dev.lanewise.kernel.VectorMath.EXP_MAX;
import static dev.lanewise.kernel.VectorMath.EXP_MIN;
import static dev.lanewise.kernel.VectorMath.E_2;
import static dev.lanewise.kernel.VectorMath.E_3;
import static dev.lanewise.kernel.VectorMath.E_4;
import static dev.lanewise.kernel.VectorMath.E_5;
import static dev.lanewise.kernel.VectorMath.E_6;
import static dev.lanewise.kernel.VectorMath.LIFTED_BITS;
import static dev.lanewise.kernel.VectorMath.LN2_HIGH;
import static dev.lanewise.kernel.VectorMath.LN2_LOW;
import static dev.lanewise.kernel.VectorMath.LOG2_E;
import static dev.lanewise.kernel.VectorMath.LOWER;
import static dev.lanewise.kernel.VectorMath.MAGIC;
import static dev.lanewise.kernel.VectorMath.MAGIC_BITS;
import static dev.lanewise.kernel.VectorMath.NOTHING;
import static dev.lanewise.kernel.VectorMath.ONE_BITS;
import static dev.lanewise.kernel.VectorMath.ORDINARY;
import static jdk.incubator.vector.VectorOperators.AND_NOT;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * The softmax of rows, its logarithm, the cross-entropy against labels, and their gradients.
 *
 * <p>Each row's greatest element is taken off before the exponential, so that none overflows, and
 * each row is summed in an order that depends on its length alone.
 */
public final class SoftmaxRows {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** The elements whose exponentials are summed in single precision. */
  private static final int BLOCK = 1024;

  /** The bytes of a vector. */
  private static final long STEP = 4L * LANES;

  private SoftmaxRows() {}

  /** The softmax of each row, {@code dst = exp(src - max) / sum(exp(src - max))}. */
  public static void softmax(
      MemorySegment src, long so, MemorySegment dst, long d, long rows, long cols) {
    softmax(src, so, dst, d, rows, cols, false);
  }

  /** The softmax of each row, where a row of minus infinities alone gives zeros if it is to. */
  public static void softmax(
      MemorySegment src, long so, MemorySegment dst, long d, long rows, long cols, boolean zeros) {
    Simd.check(src, so, rows, cols);
    Simd.check(dst, d, rows, cols);
    for (long r = 0; r < rows; r++) {
      long s = (so + r * cols) << 2;
      long to = (d + r * cols) << 2;
      float max = greatestOf(src, s, cols);
      if (zeros && max == Float.NEGATIVE_INFINITY && !holdsNaN(src, s, cols)) {
        Elementwise.fill(dst, to >> 2, 0, cols);
        continue;
      }
      double sum = 0;
      for (long i = 0; i < cols; i += BLOCK) {
        int count = (int) Math.min(BLOCK, cols - i);
        sum += expOf(src, s + (i << 2), max, dst, to + (i << 2), count);
      }
      float scale = (float) (1 / sum);
      for (long i = 0; i < cols; i += CHUNK) {
        Elementwise.mulScalarLoop(
            dst, to + (i << 2), scale, dst, to + (i << 2), (int) Math.min(CHUNK, cols - i));
      }
    }
  }

  private static boolean holdsNaN(MemorySegment x, long xo, long n) {
    x = NATIVE.cast(x);
    for (long i = 0; i < n; i++) {
      if (Float.isNaN(x.get(FLOAT, xo + (i << 2)))) {
        return true;
      }
    }
    return false;
  }

  /** The greatest element but for NaN. */
  private static float greatestOf(MemorySegment x, long xo, long n) {
    float max = Float.NEGATIVE_INFINITY;
    for (long i = 0; i < n; i += CHUNK) {
      max = Math.max(max, greatest(x, xo + (i << 2), (int) Math.min(CHUNK, n - i)));
    }
    return max;
  }

  private static float greatest(MemorySegment x, long xo, int n) {
    x = NATIVE.cast(x);
    FloatVector g0 = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    FloatVector g1 = g0;
    FloatVector g2 = g0;
    FloatVector g3 = g0;
    int i = 0;
    for (; i <= n - 4 * LANES; i += 4 * LANES) {
      long at = xo + ((long) i << 2);
      FloatVector x0 = FloatVector.fromMemorySegment(F, x, at, ORDER);
      g0 = x0.blend(g0, x0.compare(GT, g0).not());
      FloatVector x1 = FloatVector.fromMemorySegment(F, x, at + STEP, ORDER);
      g1 = x1.blend(g1, x1.compare(GT, g1).not());
      FloatVector x2 = FloatVector.fromMemorySegment(F, x, at + 2 * STEP, ORDER);
      g2 = x2.blend(g2, x2.compare(GT, g2).not());
      FloatVector x3 = FloatVector.fromMemorySegment(F, x, at + 3 * STEP, ORDER);
      g3 = x3.blend(g3, x3.compare(GT, g3).not());
    }
    for (; i < n; i += LANES) {
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x0 = FloatVector.fromMemorySegment(F, x, xo + ((long) i << 2), ORDER, m);
      g0 = x0.blend(g0, x0.compare(GT, g0).and(m).not());
    }
    return g0.lanewise(MAX, g1).lanewise(MAX, g2.lanewise(MAX, g3)).reduceLanes(MAX);
  }

  /** {@code dst = exp(src - shift)}, none of which is above one; returns the sum. */
  private static float expOf(
      MemorySegment src, long so, float shift, MemorySegment dst, long d, int n) {
    int whole = n & -LANES;
    int quick = isOrdinary(src, so, shift - ORDINARY, shift - NOTHING, whole) ? whole : 0;
    float sum = expQuick(src, so, shift, dst, d, quick);
    if (quick < n) {
      long at = (long) quick << 2;
      sum += expCareful(src, so + at, shift, dst, d + at, n - quick);
    }
    return sum;
  }

  /**
   * Whether no element of whole vectors has an exponential between 0 and the normal numbers: none
   * lies from {@code least} to {@code ordinary}. NaN may pass.
   */
  private static boolean isOrdinary(MemorySegment x, long xo, float ordinary, float least, int n) {
    x = NATIVE.cast(x);
    IntVector signs = IntVector.zero(I);
    for (int i = 0; i < n; i += LANES) {
      FloatVector v = FloatVector.fromMemorySegment(F, x, xo + ((long) i << 2), ORDER);
      IntVector below = v.sub(ordinary).reinterpretAsInts();
      IntVector above = v.sub(least).reinterpretAsInts();
      signs = below.lanewise(AND_NOT, above).or(signs);
    }
    return signs.compare(GE, 0).allTrue();
  }

  /** Whole vectors whose exponentials are normal numbers, or 0, or NaN. */
  private static float expQuick(
      MemorySegment src, long so, float shift, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    FloatVector sum = FloatVector.zero(F);
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector a = FloatVector.fromMemorySegment(F, src, so + at, ORDER).sub(shift);
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
      p = p.mul(s).blend(0f, a.compare(LT, -ORDINARY));
      p.intoMemorySegment(dst, d + at, ORDER);
      sum = p.add(sum);
    }
    if (LANES > 8) {
      sum = sum.add(sum.rearrange(SWAP_8));
    }
    if (LANES > 4) {
      sum = sum.add(sum.rearrange(SWAP_4));
    }
    sum = sum.add(sum.rearrange(SWAP_2));
    sum = sum.add(sum.rearrange(SWAP_1));
    return sum.lane(0);
  }

  private static float expCareful(
      MemorySegment src, long so, float shift, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    FloatVector sum = FloatVector.zero(F);
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector a = FloatVector.fromMemorySegment(F, src, so + at, ORDER, m).sub(shift);
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
      FloatVector s =
          t.reinterpretAsInts().lanewise(LSHL, 23).add(LIFTED_BITS).reinterpretAsFloats();
      p = p.mul(s).mul(LOWER);
      p.intoMemorySegment(dst, d + at, ORDER, m);
      sum = FloatVector.zero(F).blend(p, m).add(sum);
    }
    if (LANES > 8) {
      sum = sum.add(sum.rearrange(SWAP_8));
    }
    if (LANES > 4) {
      sum = sum.add(sum.rearrange(SWAP_4));
    }
    sum = sum.add(sum.rearrange(SWAP_2));
    sum = sum.add(sum.rearrange(SWAP_1));
    return sum.lane(0);
  }

  /** The logarithm of the softmax of each row, {@code dst = src - logsumexp(src)}. */
  public static void logSoftmax(
      MemorySegment src, long so, MemorySegment dst, long d, long rows, long cols) {
    Simd.check(src, so, rows, cols);
    Simd.check(dst, d, rows, cols);
    for (long r = 0; r < rows; r++) {
      long s = (so + r * cols) << 2;
      long to = (d + r * cols) << 2;
      float max = greatestOf(src, s, cols);
      float log = (float) Math.log(expSumOf(src, s, max, cols));
      for (long i = 0; i < cols; i += CHUNK) {
        subTwiceLoop(
            src, s + (i << 2), max, log, dst, to + (i << 2), (int) Math.min(CHUNK, cols - i));
      }
    }
  }

  /** {@code dst = src - first - second}: the small difference is made first, and loses nothing. */
  private static void subTwiceLoop(
      MemorySegment src, long so, float first, float second, MemorySegment dst, long d, int n) {
    src = NATIVE.cast(src);
    dst = NATIVE.cast(dst);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector.fromMemorySegment(F, src, so + at, ORDER)
          .sub(first)
          .sub(second)
          .intoMemorySegment(dst, d + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector.fromMemorySegment(F, src, so + at, ORDER, m)
          .sub(first)
          .sub(second)
          .intoMemorySegment(dst, d + at, ORDER, m);
    }
  }

  /**
   * The sum of {@code exp(x - shift)}, one of which is one: blocks in single precision, their sums
   * in double. Terms too small to count are taken for the least that is a normal number.
   */
  private static double expSumOf(MemorySegment x, long base, float shift, long n) {
    double sum = 0;
    long whole = n & -LANES;
    for (long i = 0; i < whole; i += BLOCK) {
      sum += expSumLoop(x, base + (i << 2), shift, (int) Math.min(BLOCK, whole - i));
    }
    if (whole < n) {
      sum += expSumTail(x, base + (whole << 2), shift, (int) (n - whole));
    }
    return sum;
  }

  private static float expSumLoop(MemorySegment x, long base, float shift, int n) {
    x = NATIVE.cast(x);
    FloatVector sum = FloatVector.zero(F);
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector a = FloatVector.fromMemorySegment(F, x, base + at, ORDER).sub(shift);
      a = a.blend(-ORDINARY, a.compare(LT, -ORDINARY));
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
      sum = p.fma(s, sum);
    }
    if (LANES > 8) {
      sum = sum.add(sum.rearrange(SWAP_8));
    }
    if (LANES > 4) {
      sum = sum.add(sum.rearrange(SWAP_4));
    }
    sum = sum.add(sum.rearrange(SWAP_2));
    sum = sum.add(sum.rearrange(SWAP_1));
    return sum.lane(0);
  }

  private static float expSumTail(MemorySegment x, long base, float shift, int n) {
    x = NATIVE.cast(x);
    VectorMask<Float> m = F.indexInRange(0, n);
    FloatVector a = FloatVector.fromMemorySegment(F, x, base, ORDER, m).sub(shift);
    a = a.blend(-ORDINARY, a.compare(LT, -ORDINARY));
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
    FloatVector sum = FloatVector.zero(F).add(p.mul(s), m);
    if (LANES > 8) {
      sum = sum.add(sum.rearrange(SWAP_8));
    }
    if (LANES > 4) {
      sum = sum.add(sum.rearrange(SWAP_4));
    }
    sum = sum.add(sum.rearrange(SWAP_2));
    sum = sum.add(sum.rearrange(SWAP_1));
    return sum.lane(0);
  }

  /**
   * {@code dx = y * (dy - sum(y * dy))} in each row: the gradient of {@link #softmax} from its
   * output {@code y}.
   */
  public static void softmaxGrad(
      MemorySegment y,
      long yo,
      MemorySegment dy,
      long dyo,
      MemorySegment dx,
      long dxo,
      long rows,
      long cols) {
    Simd.check(y, yo, rows, cols);
    Simd.check(dy, dyo, rows, cols);
    Simd.check(dx, dxo, rows, cols);
    for (long r = 0; r < rows; r++) {
      long at = (r * cols) << 2;
      long v = (yo << 2) + at;
      long g = (dyo << 2) + at;
      long to = (dxo << 2) + at;
      float dot = Reduction.dotOf(y, v, dy, g, cols);
      for (long i = 0; i < cols; i += CHUNK) {
        softmaxGradLoop(
            y,
            v + (i << 2),
            dy,
            g + (i << 2),
            dot,
            dx,
            to + (i << 2),
            (int) Math.min(CHUNK, cols - i));
      }
    }
  }

  private static void softmaxGradLoop(
      MemorySegment y,
      long yo,
      MemorySegment dy,
      long dyo,
      float dot,
      MemorySegment dx,
      long dxo,
      int n) {
    y = NATIVE.cast(y);
    dy = NATIVE.cast(dy);
    dx = NATIVE.cast(dx);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector v = FloatVector.fromMemorySegment(F, y, yo + at, ORDER);
      FloatVector g = FloatVector.fromMemorySegment(F, dy, dyo + at, ORDER);
      g.sub(dot).mul(v).intoMemorySegment(dx, dxo + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector v = FloatVector.fromMemorySegment(F, y, yo + at, ORDER, m);
      FloatVector g = FloatVector.fromMemorySegment(F, dy, dyo + at, ORDER, m);
      g.sub(dot).mul(v).intoMemorySegment(dx, dxo + at, ORDER, m);
    }
  }

  /**
   * {@code dx = dy - exp(y) * sum(dy)} in each row: the gradient of {@link #logSoftmax} from its
   * output {@code y}.
   */
  public static void logSoftmaxGrad(
      MemorySegment y,
      long yo,
      MemorySegment dy,
      long dyo,
      MemorySegment dx,
      long dxo,
      long rows,
      long cols) {
    Simd.check(y, yo, rows, cols);
    Simd.check(dy, dyo, rows, cols);
    Simd.check(dx, dxo, rows, cols);
    for (long r = 0; r < rows; r++) {
      long at = (r * cols) << 2;
      long v = (yo << 2) + at;
      long g = (dyo << 2) + at;
      long to = (dxo << 2) + at;
      float sum = Reduction.sumOf(dy, g, cols);
      for (long i = 0; i < cols; i += CHUNK) {
        logSoftmaxGradOf(
            y,
            v + (i << 2),
            dy,
            g + (i << 2),
            sum,
            dx,
            to + (i << 2),
            (int) Math.min(CHUNK, cols - i));
      }
    }
  }

  private static void logSoftmaxGradOf(
      MemorySegment y,
      long yo,
      MemorySegment dy,
      long dyo,
      float sum,
      MemorySegment dx,
      long dxo,
      int n) {
    int whole = n & -LANES;
    logSoftmaxGradLoop(y, yo, dy, dyo, sum, dx, dxo, whole);
    if (whole < n) {
      long at = (long) whole << 2;
      logSoftmaxGradTail(y, yo + at, dy, dyo + at, sum, dx, dxo + at, n - whole);
    }
  }

  private static void logSoftmaxGradLoop(
      MemorySegment y,
      long yo,
      MemorySegment dy,
      long dyo,
      float sum,
      MemorySegment dx,
      long dxo,
      int n) {
    y = NATIVE.cast(y);
    dy = NATIVE.cast(dy);
    dx = NATIVE.cast(dx);
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector a = FloatVector.fromMemorySegment(F, y, yo + at, ORDER);
      FloatVector g = FloatVector.fromMemorySegment(F, dy, dyo + at, ORDER);
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
      p.mul(s1)
          .mul(s2)
          .fma(FloatVector.broadcast(F, -sum), g)
          .intoMemorySegment(dx, dxo + at, ORDER);
    }
  }

  private static void logSoftmaxGradTail(
      MemorySegment y,
      long yo,
      MemorySegment dy,
      long dyo,
      float sum,
      MemorySegment dx,
      long dxo,
      int n) {
    y = NATIVE.cast(y);
    dy = NATIVE.cast(dy);
    dx = NATIVE.cast(dx);
    VectorMask<Float> m = F.indexInRange(0, n);

    FloatVector a = FloatVector.fromMemorySegment(F, y, yo, ORDER, m);
    FloatVector g = FloatVector.fromMemorySegment(F, dy, dyo, ORDER, m);
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
    p.mul(s1).mul(s2).fma(FloatVector.broadcast(F, -sum), g).intoMemorySegment(dx, dxo, ORDER, m);
  }

  /**
   * The cross-entropy of each row of logits with its class, {@code losses[r] = logsumexp(logits[r])
   * - logits[r][labels[r]]}.
   *
   * @param labels one int for each row: the index of its class
   */
  public static void crossEntropyRows(
      MemorySegment logits,
      long lo,
      MemorySegment labels,
      long labelsOffset,
      MemorySegment losses,
      long lossesOffset,
      long rows,
      long cols) {
    Simd.check(logits, lo, rows, cols);
    Simd.check(labels, labelsOffset, rows);
    Simd.check(losses, lossesOffset, rows);
    for (long r = 0; r < rows; r++) {
      long row = (lo + r * cols) << 2;
      int label = label(labels, labelsOffset, r, cols);
      float max = greatestOf(logits, row, cols);
      double log = Math.log(expSumOf(logits, row, max, cols));
      float own = logits.get(FLOAT, row + ((long) label << 2));
      losses.set(FLOAT, (lossesOffset + r) << 2, (float) (log + ((double) max - own)));
    }
  }

  /**
   * {@code dx[r][c] = scale * (softmax(logits[r])[c] - (c == labels[r] ? 1 : 0))}: the gradient of
   * the sum of {@link #crossEntropyRows}, times {@code scale}.
   *
   * @param labels one int for each row: the index of its class
   */
  public static void crossEntropyRowsGrad(
      MemorySegment logits,
      long lo,
      MemorySegment labels,
      long labelsOffset,
      MemorySegment dx,
      long dxo,
      long rows,
      long cols,
      float scale) {
    Simd.check(labels, labelsOffset, rows);
    for (long r = 0; r < rows; r++) {
      label(labels, labelsOffset, r, cols);
    }
    softmax(logits, lo, dx, dxo, rows, cols);
    for (long r = 0; r < rows; r++) {
      long own = (dxo + r * cols + label(labels, labelsOffset, r, cols)) << 2;
      dx.set(FLOAT, own, dx.get(FLOAT, own) - 1);
      Elementwise.scale(dx, dxo + r * cols, scale, cols);
    }
  }

  private static int label(MemorySegment labels, long offset, long row, long classes) {
    int label = labels.get(ValueLayout.JAVA_INT_UNALIGNED, (offset + row) << 2);
    if (label < 0 || label >= classes) {
      throw new IndexOutOfBoundsException(
          "label " + label + " of row " + row + " is not one of " + classes + " classes");
    }
    return label;
  }
}
