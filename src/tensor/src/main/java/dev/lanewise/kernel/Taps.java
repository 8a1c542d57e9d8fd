package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.F;
import static dev.lanewise.kernel.Simd.LANES;
import static dev.lanewise.kernel.Simd.NATIVE;
import static dev.lanewise.kernel.Simd.ORDER;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.NE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * What a window's taps come to at each of its positions: {@code dst[i]} is gathered from {@code x[i
 * + distance[t]]} over the taps t, in their order. Positions are taken {@link #SPAN} at a time, so
 * operands and result have room for whole spans. Offsets and distances are in bytes.
 */
final class Taps {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** The positions that are computed together. */
  static final int SPAN = 8 * Simd.LANES;

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  /** The bytes of a vector. */
  private static final long V = 4L * LANES;

  private Taps() {}

  /** Returns {@code n} rounded up to whole spans. */
  static long room(long n) {
    return (n + SPAN - 1) / SPAN * SPAN;
  }

  /** {@code dst[i] = start + sum of w[t] * x[i + distance[t]]}. */
  static void sums(
      MemorySegment x,
      long xo,
      MemorySegment distances,
      long first,
      int taps,
      MemorySegment w,
      long wo,
      float start,
      MemorySegment dst,
      long d,
      int n) {
    for (int i = 0; i < n; i += SPAN) {
      spanOfSums(x, xo + 4L * i, distances, first, taps, w, wo, start, dst, d + 4L * i);
    }
  }

  private static void spanOfSums(
      MemorySegment x,
      long xo,
      MemorySegment distances,
      long first,
      int taps,
      MemorySegment w,
      long wo,
      float start,
      MemorySegment dst,
      long d) {
    x = NATIVE.cast(x);
    distances = NATIVE.cast(distances);
    w = NATIVE.cast(w);
    dst = NATIVE.cast(dst);
    FloatVector s0 = FloatVector.broadcast(F, start);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    for (int t = 0; t < taps; t++) {
      long at = xo + distances.get(LONG, first + 8L * t);
      FloatVector v = FloatVector.broadcast(F, w.get(FLOAT, wo + 4L * t));
      s0 = FloatVector.fromMemorySegment(F, x, at, ORDER).fma(v, s0);
      s1 = FloatVector.fromMemorySegment(F, x, at + V, ORDER).fma(v, s1);
      s2 = FloatVector.fromMemorySegment(F, x, at + 2 * V, ORDER).fma(v, s2);
      s3 = FloatVector.fromMemorySegment(F, x, at + 3 * V, ORDER).fma(v, s3);
      s4 = FloatVector.fromMemorySegment(F, x, at + 4 * V, ORDER).fma(v, s4);
      s5 = FloatVector.fromMemorySegment(F, x, at + 5 * V, ORDER).fma(v, s5);
      s6 = FloatVector.fromMemorySegment(F, x, at + 6 * V, ORDER).fma(v, s6);
      s7 = FloatVector.fromMemorySegment(F, x, at + 7 * V, ORDER).fma(v, s7);
    }
    s0.intoMemorySegment(dst, d, ORDER);
    s1.intoMemorySegment(dst, d + V, ORDER);
    s2.intoMemorySegment(dst, d + 2 * V, ORDER);
    s3.intoMemorySegment(dst, d + 3 * V, ORDER);
    s4.intoMemorySegment(dst, d + 4 * V, ORDER);
    s5.intoMemorySegment(dst, d + 5 * V, ORDER);
    s6.intoMemorySegment(dst, d + 6 * V, ORDER);
    s7.intoMemorySegment(dst, d + 7 * V, ORDER);
  }

  /** {@code dst[i]} = the greatest {@code x[i + distance[t]]}, NaN where one is NaN. */
  static void greatest(
      MemorySegment x,
      long xo,
      MemorySegment distances,
      int taps,
      MemorySegment dst,
      long d,
      int n) {
    for (int i = 0; i < n; i += SPAN) {
      spanOfGreatest(x, xo + 4L * i, distances, taps, dst, d + 4L * i);
    }
  }

  private static void spanOfGreatest(
      MemorySegment x, long xo, MemorySegment distances, int taps, MemorySegment dst, long d) {
    x = NATIVE.cast(x);
    distances = NATIVE.cast(distances);
    dst = NATIVE.cast(dst);
    FloatVector s0 = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    // The vector just read stands first: see Reduction.
    for (int t = 0; t < taps; t++) {
      long at = xo + distances.get(LONG, 8L * t);
      s0 = FloatVector.fromMemorySegment(F, x, at, ORDER).max(s0);
      s1 = FloatVector.fromMemorySegment(F, x, at + V, ORDER).max(s1);
      s2 = FloatVector.fromMemorySegment(F, x, at + 2 * V, ORDER).max(s2);
      s3 = FloatVector.fromMemorySegment(F, x, at + 3 * V, ORDER).max(s3);
      s4 = FloatVector.fromMemorySegment(F, x, at + 4 * V, ORDER).max(s4);
      s5 = FloatVector.fromMemorySegment(F, x, at + 5 * V, ORDER).max(s5);
      s6 = FloatVector.fromMemorySegment(F, x, at + 6 * V, ORDER).max(s6);
      s7 = FloatVector.fromMemorySegment(F, x, at + 7 * V, ORDER).max(s7);
    }
    s0.intoMemorySegment(dst, d, ORDER);
    s1.intoMemorySegment(dst, d + V, ORDER);
    s2.intoMemorySegment(dst, d + 2 * V, ORDER);
    s3.intoMemorySegment(dst, d + 3 * V, ORDER);
    s4.intoMemorySegment(dst, d + 4 * V, ORDER);
    s5.intoMemorySegment(dst, d + 5 * V, ORDER);
    s6.intoMemorySegment(dst, d + 6 * V, ORDER);
    s7.intoMemorySegment(dst, d + 7 * V, ORDER);
  }

  /**
   * Adds the cotangents of the greatest to those of {@code x}: each position's to its first tap
   * that sees {@code greatest[i]}. Returns whether all found one: a cotangent of NaN does not.
   *
   * @param outputs the greatest, and from {@code dy} on their cotangents, in whole vectors
   * @param dx the cotangents of {@code x}, at the same distances
   */
  static boolean addToFirst(
      MemorySegment x,
      MemorySegment outputs,
      long dy,
      MemorySegment distances,
      int taps,
      MemorySegment dx,
      int n) {
    boolean all = true;
    for (int i = 0; i < n; i += LANES) {
      all &= vectorToFirst(x, outputs, dy, distances, taps, dx, 4L * i);
    }
    return all;
  }

  private static boolean vectorToFirst(
      MemorySegment x,
      MemorySegment outputs,
      long dy,
      MemorySegment distances,
      int taps,
      MemorySegment dx,
      long i) {
    x = NATIVE.cast(x);
    outputs = NATIVE.cast(outputs);
    distances = NATIVE.cast(distances);
    dx = NATIVE.cast(dx);
    FloatVector greatest = FloatVector.fromMemorySegment(F, outputs, i, ORDER);
    FloatVector rest = FloatVector.fromMemorySegment(F, outputs, dy + i, ORDER);
    for (int t = 0; t < taps; t++) {
      long at = i + distances.get(LONG, 8L * t);
      VectorMask<Float> other =
          FloatVector.fromMemorySegment(F, x, at, ORDER).compare(NE, greatest);
      FloatVector.fromMemorySegment(F, dx, at, ORDER)
          .add(rest.blend(0f, other))
          .intoMemorySegment(dx, at, ORDER);
      rest = FloatVector.zero(F).blend(rest, other);
    }
    return rest.compare(EQ, 0f).allTrue();
  }
}
