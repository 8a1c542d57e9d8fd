package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.F;
import static dev.lanewise.kernel.Simd.LANES;
import static dev.lanewise.kernel.Simd.NATIVE;
import static dev.lanewise.kernel.Simd.ORDER;
import static jdk.incubator.vector.VectorOperators.LE;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.jspecify.annotations.Nullable;

/** What follows a matrix product while its result is hot: a bias for each column, an activation. */
public final class Epilogue {
  /** The elements a sweep takes at a time, so that its second pass finds them in the cache. */
  private static final int HOT = 4096;

  /** Bytes of a vector. */
  private static final long V = 4L * LANES;

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
        float least = act == Activation.RELU ? 0 : Float.NEGATIVE_INFINITY;
        biasLoop(c, base + r * stride, stride, bias, bo << 2, least, height, cols);
      }
      if (bias == null || act != Activation.RELU) {
        activate(act, c, base + r * stride, stride, height, cols);
      }
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

  /**
   * {@code c = max(c + bias, least)}, where what is no number stays so; all rows of four vectors'
   * columns before the next.
   */
  private static void biasLoop(
      MemorySegment c,
      long base,
      long stride,
      MemorySegment bias,
      long bo,
      float least,
      int rows,
      int cols) {
    c = NATIVE.cast(c);
    bias = NATIVE.cast(bias);
    int j = 0;
    for (; j <= cols - 4 * LANES; j += 4 * LANES) {
      long at = 4L * j;
      FloatVector b0 = FloatVector.fromMemorySegment(F, bias, bo + at, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(F, bias, bo + at + V, ORDER);
      FloatVector b2 = FloatVector.fromMemorySegment(F, bias, bo + at + 2 * V, ORDER);
      FloatVector b3 = FloatVector.fromMemorySegment(F, bias, bo + at + 3 * V, ORDER);
      long p = base + at;
      for (int i = 0; i < rows; i++) {
        FloatVector x0 = FloatVector.fromMemorySegment(F, c, p, ORDER).add(b0);
        FloatVector x1 = FloatVector.fromMemorySegment(F, c, p + V, ORDER).add(b1);
        FloatVector x2 = FloatVector.fromMemorySegment(F, c, p + 2 * V, ORDER).add(b2);
        FloatVector x3 = FloatVector.fromMemorySegment(F, c, p + 3 * V, ORDER).add(b3);
        x0.blend(least, x0.compare(LE, least)).intoMemorySegment(c, p, ORDER);
        x1.blend(least, x1.compare(LE, least)).intoMemorySegment(c, p + V, ORDER);
        x2.blend(least, x2.compare(LE, least)).intoMemorySegment(c, p + 2 * V, ORDER);
        x3.blend(least, x3.compare(LE, least)).intoMemorySegment(c, p + 3 * V, ORDER);
        p += stride;
      }
    }
    for (; j < cols; j += LANES) {
      long at = 4L * j;
      VectorMask<Float> m = F.indexInRange(j, cols);
      FloatVector b = FloatVector.fromMemorySegment(F, bias, bo + at, ORDER, m);
      long p = base + at;
      for (int i = 0; i < rows; i++) {
        FloatVector x = FloatVector.fromMemorySegment(F, c, p, ORDER, m).add(b);
        x.blend(least, x.compare(LE, least)).intoMemorySegment(c, p, ORDER, m);
        p += stride;
      }
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
