package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.NATIVE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Products and running sums of the rows of a matrix, gathered in double precision, one row after
 * the other.
 */
public final class RowKernels {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private RowKernels() {}

  /** The greatest element of each row, {@code dst[r] = max(x[r])}; NaN where one is NaN. */
  public static void max(
      MemorySegment x, long xo, long rows, long cols, MemorySegment dst, long d) {
    Simd.check(x, xo, rows, cols);
    Simd.check(dst, d, rows);
    for (long r = 0; r < rows; r++) {
      dst.set(FLOAT, (d + r) << 2, Reduction.maxOf(x, (xo + r * cols) << 2, cols));
    }
  }

  /** The product of each row, {@code dst[r] = x[r][0] x[r][1] ...}. */
  public static void product(
      MemorySegment x, long xo, long rows, long cols, MemorySegment dst, long d) {
    Simd.check(x, xo, rows, cols);
    Simd.check(dst, d, rows);
    x = NATIVE.cast(x);
    dst = NATIVE.cast(dst);
    for (long r = 0; r < rows; r++) {
      double product = 1;
      for (long c = 0; c < cols; c++) {
        product *= x.get(FLOAT, (xo + r * cols + c) << 2);
      }
      dst.set(FLOAT, (d + r) << 2, (float) product);
    }
  }

  /**
   * The gradient of {@link #product}, {@code dx[r][c] = dy[r] times the other elements of x[r]}, by
   * products from both ends, so that a zero divides nothing.
   */
  public static void productGrad(
      MemorySegment x,
      long xo,
      MemorySegment dy,
      long dyo,
      long rows,
      long cols,
      MemorySegment dx,
      long dxo) {
    Simd.check(x, xo, rows, cols);
    Simd.check(dy, dyo, rows);
    Simd.check(dx, dxo, rows, cols);
    x = NATIVE.cast(x);
    dy = NATIVE.cast(dy);
    dx = NATIVE.cast(dx);
    for (long r = 0; r < rows; r++) {
      double before = dy.get(FLOAT, (dyo + r) << 2);
      for (long c = 0; c < cols; c++) {
        dx.set(FLOAT, (dxo + r * cols + c) << 2, (float) before);
        before *= x.get(FLOAT, (xo + r * cols + c) << 2);
      }
      double after = 1;
      for (long c = cols - 1; c >= 0; c--) {
        long at = (dxo + r * cols + c) << 2;
        dx.set(FLOAT, at, (float) (after * dx.get(FLOAT, at)));
        after *= x.get(FLOAT, (xo + r * cols + c) << 2);
      }
    }
  }

  /**
   * The running sums of each row, {@code dst[r][c] = x[r][0] + ... + x[r][c]}, or from the end,
   * {@code x[r][c] + ... + x[r][cols - 1]}, if {@code backwards}.
   */
  public static void cumulativeSum(
      MemorySegment x,
      long xo,
      long rows,
      long cols,
      boolean backwards,
      MemorySegment dst,
      long d) {
    Simd.check(x, xo, rows, cols);
    Simd.check(dst, d, rows, cols);
    x = NATIVE.cast(x);
    dst = NATIVE.cast(dst);
    for (long r = 0; r < rows; r++) {
      double sum = 0;
      for (long i = 0; i < cols; i++) {
        long at = r * cols + (backwards ? cols - 1 - i : i);
        sum += x.get(FLOAT, (xo + at) << 2);
        dst.set(FLOAT, (d + at) << 2, (float) sum);
      }
    }
  }
}
