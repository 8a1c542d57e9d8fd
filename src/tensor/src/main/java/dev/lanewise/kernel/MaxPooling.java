package dev.lanewise.kernel;

import dev.lanewise.memory.Scratch;
import dev.lanewise.memory.Slots;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The greatest element that each window sees, in each of some planes; NaN where it sees one. The
 * padding is seen as less than every number.
 *
 * <p>All arrays are contiguous, and offsets are in floats.
 *
 * @param windows places of which each sees an element of the plane
 */
public record MaxPooling(Windows windows, int planes) {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if there are fewer than no planes or the windows do not fit
   */
  public MaxPooling {
    if (planes < 0 || windows.outHeight() < 1 || windows.outWidth() < 1) {
      throw new IllegalArgumentException(planes + " planes and " + windows + " are no pooling");
    }
  }

  /** Computes Y from X. */
  public void output(MemorySegment x, long xo, MemorySegment y, long yo) {
    Simd.check(x, xo, planes, windows.planeSize());
    Simd.check(y, yo, planes, windows.places());
    Call.take(this).run(x, xo, y, yo, MemorySegment.NULL, 0, MemorySegment.NULL, 0);
  }

  /**
   * Computes dX, the cotangent of X, from that of Y: each element of dY goes to the first of the
   * elements that are its window's greatest.
   *
   * @param accumulate whether it is added to what is there
   */
  public void inputGrad(
      MemorySegment x,
      long xo,
      MemorySegment y,
      long yo,
      MemorySegment dy,
      long dyo,
      MemorySegment dx,
      long dxo,
      boolean accumulate) {
    Simd.check(x, xo, planes, windows.planeSize());
    Simd.check(y, yo, planes, windows.places());
    Simd.check(dy, dyo, planes, windows.places());
    Simd.check(dx, dxo, planes, windows.planeSize());
    if (!accumulate) {
      Elementwise.fill(dx, dxo, 0, planes * windows.planeSize());
    }
    Call.take(this).run(x, xo, y, yo, dy, dyo, dx, dxo);
  }

  /** A pooling under way, or its gradient where there is a dY. */
  private static final class Call extends Units {
    private static final Slots<Call> CALLS = new Slots<>(64, Call::new);
    private static final MemorySegment NONE = MemorySegment.NULL;
    private static final int PLANES = 0;
    private static final int OUTPUT = 1;
    private static final int DISTANCES = 2;

    private static final Windows NOTHING =
        new Windows(Extent.of(1), Extent.of(1), Extent.of(1), Extent.of(1), Extent.of(1));

    private Windows windows = NOTHING;
    private int planes;
    private MemorySegment x = NONE;
    private MemorySegment y = NONE;
    private MemorySegment dy = NONE;
    private MemorySegment dx = NONE;
    private long xo;
    private long yo;
    private long dyo;
    private long dxo;

    static Call take(MaxPooling sizes) {
      Call call = CALLS.take();
      call.windows = sizes.windows;
      call.planes = sizes.planes;
      return call;
    }

    void run(
        MemorySegment x,
        long xo,
        MemorySegment y,
        long yo,
        MemorySegment dy,
        long dyo,
        MemorySegment dx,
        long dxo) {
      this.x = x;
      this.xo = xo;
      this.y = y;
      this.yo = yo;
      this.dy = dy;
      this.dyo = dyo;
      this.dx = dx;
      this.dxo = dxo;
      try {
        compute(planes, planes * windows.planeSize() >= Sweep.SHARED_FROM);
      } finally {
        this.x = NONE;
        this.y = NONE;
        this.dy = NONE;
        this.dx = NONE;
        CALLS.give(this);
      }
    }

    @Override
    void compute(int plane, Scratch scratch) {
      long in = 4L * plane * windows.planeSize();
      long out = 4L * plane * windows.places();
      if (dy.byteSize() > 0) {
        grad(windows, x, 4 * xo + in, y, 4 * yo + out, dy, 4 * dyo + out, dx, 4 * dxo + in);
      } else {
        output(scratch, 4 * xo + in, 4 * yo + out);
      }
    }

    private void output(Scratch scratch, long from, long to) {
      int rows = windows.outHeight();
      int n = windows.positions(rows);
      long size = windows.size(rows);
      MemorySegment phases = scratch.floats(PLANES, size + Taps.SPAN);
      MemorySegment distances = scratch.floats(DISTANCES, 2L * windows.taps());
      MemorySegment greatest = scratch.floats(OUTPUT, Taps.room(n));
      Elementwise.fill(phases, 0, Float.NEGATIVE_INFINITY, size);
      windows.spread(x, from, 0, rows, phases, 0);
      windows.distances(1, rows, distances);
      Taps.greatest(phases, 0, distances, windows.taps(), greatest, 0, n);
      int width = windows.outWidth();
      Rectangles.copy(greatest, 0, 4L * windows.pitch(), y, to, 4L * width, rows, width);
    }
  }

  /** Offsets are in bytes. */
  private static void grad(
      Windows windows,
      MemorySegment x,
      long xo,
      MemorySegment y,
      long yo,
      MemorySegment dy,
      long dyo,
      MemorySegment dx,
      long dxo) {
    int height = windows.plane().height();
    int width = windows.plane().width();
    long place = 0;
    for (int i = 0; i < windows.outHeight(); i++) {
      int top = i * windows.stride().height() - windows.padding().height();
      int h0 = Math.max(top, 0);
      int h1 = Math.min(top + windows.kernel().height(), height);
      for (int j = 0; j < windows.outWidth(); j++) {
        int left = j * windows.stride().width() - windows.padding().width();
        int w0 = Math.max(left, 0);
        int w1 = Math.min(left + windows.kernel().width(), width);
        long at = first(x, xo, 4L * width, h0, h1, w0, w1, y.get(FLOAT, yo + place));
        float sum = dx.get(FLOAT, dxo + at) + dy.get(FLOAT, dyo + place);
        dx.set(FLOAT, dxo + at, sum);
        place += 4;
      }
    }
  }

  /**
   * Returns where the first element that equals the greatest is, or the first NaN. The search goes
   * on to the end: its branches could not be foretold.
   */
  private static long first(
      MemorySegment x, long xo, long row, int h0, int h1, int w0, int w1, float greatest) {
    long found = 0;
    for (int h = h1 - 1; h >= h0; h--) {
      for (int w = w1 - 1; w >= w0; w--) {
        long at = h * row + 4L * w;
        float value = x.get(FLOAT, xo + at);
        found = value == greatest || Float.isNaN(value) ? at : found;
      }
    }
    return found;
  }
}
