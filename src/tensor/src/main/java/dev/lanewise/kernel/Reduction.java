package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.CHUNK;
import static dev.lanewise.kernel.Simd.F;
import static dev.lanewise.kernel.Simd.LANES;
import static dev.lanewise.kernel.Simd.NATIVE;
import static dev.lanewise.kernel.Simd.ORDER;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Sums and extremes, of an array or of each row or column of a matrix.
 *
 * <p>Every sum is taken in one order, which depends on the number of elements alone: four vectors
 * of partial sums over a block, folded by halves, and the sums of the blocks added up in double
 * precision. So a sum repeats bit by bit, and its error does not grow with the number of blocks.
 *
 * <p>In the loops of all kernels, not these alone, an accumulator stands second. What {@code
 * a.add(b)} or {@code a.max(b)} does depends on the class of {@code a}. Of a vector just read C2
 * knows it; of an accumulator it asks a profile that all callers of the method share, and leaves a
 * call and its boxes there once that was wrong too often. Two accumulators are given to {@code
 * lanewise}, whose profile is the caller's own.
 */
public final class Reduction {
  /** The elements summed in single precision. */
  static final int BLOCK = 4096;

  /** The lanes of a vector with their halves, quarters and so on exchanged, to fold it. */
  static final VectorShuffle<Float> SWAP_8 = F.shuffleFromOp(i -> (i ^ 8) % LANES);

  static final VectorShuffle<Float> SWAP_4 = F.shuffleFromOp(i -> (i ^ 4) % LANES);
  static final VectorShuffle<Float> SWAP_2 = F.shuffleFromOp(i -> i ^ 2);
  static final VectorShuffle<Float> SWAP_1 = F.shuffleFromOp(i -> i ^ 1);

  /** The rows whose columns are summed before {@code dst} is touched. */
  private static final int BAND = 256;

  /** The bytes of a vector. */
  private static final long STEP = 4L * LANES;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private Reduction() {}

  /** The sum of the elements. */
  public static float sum(MemorySegment x, long xo, long n) {
    Simd.check(x, xo, n);
    return sumOf(x, xo << 2, n);
  }

  /** As {@link #sum}, of offsets in bytes within bounds. */
  static float sumOf(MemorySegment x, long xo, long n) {
    double total = 0;
    for (long i = 0; i < n; i += BLOCK) {
      total += sumBlock(x, xo + (i << 2), (int) Math.min(BLOCK, n - i));
    }
    return (float) total;
  }

  private static float sumBlock(MemorySegment x, long xo, int n) {
    x = NATIVE.cast(x);
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    FloatVector s2 = FloatVector.zero(F);
    FloatVector s3 = FloatVector.zero(F);
    int i = 0;
    for (; i <= n - 4 * LANES; i += 4 * LANES) {
      long at = (long) i << 2;
      s0 = FloatVector.fromMemorySegment(F, x, xo + at, ORDER).add(s0);
      s1 = FloatVector.fromMemorySegment(F, x, xo + at + STEP, ORDER).add(s1);
      s2 = FloatVector.fromMemorySegment(F, x, xo + at + 2 * STEP, ORDER).add(s2);
      s3 = FloatVector.fromMemorySegment(F, x, xo + at + 3 * STEP, ORDER).add(s3);
    }
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      s0 = FloatVector.fromMemorySegment(F, x, xo + at, ORDER).add(s0);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      s1 = FloatVector.fromMemorySegment(F, x, xo + at, ORDER, m).add(s1);
    }
    FloatVector sum = s0.lanewise(ADD, s1).lanewise(ADD, s2.lanewise(ADD, s3));
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

  /** The sum of the squares of the elements. */
  public static float sumOfSquares(MemorySegment x, long xo, long n) {
    Simd.check(x, xo, n);
    return sumOfSquaresOf(x, xo << 2, n);
  }

  /** As {@link #sumOfSquares}, of offsets in bytes within bounds. */
  static float sumOfSquaresOf(MemorySegment x, long xo, long n) {
    double total = 0;
    for (long i = 0; i < n; i += BLOCK) {
      total += sumOfSquaresBlock(x, xo + (i << 2), (int) Math.min(BLOCK, n - i));
    }
    return (float) total;
  }

  private static float sumOfSquaresBlock(MemorySegment x, long xo, int n) {
    x = NATIVE.cast(x);
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    FloatVector s2 = FloatVector.zero(F);
    FloatVector s3 = FloatVector.zero(F);
    int i = 0;
    for (; i <= n - 4 * LANES; i += 4 * LANES) {
      long at = (long) i << 2;
      FloatVector x0 = FloatVector.fromMemorySegment(F, x, xo + at, ORDER);
      s0 = x0.fma(x0, s0);
      FloatVector x1 = FloatVector.fromMemorySegment(F, x, xo + at + STEP, ORDER);
      s1 = x1.fma(x1, s1);
      FloatVector x2 = FloatVector.fromMemorySegment(F, x, xo + at + 2 * STEP, ORDER);
      s2 = x2.fma(x2, s2);
      FloatVector x3 = FloatVector.fromMemorySegment(F, x, xo + at + 3 * STEP, ORDER);
      s3 = x3.fma(x3, s3);
    }
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector x4 = FloatVector.fromMemorySegment(F, x, xo + at, ORDER);
      s0 = x4.fma(x4, s0);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x5 = FloatVector.fromMemorySegment(F, x, xo + at, ORDER, m);
      s1 = x5.fma(x5, s1);
    }
    FloatVector sum = s0.lanewise(ADD, s1).lanewise(ADD, s2.lanewise(ADD, s3));
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

  /** The sum of the products {@code a * b}. */
  public static float dot(MemorySegment a, long ao, MemorySegment b, long bo, long n) {
    Simd.check(a, ao, n);
    Simd.check(b, bo, n);
    return dotOf(a, ao << 2, b, bo << 2, n);
  }

  /** As {@link #dot}, of offsets in bytes within bounds. */
  static float dotOf(MemorySegment a, long ao, MemorySegment b, long bo, long n) {
    double total = 0;
    for (long i = 0; i < n; i += BLOCK) {
      total += dotBlock(a, ao + (i << 2), b, bo + (i << 2), (int) Math.min(BLOCK, n - i));
    }
    return (float) total;
  }

  private static float dotBlock(MemorySegment a, long ao, MemorySegment b, long bo, int n) {
    a = NATIVE.cast(a);
    b = NATIVE.cast(b);
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    FloatVector s2 = FloatVector.zero(F);
    FloatVector s3 = FloatVector.zero(F);
    int i = 0;
    for (; i <= n - 4 * LANES; i += 4 * LANES) {
      long at = (long) i << 2;
      s0 =
          FloatVector.fromMemorySegment(F, a, ao + at, ORDER)
              .fma(FloatVector.fromMemorySegment(F, b, bo + at, ORDER), s0);
      s1 =
          FloatVector.fromMemorySegment(F, a, ao + at + STEP, ORDER)
              .fma(FloatVector.fromMemorySegment(F, b, bo + at + STEP, ORDER), s1);
      s2 =
          FloatVector.fromMemorySegment(F, a, ao + at + 2 * STEP, ORDER)
              .fma(FloatVector.fromMemorySegment(F, b, bo + at + 2 * STEP, ORDER), s2);
      s3 =
          FloatVector.fromMemorySegment(F, a, ao + at + 3 * STEP, ORDER)
              .fma(FloatVector.fromMemorySegment(F, b, bo + at + 3 * STEP, ORDER), s3);
    }
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      s0 =
          FloatVector.fromMemorySegment(F, a, ao + at, ORDER)
              .fma(FloatVector.fromMemorySegment(F, b, bo + at, ORDER), s0);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      s1 =
          FloatVector.fromMemorySegment(F, a, ao + at, ORDER, m)
              .fma(FloatVector.fromMemorySegment(F, b, bo + at, ORDER, m), s1);
    }
    FloatVector sum = s0.lanewise(ADD, s1).lanewise(ADD, s2.lanewise(ADD, s3));
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

  /** The sum of {@code (a - b)^2}. */
  public static float squaredDifference(
      MemorySegment a, long ao, MemorySegment b, long bo, long n) {
    Simd.check(a, ao, n);
    Simd.check(b, bo, n);
    return squaredDifferenceOf(a, ao << 2, b, bo << 2, n);
  }

  /** As {@link #squaredDifference}, of offsets in bytes within bounds. */
  static float squaredDifferenceOf(MemorySegment a, long ao, MemorySegment b, long bo, long n) {
    double total = 0;
    for (long i = 0; i < n; i += BLOCK) {
      total +=
          squaredDifferenceBlock(a, ao + (i << 2), b, bo + (i << 2), (int) Math.min(BLOCK, n - i));
    }
    return (float) total;
  }

  private static float squaredDifferenceBlock(
      MemorySegment a, long ao, MemorySegment b, long bo, int n) {
    a = NATIVE.cast(a);
    b = NATIVE.cast(b);
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    FloatVector s2 = FloatVector.zero(F);
    FloatVector s3 = FloatVector.zero(F);
    int i = 0;
    for (; i <= n - 4 * LANES; i += 4 * LANES) {
      long at = (long) i << 2;
      FloatVector x0 =
          FloatVector.fromMemorySegment(F, a, ao + at, ORDER)
              .sub(FloatVector.fromMemorySegment(F, b, bo + at, ORDER));
      s0 = x0.fma(x0, s0);
      FloatVector x1 =
          FloatVector.fromMemorySegment(F, a, ao + at + STEP, ORDER)
              .sub(FloatVector.fromMemorySegment(F, b, bo + at + STEP, ORDER));
      s1 = x1.fma(x1, s1);
      FloatVector x2 =
          FloatVector.fromMemorySegment(F, a, ao + at + 2 * STEP, ORDER)
              .sub(FloatVector.fromMemorySegment(F, b, bo + at + 2 * STEP, ORDER));
      s2 = x2.fma(x2, s2);
      FloatVector x3 =
          FloatVector.fromMemorySegment(F, a, ao + at + 3 * STEP, ORDER)
              .sub(FloatVector.fromMemorySegment(F, b, bo + at + 3 * STEP, ORDER));
      s3 = x3.fma(x3, s3);
    }
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector x4 =
          FloatVector.fromMemorySegment(F, a, ao + at, ORDER)
              .sub(FloatVector.fromMemorySegment(F, b, bo + at, ORDER));
      s0 = x4.fma(x4, s0);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x5 =
          FloatVector.fromMemorySegment(F, a, ao + at, ORDER, m)
              .sub(FloatVector.fromMemorySegment(F, b, bo + at, ORDER, m));
      s1 = x5.fma(x5, s1);
    }
    FloatVector sum = s0.lanewise(ADD, s1).lanewise(ADD, s2.lanewise(ADD, s3));
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

  /** The greatest element; NaN where one is NaN, minus infinity where there is none. */
  public static float max(MemorySegment x, long xo, long n) {
    Simd.check(x, xo, n);
    return maxOf(x, xo << 2, n);
  }

  /** As {@link #max}, of an offset in bytes within bounds. */
  static float maxOf(MemorySegment x, long xo, long n) {
    float max = Float.NEGATIVE_INFINITY;
    long whole = n - n % LANES;
    for (long i = 0; i < whole; i += CHUNK) {
      max = Math.max(max, maxVectors(x, xo + (i << 2), (int) Math.min(CHUNK, whole - i)));
    }
    return whole < n ? Math.max(max, maxRest(x, xo + (whole << 2), (int) (n - whole))) : max;
  }

  /**
   * The greatest of {@code n} elements, whole vectors. It is too long to be inlined in a caller
   * that C2 compiles first, where its vectors could stay boxed, and short enough for C1's
   * registers. Its accumulators start from the first vector, of which there is at least one.
   */
  private static float maxVectors(MemorySegment x, long xo, int n) {
    x = NATIVE.cast(x);
    FloatVector s0 = FloatVector.fromMemorySegment(F, x, xo, ORDER);
    FloatVector s1 = FloatVector.fromMemorySegment(F, x, xo, ORDER);
    FloatVector s2 = FloatVector.fromMemorySegment(F, x, xo, ORDER);
    FloatVector s3 = FloatVector.fromMemorySegment(F, x, xo, ORDER);
    int i = 0;
    for (; i <= n - 4 * LANES; i += 4 * LANES) {
      long at = (long) i << 2;
      s0 = FloatVector.fromMemorySegment(F, x, xo + at, ORDER).max(s0);
      s1 = FloatVector.fromMemorySegment(F, x, xo + at + STEP, ORDER).max(s1);
      s2 = FloatVector.fromMemorySegment(F, x, xo + at + 2 * STEP, ORDER).max(s2);
      s3 = FloatVector.fromMemorySegment(F, x, xo + at + 3 * STEP, ORDER).max(s3);
    }
    for (; i < n; i += LANES) {
      long at = (long) i << 2;
      s0 = FloatVector.fromMemorySegment(F, x, xo + at, ORDER).max(s0);
    }
    FloatVector max = s0.lanewise(MAX, s1);
    max = max.lanewise(MAX, s2.lanewise(MAX, s3));
    if (LANES > 8) {
      max = max.max(max.rearrange(SWAP_8));
    }
    if (LANES > 4) {
      max = max.max(max.rearrange(SWAP_4));
    }
    max = max.max(max.rearrange(SWAP_2));
    max = max.max(max.rearrange(SWAP_1));
    return max.lane(0);
  }

  /**
   * The greatest of the last elements, less than a vector. A method of its own: a loop in {@link
   * #maxOf} would have that compiled before the vectors' loop is known to be hot, which then stays
   * boxed within it.
   */
  private static float maxRest(MemorySegment x, long xo, int n) {
    x = NATIVE.cast(x);
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      max = Math.max(max, x.get(FLOAT, xo + 4L * i));
    }
    return max;
  }

  /** Whether every element is finite: none NaN, none infinite. */
  public static boolean allFinite(MemorySegment x, long xo, long n) {
    Simd.check(x, xo, n);
    for (long i = 0; i < n; i += BLOCK) {
      if (!finiteBlock(x, (xo + i) << 2, (int) Math.min(BLOCK, n - i))) {
        return false;
      }
    }
    return true;
  }

  /** Adds up {@code 0 * x}, which is zero for a finite number and NaN for any other. */
  private static boolean finiteBlock(MemorySegment x, long xo, int n) {
    x = NATIVE.cast(x);
    FloatVector sum = FloatVector.zero(F);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      sum = FloatVector.fromMemorySegment(F, x, xo + ((long) i << 2), ORDER).mul(0f).add(sum);
    }
    if (i < n) {
      VectorMask<Float> m = F.indexInRange(i, n);
      sum = FloatVector.fromMemorySegment(F, x, xo + ((long) i << 2), ORDER, m).mul(0f).add(sum);
    }
    return sum.compare(EQ, 0f).allTrue();
  }

  /** The sum of each row, {@code dst[r] = sum(x[r])}, in the order of {@link #sum}. */
  public static void rowSums(
      MemorySegment x, long xo, long rows, long cols, MemorySegment dst, long d) {
    Simd.check(x, xo, rows, cols);
    Simd.check(dst, d, rows);
    for (long r = 0; r < rows; r++) {
      dst.set(FLOAT, (d + r) << 2, sumOf(x, (xo + r * cols) << 2, cols));
    }
  }

  /**
   * The sum of each column, {@code dst[c] = sum(x[.][c])}, or added to {@code dst} where {@code
   * accumulate} says so.
   *
   * <p>Bands of rows are summed from the top and their sums added to {@code dst} in turn.
   */
  public static void columnSums(
      MemorySegment x,
      long xo,
      long rowStride,
      long rows,
      long cols,
      MemorySegment dst,
      long d,
      boolean accumulate) {
    Simd.checkMatrix("x", x, xo, rows, rowStride, cols, 1);
    Simd.check(dst, d, cols);
    if (!accumulate) {
      Elementwise.fill(dst, d, 0, cols);
    }
    for (long r = 0; r < rows; r += BAND) {
      int band = (int) Math.min(BAND, rows - r);
      long base = (xo + r * rowStride) << 2;
      addColumnSums(x, base, rowStride << 2, band, cols, dst, d << 2);
    }
  }

  /** Adds the sum of each column of a band of rows to {@code dst}; distances count bytes. */
  private static void addColumnSums(
      MemorySegment x, long base, long stride, int rows, long cols, MemorySegment dst, long d) {
    long c = 0;
    for (; c <= cols - 4L * LANES; c += 4L * LANES) {
      addFourColumns(x, base + (c << 2), stride, rows, dst, d + (c << 2));
    }
    for (; c < cols; c += LANES) {
      int width = (int) Math.min(LANES, cols - c);
      addColumns(x, base + (c << 2), stride, rows, dst, d + (c << 2), width);
    }
  }

  /** Four vectors of columns. */
  private static void addFourColumns(
      MemorySegment x, long base, long stride, int rows, MemorySegment dst, long d) {
    x = NATIVE.cast(x);
    dst = NATIVE.cast(dst);
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    FloatVector s2 = FloatVector.zero(F);
    FloatVector s3 = FloatVector.zero(F);
    for (int r = 0; r < rows; r++) {
      long at = base + r * stride;
      s0 = FloatVector.fromMemorySegment(F, x, at, ORDER).add(s0);
      s1 = FloatVector.fromMemorySegment(F, x, at + STEP, ORDER).add(s1);
      s2 = FloatVector.fromMemorySegment(F, x, at + 2 * STEP, ORDER).add(s2);
      s3 = FloatVector.fromMemorySegment(F, x, at + 3 * STEP, ORDER).add(s3);
    }
    s0 = FloatVector.fromMemorySegment(F, dst, d, ORDER).add(s0);
    s1 = FloatVector.fromMemorySegment(F, dst, d + STEP, ORDER).add(s1);
    s2 = FloatVector.fromMemorySegment(F, dst, d + 2 * STEP, ORDER).add(s2);
    s3 = FloatVector.fromMemorySegment(F, dst, d + 3 * STEP, ORDER).add(s3);
    s0.intoMemorySegment(dst, d, ORDER);
    s1.intoMemorySegment(dst, d + STEP, ORDER);
    s2.intoMemorySegment(dst, d + 2 * STEP, ORDER);
    s3.intoMemorySegment(dst, d + 3 * STEP, ORDER);
  }

  /** One vector of columns, of which the first {@code width} are there. */
  private static void addColumns(
      MemorySegment x, long base, long stride, int rows, MemorySegment dst, long d, int width) {
    x = NATIVE.cast(x);
    dst = NATIVE.cast(dst);
    VectorMask<Float> m = F.indexInRange(0, width);
    FloatVector s = FloatVector.zero(F);
    for (int r = 0; r < rows; r++) {
      s = FloatVector.fromMemorySegment(F, x, base + r * stride, ORDER, m).add(s);
    }
    s = FloatVector.fromMemorySegment(F, dst, d, ORDER, m).add(s);
    s.intoMemorySegment(dst, d, ORDER, m);
  }

  /**
   * The index of the greatest element of each row, as ints: the first of equals, the first NaN
   * where there is one.
   */
  public static void argmaxRows(
      MemorySegment x, long xo, long rows, long cols, MemorySegment dst, long d) {
    Simd.check(x, xo, rows, cols);
    Simd.check(dst, d, rows);
    if (rows > 0 && (cols == 0 || cols > Integer.MAX_VALUE)) {
      throw new IllegalArgumentException("the greatest of " + cols + " columns has no int index");
    }
    for (long r = 0; r < rows; r++) {
      long row = (xo + r * cols) << 2;
      int at = find(x, row, maxOf(x, row, cols));
      dst.set(ValueLayout.JAVA_INT_UNALIGNED, (d + r) << 2, at);
    }
  }

  /** The index of the first element that equals a value known to be there. */
  private static int find(MemorySegment x, long xo, float value) {
    x = NATIVE.cast(x);
    for (int i = 0; ; i++) {
      float element = x.get(FLOAT, xo + ((long) i << 2));
      if (element == value || Float.isNaN(element)) {
        return i;
      }
    }
  }
}
