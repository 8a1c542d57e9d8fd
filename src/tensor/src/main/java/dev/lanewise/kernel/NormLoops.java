package dev.lanewise.kernel;

import static dev.lanewise.kernel.Reduction.SWAP_1;
import static dev.lanewise.kernel.Reduction.SWAP_2;
import static dev.lanewise.kernel.Reduction.SWAP_4;
import static dev.lanewise.kernel.Reduction.SWAP_8;
import static dev.lanewise.kernel.Simd.F;
import static dev.lanewise.kernel.Simd.LANES;
import static dev.lanewise.kernel.Simd.NATIVE;
import static dev.lanewise.kernel.Simd.ORDER;
import static jdk.incubator.vector.VectorOperators.ADD;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The loops of {@link NormRows} over one row, {@code z = (x - center) * scale + shift}. Offsets are
 * in bytes and within bounds.
 */
final class NormLoops {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** The elements that are summed in single precision. */
  static final int BLOCK = 4096;

  /** The bytes of a vector. */
  private static final long STEP = 4L * LANES;

  private NormLoops() {}

  /** Writes center, scale and shift of a row. */
  static void statistics(
      MemorySegment x, long xo, int n, double eps, boolean centered, MemorySegment dst) {
    float center = 0;
    double mean = 0;
    double variance;
    if (centered) {
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < n; i += BLOCK) {
        long both = moments(x, xo + 4L * i, 0, Math.min(BLOCK, n - i));
        sum += high(both);
        squares += low(both);
      }
      mean = sum / n;
      variance = squares / n - mean * mean;
      if (!(mean * mean <= variance && variance < Float.MAX_VALUE)) {
        center = (float) mean;
        sum = 0;
        squares = 0;
        for (int i = 0; i < n; i += BLOCK) {
          long both = moments(x, xo + 4L * i, center, Math.min(BLOCK, n - i));
          sum += high(both);
          squares += low(both);
        }
        mean = sum / n;
        variance = Math.max(0, squares / n - mean * mean);
      }
    } else {
      variance = (double) Reduction.sumOfSquaresOf(x, xo, n) / n;
    }
    double scale = 1 / Math.sqrt(variance + eps);
    dst.set(FLOAT, 0, center);
    dst.set(FLOAT, 4, (float) scale);
    dst.set(FLOAT, 8, (float) (-mean * scale));
  }

  /** Two floats as one number, since a method returns only one. */
  private static long both(float high, float low) {
    return (long) Float.floatToRawIntBits(high) << 32
        | (Float.floatToRawIntBits(low) & 0xffffffffL);
  }

  static float high(long both) {
    return Float.intBitsToFloat((int) (both >>> 32));
  }

  static float low(long both) {
    return Float.intBitsToFloat((int) both);
  }

  /** The sum of {@code x - center} and of its square. */
  private static long moments(MemorySegment x, long xo, float center, int n) {
    int fours = n - n % (4 * LANES);
    if (fours == 0) {
      return momentsOfRest(x, xo, center, n);
    }
    long both = momentsOfFours(x, xo, center, fours);
    if (fours == n) {
      return both;
    }
    long rest = momentsOfRest(x, xo + 4L * fours, center, n - fours);
    return both(high(both) + high(rest), low(both) + low(rest));
  }

  /** The moments of four vectors at a time; with the rest in one method C2 gives up inlining. */
  private static long momentsOfFours(MemorySegment x, long xo, float center, int n) {
    x = NATIVE.cast(x);
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    FloatVector s2 = FloatVector.zero(F);
    FloatVector s3 = FloatVector.zero(F);
    FloatVector q0 = FloatVector.zero(F);
    FloatVector q1 = FloatVector.zero(F);
    FloatVector q2 = FloatVector.zero(F);
    FloatVector q3 = FloatVector.zero(F);
    for (int i = 0; i < n; i += 4 * LANES) {
      long at = xo + ((long) i << 2);
      FloatVector x0 = FloatVector.fromMemorySegment(F, x, at, ORDER).sub(center);
      FloatVector x1 = FloatVector.fromMemorySegment(F, x, at + STEP, ORDER).sub(center);
      FloatVector x2 = FloatVector.fromMemorySegment(F, x, at + 2 * STEP, ORDER).sub(center);
      FloatVector x3 = FloatVector.fromMemorySegment(F, x, at + 3 * STEP, ORDER).sub(center);
      s0 = x0.add(s0);
      s1 = x1.add(s1);
      s2 = x2.add(s2);
      s3 = x3.add(s3);
      q0 = x0.fma(x0, q0);
      q1 = x1.fma(x1, q1);
      q2 = x2.fma(x2, q2);
      q3 = x3.fma(x3, q3);
    }
    FloatVector sum = s0.lanewise(ADD, s1).lanewise(ADD, s2.lanewise(ADD, s3));
    FloatVector squares = q0.lanewise(ADD, q1).lanewise(ADD, q2.lanewise(ADD, q3));
    if (LANES > 8) {
      sum = sum.add(sum.rearrange(SWAP_8));
      squares = squares.add(squares.rearrange(SWAP_8));
    }
    if (LANES > 4) {
      sum = sum.add(sum.rearrange(SWAP_4));
      squares = squares.add(squares.rearrange(SWAP_4));
    }
    sum = sum.add(sum.rearrange(SWAP_2));
    squares = squares.add(squares.rearrange(SWAP_2));
    sum = sum.add(sum.rearrange(SWAP_1));
    squares = squares.add(squares.rearrange(SWAP_1));
    return both(sum.lane(0), squares.lane(0));
  }

  private static long momentsOfRest(MemorySegment x, long xo, float center, int n) {
    x = NATIVE.cast(x);
    FloatVector sum = FloatVector.zero(F);
    FloatVector squares = FloatVector.zero(F);
    for (int i = 0; i < n; i += LANES) {
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x0 =
          FloatVector.fromMemorySegment(F, x, xo + ((long) i << 2), ORDER, m).sub(center);
      x0 = FloatVector.zero(F).blend(x0, m);
      sum = x0.add(sum);
      squares = x0.fma(x0, squares);
    }
    if (LANES > 8) {
      sum = sum.add(sum.rearrange(SWAP_8));
      squares = squares.add(squares.rearrange(SWAP_8));
    }
    if (LANES > 4) {
      sum = sum.add(sum.rearrange(SWAP_4));
      squares = squares.add(squares.rearrange(SWAP_4));
    }
    sum = sum.add(sum.rearrange(SWAP_2));
    squares = squares.add(squares.rearrange(SWAP_2));
    sum = sum.add(sum.rearrange(SWAP_1));
    squares = squares.add(squares.rearrange(SWAP_1));
    return both(sum.lane(0), squares.lane(0));
  }

  /** The sum of {@code g} and of {@code g * (x - center)}. */
  static long sumAndProduct(
      MemorySegment g, long go, MemorySegment x, long xo, float center, int n) {
    g = NATIVE.cast(g);
    x = NATIVE.cast(x);
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    FloatVector q0 = FloatVector.zero(F);
    FloatVector q1 = FloatVector.zero(F);
    int i = 0;
    for (; i <= n - 2 * LANES; i += 2 * LANES) {
      long at = (long) i << 2;
      FloatVector g0 = FloatVector.fromMemorySegment(F, g, go + at, ORDER);
      FloatVector g1 = FloatVector.fromMemorySegment(F, g, go + at + STEP, ORDER);
      s0 = g0.add(s0);
      s1 = g1.add(s1);
      q0 = FloatVector.fromMemorySegment(F, x, xo + at, ORDER).sub(center).fma(g0, q0);
      q1 = FloatVector.fromMemorySegment(F, x, xo + at + STEP, ORDER).sub(center).fma(g1, q1);
    }
    for (; i < n; i += LANES) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector g0 = FloatVector.fromMemorySegment(F, g, go + at, ORDER, m);
      FloatVector x0 = FloatVector.fromMemorySegment(F, x, xo + at, ORDER, m);
      s0 = g0.add(s0);
      q0 = x0.sub(center).fma(g0, q0);
    }
    FloatVector sum = s0.lanewise(ADD, s1);
    FloatVector product = q0.lanewise(ADD, q1);
    if (LANES > 8) {
      sum = sum.add(sum.rearrange(SWAP_8));
      product = product.add(product.rearrange(SWAP_8));
    }
    if (LANES > 4) {
      sum = sum.add(sum.rearrange(SWAP_4));
      product = product.add(product.rearrange(SWAP_4));
    }
    sum = sum.add(sum.rearrange(SWAP_2));
    product = product.add(product.rearrange(SWAP_2));
    sum = sum.add(sum.rearrange(SWAP_1));
    product = product.add(product.rearrange(SWAP_1));
    return both(sum.lane(0), product.lane(0));
  }

  /** {@code y = z}. */
  static void normalize(
      MemorySegment x, long xo, MemorySegment statistics, MemorySegment y, long yo, int n) {
    x = NATIVE.cast(x);
    y = NATIVE.cast(y);
    statistics = NATIVE.cast(statistics);
    float center = statistics.get(FLOAT, 0);
    FloatVector scale = FloatVector.broadcast(F, statistics.get(FLOAT, 4));
    FloatVector shift = FloatVector.broadcast(F, statistics.get(FLOAT, 8));
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector.fromMemorySegment(F, x, xo + at, ORDER)
          .sub(center)
          .fma(scale, shift)
          .intoMemorySegment(y, yo + at, ORDER);
    }
    for (; i < n; i++) {
      long at = (long) i << 2;
      float z =
          Math.fma(
              x.get(FLOAT, xo + at) - center, statistics.get(FLOAT, 4), statistics.get(FLOAT, 8));
      y.set(FLOAT, yo + at, z);
    }
  }

  /** {@code y = z * w}. */
  static void normalizeScaled(
      MemorySegment x,
      long xo,
      MemorySegment statistics,
      MemorySegment w,
      long wo,
      MemorySegment y,
      long yo,
      int n) {
    x = NATIVE.cast(x);
    w = NATIVE.cast(w);
    y = NATIVE.cast(y);
    statistics = NATIVE.cast(statistics);
    float center = statistics.get(FLOAT, 0);
    FloatVector scale = FloatVector.broadcast(F, statistics.get(FLOAT, 4));
    FloatVector shift = FloatVector.broadcast(F, statistics.get(FLOAT, 8));
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector.fromMemorySegment(F, x, xo + at, ORDER)
          .sub(center)
          .fma(scale, shift)
          .mul(FloatVector.fromMemorySegment(F, w, wo + at, ORDER))
          .intoMemorySegment(y, yo + at, ORDER);
    }
    for (; i < n; i++) {
      long at = (long) i << 2;
      float z =
          Math.fma(
              x.get(FLOAT, xo + at) - center, statistics.get(FLOAT, 4), statistics.get(FLOAT, 8));
      y.set(FLOAT, yo + at, z * w.get(FLOAT, wo + at));
    }
  }

  /** {@code y = z * w + b}. */
  static void normalizeAffine(
      MemorySegment x,
      long xo,
      MemorySegment statistics,
      MemorySegment w,
      long wo,
      MemorySegment b,
      long bo,
      MemorySegment y,
      long yo,
      int n) {
    x = NATIVE.cast(x);
    w = NATIVE.cast(w);
    b = NATIVE.cast(b);
    y = NATIVE.cast(y);
    statistics = NATIVE.cast(statistics);
    float center = statistics.get(FLOAT, 0);
    FloatVector scale = FloatVector.broadcast(F, statistics.get(FLOAT, 4));
    FloatVector shift = FloatVector.broadcast(F, statistics.get(FLOAT, 8));
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector.fromMemorySegment(F, x, xo + at, ORDER)
          .sub(center)
          .fma(scale, shift)
          .fma(
              FloatVector.fromMemorySegment(F, w, wo + at, ORDER),
              FloatVector.fromMemorySegment(F, b, bo + at, ORDER))
          .intoMemorySegment(y, yo + at, ORDER);
    }
    for (; i < n; i++) {
      long at = (long) i << 2;
      float z =
          Math.fma(
              x.get(FLOAT, xo + at) - center, statistics.get(FLOAT, 4), statistics.get(FLOAT, 8));
      y.set(FLOAT, yo + at, Math.fma(z, w.get(FLOAT, wo + at), b.get(FLOAT, bo + at)));
    }
  }

  /** {@code dw += dy * z}. */
  static void addWeightGrad(
      MemorySegment x,
      long xo,
      MemorySegment statistics,
      MemorySegment dy,
      long dyo,
      MemorySegment dw,
      long dwo,
      int n) {
    x = NATIVE.cast(x);
    dy = NATIVE.cast(dy);
    dw = NATIVE.cast(dw);
    statistics = NATIVE.cast(statistics);
    float center = statistics.get(FLOAT, 0);
    FloatVector scale = FloatVector.broadcast(F, statistics.get(FLOAT, 4));
    FloatVector shift = FloatVector.broadcast(F, statistics.get(FLOAT, 8));
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector.fromMemorySegment(F, x, xo + at, ORDER)
          .sub(center)
          .fma(scale, shift)
          .fma(
              FloatVector.fromMemorySegment(F, dy, dyo + at, ORDER),
              FloatVector.fromMemorySegment(F, dw, dwo + at, ORDER))
          .intoMemorySegment(dw, dwo + at, ORDER);
    }
    float factor = statistics.get(FLOAT, 4);
    float summand = statistics.get(FLOAT, 8);
    for (; i < n; i++) {
      long at = (long) i << 2;
      float z = Math.fma(x.get(FLOAT, xo + at) - center, factor, summand);
      dw.set(FLOAT, dwo + at, Math.fma(z, dy.get(FLOAT, dyo + at), dw.get(FLOAT, dwo + at)));
    }
  }

  /** {@code dst = scale * g + slope * (x - center) + offset}. */
  static void combine(
      MemorySegment g,
      long go,
      float scale,
      MemorySegment x,
      long xo,
      float center,
      float slope,
      float offset,
      MemorySegment dst,
      long d,
      int n) {
    g = NATIVE.cast(g);
    x = NATIVE.cast(x);
    dst = NATIVE.cast(dst);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector z =
          FloatVector.fromMemorySegment(F, x, xo + at, ORDER).sub(center).fma(slope, offset);
      FloatVector.fromMemorySegment(F, g, go + at, ORDER)
          .fma(FloatVector.broadcast(F, scale), z)
          .intoMemorySegment(dst, d + at, ORDER);
    }
    for (; i < n; i++) {
      long at = (long) i << 2;
      float z = Math.fma(x.get(FLOAT, xo + at) - center, slope, offset);
      dst.set(FLOAT, d + at, Math.fma(g.get(FLOAT, go + at), scale, z));
    }
  }
}
