package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.CHUNK;

import dev.lanewise.memory.Scratch;
import dev.lanewise.memory.Slots;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * The normalization of rows: {@link #layer} takes a row's mean off and divides by its standard
 * deviation (Ba, Kiros and Hinton, "Layer Normalization", 2016), {@link #rms} divides by its root
 * mean square (Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019).
 *
 * <p>Both bring a row to {@code z = (x - center) * scale + shift} by three numbers of the row. The
 * center is zero where the mean is no larger than the deviation. Elsewhere it is the mean, rounded,
 * and the moments are taken again about it, so that no large mean cancels: the differences are
 * exact where it matters, and what the rounding left of the mean is in the shift.
 *
 * <p>Rows are shared by threads in bands. What is summed over rows is summed within each band and
 * then over the bands, in an order that depends on the shape alone.
 */
public final class NormRows extends Units {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final Slots<NormRows> CALLS = new Slots<>(64, NormRows::new);
  private static final MemorySegment NONE = MemorySegment.NULL;

  /** The elements of a band, which has {@link #LEAST_ROWS} at least and is one of few. */
  private static final int BAND = 1 << 13;

  private static final int LEAST_ROWS = 8;
  private static final int MOST_BANDS = 64;

  private static final int STATISTICS = 0;
  private static final int PARTIAL = 1;

  private boolean centered;
  private boolean backward;
  private double eps;
  private long rows;
  private int cols;
  private long band;
  private MemorySegment x = NONE;
  private long xo;
  private @Nullable MemorySegment weight;
  private long wo;
  private @Nullable MemorySegment bias;
  private long bo;
  private MemorySegment y = NONE;
  private long yo;
  private @Nullable MemorySegment dx;
  private long dxo;
  private boolean wantsWeight;
  private boolean wantsBias;
  private MemorySegment partial = NONE;

  private NormRows() {}

  /**
   * {@code y = (x - mean) / sqrt(variance + eps) * weight + bias} in each row, of the variance that
   * divides by {@code cols}.
   *
   * @param weight one element for each column, or null for ones
   * @param bias one element for each column, or null for zeros; not without a weight
   */
  public static void layer(
      MemorySegment x,
      long xo,
      @Nullable MemorySegment weight,
      long wo,
      @Nullable MemorySegment bias,
      long bo,
      MemorySegment y,
      long yo,
      long rows,
      long cols,
      double eps) {
    forward(true, x, xo, weight, wo, bias, bo, y, yo, rows, cols, eps);
  }

  /** {@code y = x / sqrt(mean of x^2 + eps) * weight} in each row. */
  public static void rms(
      MemorySegment x,
      long xo,
      @Nullable MemorySegment weight,
      long wo,
      MemorySegment y,
      long yo,
      long rows,
      long cols,
      double eps) {
    forward(false, x, xo, weight, wo, null, 0, y, yo, rows, cols, eps);
  }

  private static void forward(
      boolean centered,
      MemorySegment x,
      long xo,
      @Nullable MemorySegment weight,
      long wo,
      @Nullable MemorySegment bias,
      long bo,
      MemorySegment y,
      long yo,
      long rows,
      long cols,
      double eps) {
    NormRows call = take(centered, x, xo, weight, wo, y, yo, rows, cols, eps);
    if (bias != null) {
      Simd.check(bias, bo, cols);
    }
    call.bias = bias;
    call.bo = bo;
    call.backward = false;
    call.run();
  }

  /**
   * The gradient of {@link #layer}, from the cotangent {@code dy} of its result; what is null is
   * not wanted. {@code dx} may be {@code dy}. {@code dw} and {@code db} are added to where they are
   * said to accumulate.
   */
  public static void layerGrad(
      MemorySegment x,
      long xo,
      @Nullable MemorySegment weight,
      long wo,
      MemorySegment dy,
      long dyo,
      @Nullable MemorySegment dx,
      long dxo,
      @Nullable MemorySegment dw,
      long dwo,
      boolean accumulateWeight,
      @Nullable MemorySegment db,
      long dbo,
      boolean accumulateBias,
      long rows,
      long cols,
      double eps) {
    NormRows call = take(true, x, xo, weight, wo, dy, dyo, rows, cols, eps);
    call.grad(dx, dxo, dw, dwo, accumulateWeight, db, dbo, accumulateBias);
  }

  /** The gradient of {@link #rms}, as {@link #layerGrad}. */
  public static void rmsGrad(
      MemorySegment x,
      long xo,
      @Nullable MemorySegment weight,
      long wo,
      MemorySegment dy,
      long dyo,
      @Nullable MemorySegment dx,
      long dxo,
      @Nullable MemorySegment dw,
      long dwo,
      boolean accumulateWeight,
      long rows,
      long cols,
      double eps) {
    NormRows call = take(false, x, xo, weight, wo, dy, dyo, rows, cols, eps);
    call.grad(dx, dxo, dw, dwo, accumulateWeight, null, 0, false);
  }

  private static NormRows take(
      boolean centered,
      MemorySegment x,
      long xo,
      @Nullable MemorySegment weight,
      long wo,
      MemorySegment y,
      long yo,
      long rows,
      long cols,
      double eps) {
    Simd.check(x, xo, rows, cols);
    Simd.check(y, yo, rows, cols);
    if (weight != null) {
      Simd.check(weight, wo, cols);
    }
    if (cols > CHUNK) {
      throw new IllegalArgumentException(
          "a row of " + cols + " elements is normalized, " + CHUNK + " at most");
    }
    NormRows call = CALLS.take();
    call.centered = centered;
    call.x = x;
    call.xo = xo;
    call.weight = weight;
    call.wo = wo;
    call.y = y;
    call.yo = yo;
    call.rows = rows;
    call.cols = (int) cols;
    call.eps = eps;
    long least = Math.max(LEAST_ROWS, BAND / Math.max(1, cols));
    call.band = Math.max(least, Math.ceilDiv(rows, MOST_BANDS));
    return call;
  }

  private void grad(
      @Nullable MemorySegment dx,
      long dxo,
      @Nullable MemorySegment dw,
      long dwo,
      boolean accumulateWeight,
      @Nullable MemorySegment db,
      long dbo,
      boolean accumulateBias) {
    if (dx != null) {
      Simd.check(dx, dxo, rows, cols);
    }
    if (dw != null) {
      Simd.check(dw, dwo, cols);
    }
    if (db != null) {
      Simd.check(db, dbo, cols);
    }
    this.dx = dx;
    this.dxo = dxo;
    wantsWeight = dw != null;
    wantsBias = db != null;
    backward = true;
    long bands = Math.ceilDiv(rows, band);
    int columns = cols;
    try (Scratch scratch = Scratch.borrow()) {
      MemorySegment sums = scratch.floats(PARTIAL, 2L * bands * cols);
      partial = sums;
      run();
      if (dw != null) {
        Reduction.columnSums(sums, 0, 2L * columns, bands, columns, dw, dwo, accumulateWeight);
      }
      if (db != null) {
        Reduction.columnSums(sums, columns, 2L * columns, bands, columns, db, dbo, accumulateBias);
      }
    }
  }

  private void run() {
    try {
      compute(Math.toIntExact(Math.ceilDiv(rows, band)), rows * cols >= Sweep.SHARED_FROM);
    } finally {
      x = NONE;
      y = NONE;
      weight = null;
      bias = null;
      dx = null;
      partial = NONE;
      CALLS.give(this);
    }
  }

  @Override
  void compute(int unit, Scratch scratch) {
    MemorySegment statistics = scratch.floats(STATISTICS, 3);
    long first = unit * band;
    long last = Math.min(first + band, rows);
    if (backward) {
      backward(unit, first, last, statistics);
    } else {
      forward(first, last, statistics);
    }
  }

  private void forward(long first, long last, MemorySegment statistics) {
    for (long r = first; r < last; r++) {
      long from = (xo + r * cols) << 2;
      long to = (yo + r * cols) << 2;
      NormLoops.statistics(x, from, cols, eps, centered, statistics);
      if (weight == null) {
        NormLoops.normalize(x, from, statistics, y, to, cols);
      } else if (bias == null) {
        NormLoops.normalizeScaled(x, from, statistics, weight, wo << 2, y, to, cols);
      } else {
        NormLoops.normalizeAffine(x, from, statistics, weight, wo << 2, bias, bo << 2, y, to, cols);
      }
    }
  }

  /** The rows of a band: their dx, and their part of the sums for weight and bias. */
  private void backward(int unit, long first, long last, MemorySegment statistics) {
    long dw = 2L * unit * cols;
    long db = dw + cols;
    if (wantsWeight) {
      Elementwise.fill(partial, dw, 0, cols);
    }
    if (wantsBias) {
      Reduction.columnSums(y, yo + first * cols, cols, last - first, cols, partial, db, false);
    }
    for (long r = first; r < last; r++) {
      long at = r * cols;
      NormLoops.statistics(x, (xo + at) << 2, cols, eps, centered, statistics);
      if (wantsWeight) {
        NormLoops.addWeightGrad(
            x, (xo + at) << 2, statistics, y, (yo + at) << 2, partial, dw << 2, cols);
      }
      if (dx != null) {
        inputGrad(at, statistics, dx);
      }
    }
  }

  /** {@code dx = scale * (g - mean(g) - z * mean(g z))} for {@code g = dy * weight} and one row. */
  private void inputGrad(long at, MemorySegment statistics, MemorySegment target) {
    long from = (xo + at) << 2;
    long to = (dxo + at) << 2;
    MemorySegment g = y;
    long go = (yo + at) << 2;
    if (weight != null) {
      Elementwise.mul(y, yo + at, weight, wo, target, dxo + at, cols);
      g = target;
      go = to;
    }
    float center = statistics.get(FLOAT, 0);
    float scale = statistics.get(FLOAT, 4);
    float shift = statistics.get(FLOAT, 8);
    double sum = 0;
    double product = 0;
    for (int i = 0; i < cols; i += NormLoops.BLOCK) {
      long block = 4L * i;
      int n = Math.min(NormLoops.BLOCK, cols - i);
      long both = NormLoops.sumAndProduct(g, go + block, x, from + block, center, n);
      sum += NormLoops.high(both);
      product += NormLoops.low(both);
    }
    double ofZ = -scale * (scale * product + shift * sum) / cols;
    double ofOne = centered ? -scale * sum / cols : 0;
    float slope = (float) (ofZ * scale);
    float offset = (float) (ofOne + ofZ * shift);
    NormLoops.combine(g, go, scale, x, from, center, slope, offset, target, to, cols);
  }
}
