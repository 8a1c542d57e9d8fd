package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.F;
import static dev.lanewise.kernel.Simd.LANES;
import static dev.lanewise.kernel.Simd.NATIVE;
import static dev.lanewise.kernel.Simd.ORDER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.jspecify.annotations.Nullable;

/** What follows a matrix product while its result is hot: a bias for each column, an activation. */
public final class Epilogue {
  /** The elements a sweep takes at a time, so that its second pass finds them in the cache. */
  private static final int HOT = 4096;

  private Epilogue() {}

  /**
   * {@code c = act(c + bias)}, in place.
   *
   * @param c a matrix of {@code rows} times {@code cols}, its rows {@code rowStride} apart
   * @param bias one element for each column, or null
   */
  public static void apply(
      Activation act,
      MemorySegment c,
      long co,
      long rowStride,
      int rows,
      int cols,
      @Nullable MemorySegment bias,
      long bo) {
    Simd.checkMatrix("c", c, co, rows, rowStride, cols, 1);
    if (bias != null) {
      Simd.check(bias, bo, cols);
    }
    long base = co << 2;
    long stride = rowStride << 2;
    int band = Math.max(1, HOT / Math.max(1, cols));
    for (int r = 0; r < rows; r += band) {
      int height = Math.min(band, rows - r);
      if (bias != null) {
        for (int i = r; i < r + height; i++) {
          biasLoop(c, base + i * stride, bias, bo << 2, cols);
        }
      }
      activate(act, c, base + r * stride, stride, height, cols);
    }
  }

  /** Activates a band of rows: as one array where they are contiguous. */
  private static void activate(
      Activation act, MemorySegment c, long base, long stride, int rows, int cols) {
    if (stride == (long) cols << 2) {
      activateRow(act, c, base, rows * cols);
    } else {
      for (int r = 0; r < rows; r++) {
        activateRow(act, c, base + r * stride, cols);
      }
    }
  }

  private static void activateRow(Activation act, MemorySegment c, long at, int n) {
    switch (act) {
      case IDENTITY -> {}
      case RELU -> VectorMath.reluOf(c, at, c, at, n);
      case SIGMOID -> VectorMath.sigmoidOf(c, at, c, at, n);
      case TANH -> VectorMath.tanhOf(c, at, c, at, n);
      case GELU -> VectorMath.geluOf(c, at, c, at, n);
    }
  }

  private static void biasLoop(MemorySegment c, long co, MemorySegment bias, long bo, int n) {
    c = NATIVE.cast(c);
    bias = NATIVE.cast(bias);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, c, co + at, ORDER);
      FloatVector b = FloatVector.fromMemorySegment(F, bias, bo + at, ORDER);
      x.add(b).intoMemorySegment(c, co + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x = FloatVector.fromMemorySegment(F, c, co + at, ORDER, m);
      FloatVector b = FloatVector.fromMemorySegment(F, bias, bo + at, ORDER, m);
      x.add(b).intoMemorySegment(c, co + at, ORDER, m);
    }
  }

  /**
   * The backward sweep: {@code dz = dy * act'(y)} and {@code db = sum of the rows of dz}, or added
   * to {@code db} where {@code accumulate} says so. The matrices are contiguous; {@code dz} may be
   * {@code dy}.
   *
   * <p>The sweep takes a band of rows at a time and adds up its columns while they are hot.
   *
   * @param y the output of the activation
   * @param db one element for each column, or null where it is not wanted
   * @throws IllegalArgumentException for an activation whose gradient needs the input
   */
  public static void backward(
      Activation act,
      MemorySegment y,
      long yo,
      MemorySegment dy,
      long dyo,
      MemorySegment dz,
      long dzo,
      long rows,
      long cols,
      @Nullable MemorySegment db,
      long dbo,
      boolean accumulate) {
    if (!act.gradientFromOutput()) {
      throw new IllegalArgumentException(
          "the gradient of " + act + " needs the input of the activation, not its output");
    }
    long n = Simd.check(dz, dzo, rows, cols);
    Simd.check(y, yo, n);
    Simd.check(dy, dyo, n);
    if (db != null) {
      Simd.check(db, dbo, cols);
      if (!accumulate) {
        Elementwise.fill(db, dbo, 0, cols);
      }
    }
    long band = Math.max(1, HOT / Math.max(1, cols));
    for (long r = 0; r < rows; r += band) {
      long height = Math.min(band, rows - r);
      long at = r * cols;
      gradient(act, y, yo + at, dy, dyo + at, dz, dzo + at, height * cols);
      if (db != null) {
        Reduction.columnSums(dz, dzo + at, cols, height, cols, db, dbo, true);
      }
    }
  }

  private static void gradient(
      Activation act,
      MemorySegment y,
      long yo,
      MemorySegment dy,
      long dyo,
      MemorySegment dz,
      long dzo,
      long n) {
    switch (act) {
      case IDENTITY -> {
        if (dz.address() + (dzo << 2) != dy.address() + (dyo << 2)) {
          Elementwise.copy(dy, dyo, dz, dzo, n);
        }
      }
      case RELU -> VectorMath.reluGrad(y, yo, dy, dyo, dz, dzo, n);
      case SIGMOID -> VectorMath.sigmoidGrad(y, yo, dy, dyo, dz, dzo, n);
      case TANH -> VectorMath.tanhGrad(y, yo, dy, dyo, dz, dzo, n);
      case GELU -> throw new AssertionError(act);
    }
  }
}
