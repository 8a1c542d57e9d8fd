package dev.lanewise.kernel;

import dev.lanewise.memory.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The matrix-vector product as dot products: for a matrix whose columns of B are contiguous, such
 * as weights [out, in] stored row by row.
 *
 * <p>Eight columns are read at once against one load of x, so that memory sees eight streams. Lanes
 * are summed in a fixed order.
 */
final class Gemv {
  private static final VectorSpecies<Float> F = Simd.F;
  private static final int LANES = Simd.LANES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int SCRATCH_X = 1;
  private static final int SCRATCH_SUMS = 2;
  private static final int COLUMNS = 8;

  private Gemv() {}

  /**
   * Computes y[j] = sum over p of x[p] * B[p][j] for j below {@code n}, added to y if {@code add}.
   * Offsets and strides are in bytes; column j of B starts at {@code b + j * bCol} and is
   * contiguous.
   */
  static void dots(
      Scratch scratch,
      MemorySegment X,
      long x,
      long xStep,
      MemorySegment B,
      long b,
      long bCol,
      int k,
      int n,
      MemorySegment Y,
      long y,
      boolean add) {
    MemorySegment dense = X;
    long start = x;
    if (xStep != 4) {
      dense = scratch.floats(SCRATCH_X, k);
      start = 0;
      for (int p = 0; p < k; p++) {
        dense.set(FLOAT, 4L * p, X.get(FLOAT, x + p * xStep));
      }
    }
    MemorySegment sums = scratch.floats(SCRATCH_SUMS, (long) COLUMNS * LANES);
    int whole = k - k % LANES;
    for (int j = 0; j < n; j += COLUMNS) {
      int columns = Math.min(COLUMNS, n - j);
      long column = b + j * bCol;
      if (columns == COLUMNS) {
        eight(dense, start, B, column, bCol, whole, sums);
      } else {
        for (int i = 0; i < columns; i++) {
          one(dense, start, B, column + i * bCol, whole, sums, 4L * i * LANES);
        }
      }
      sumLanes(sums, columns);
      for (int i = 0; i < columns; i++) {
        float sum = sums.get(FLOAT, 4L * i * LANES);
        for (int p = whole; p < k; p++) {
          sum =
              Math.fma(
                  dense.get(FLOAT, start + 4L * p), B.get(FLOAT, column + i * bCol + 4L * p), sum);
        }
        long to = y + 4L * (j + i);
        Y.set(FLOAT, to, add ? Y.get(FLOAT, to) + sum : sum);
      }
    }
  }

  private static void eight(
      MemorySegment X, long x, MemorySegment B, long b, long bCol, int k, MemorySegment sums) {
    long b1 = b + bCol;
    long b2 = b1 + bCol;
    long b3 = b2 + bCol;
    long b4 = b3 + bCol;
    long b5 = b4 + bCol;
    long b6 = b5 + bCol;
    long b7 = b6 + bCol;
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    FloatVector s2 = FloatVector.zero(F);
    FloatVector s3 = FloatVector.zero(F);
    FloatVector s4 = FloatVector.zero(F);
    FloatVector s5 = FloatVector.zero(F);
    FloatVector s6 = FloatVector.zero(F);
    FloatVector s7 = FloatVector.zero(F);
    for (int p = 0; p < k; p += LANES) {
      long o = 4L * p;
      FloatVector v = FloatVector.fromMemorySegment(F, X, x + o, ORDER);
      s0 = v.fma(FloatVector.fromMemorySegment(F, B, b + o, ORDER), s0);
      s1 = v.fma(FloatVector.fromMemorySegment(F, B, b1 + o, ORDER), s1);
      s2 = v.fma(FloatVector.fromMemorySegment(F, B, b2 + o, ORDER), s2);
      s3 = v.fma(FloatVector.fromMemorySegment(F, B, b3 + o, ORDER), s3);
      s4 = v.fma(FloatVector.fromMemorySegment(F, B, b4 + o, ORDER), s4);
      s5 = v.fma(FloatVector.fromMemorySegment(F, B, b5 + o, ORDER), s5);
      s6 = v.fma(FloatVector.fromMemorySegment(F, B, b6 + o, ORDER), s6);
      s7 = v.fma(FloatVector.fromMemorySegment(F, B, b7 + o, ORDER), s7);
    }
    s0.intoMemorySegment(sums, 0, ORDER);
    s1.intoMemorySegment(sums, 4L * LANES, ORDER);
    s2.intoMemorySegment(sums, 8L * LANES, ORDER);
    s3.intoMemorySegment(sums, 12L * LANES, ORDER);
    s4.intoMemorySegment(sums, 16L * LANES, ORDER);
    s5.intoMemorySegment(sums, 20L * LANES, ORDER);
    s6.intoMemorySegment(sums, 24L * LANES, ORDER);
    s7.intoMemorySegment(sums, 28L * LANES, ORDER);
  }

  private static void one(
      MemorySegment X, long x, MemorySegment B, long b, int k, MemorySegment sums, long to) {
    FloatVector s = FloatVector.zero(F);
    for (int p = 0; p < k; p += LANES) {
      long o = 4L * p;
      s =
          FloatVector.fromMemorySegment(F, X, x + o, ORDER)
              .fma(FloatVector.fromMemorySegment(F, B, b + o, ORDER), s);
    }
    s.intoMemorySegment(sums, to, ORDER);
  }

  /**
   * Replaces each of the vectors at {@code sums} by one whose every lane is the sum of its lanes.
   */
  private static void sumLanes(MemorySegment sums, int vectors) {
    for (int i = 0; i < vectors; i++) {
      long at = 4L * i * LANES;
      FloatVector s = FloatVector.fromMemorySegment(F, sums, at, ORDER);
      if (LANES > 8) {
        s = s.add(s.rearrange(Reduction.SWAP_8));
      }
      if (LANES > 4) {
        s = s.add(s.rearrange(Reduction.SWAP_4));
      }
      s = s.add(s.rearrange(Reduction.SWAP_2));
      s = s.add(s.rearrange(Reduction.SWAP_1));
      s.intoMemorySegment(sums, at, ORDER);
    }
  }
}
