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
    private static final int PHASES = 0;
    private static final int OUTPUT = 1;
    private static final int DISTANCES = 2;
    private static final int SUMS = 3;

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
        inputGrad(scratch, in, out);
      } else {
        output(scratch, in, out);
      }
    }

    private void output(Scratch scratch, long in, long out) {
      int rows = windows.outHeight();
      int n = windows.positions(rows);
      MemorySegment phases = layOut(scratch, Float.NEGATIVE_INFINITY, 4 * xo + in);
      MemorySegment greatest = scratch.floats(OUTPUT, Taps.room(n));
      Taps.greatest(phases, 0, distances(scratch), windows.taps(), greatest, 0, n);
      long width = 4L * windows.outWidth();
      long pitch = 4L * windows.pitch();
      Rectangles.copy(greatest, 0, pitch, y, 4 * yo + out, width, rows, windows.outWidth());
    }

    /** Sums in the phases of dX. NaN, the padding of X, equals nothing. */
    private void inputGrad(Scratch scratch, long in, long out) {
      int rows = windows.outHeight();
      long room = Taps.room(windows.positions(rows));
      long size = windows.size(rows) + Taps.SPAN;
      MemorySegment phases = layOut(scratch, Float.NaN, 4 * xo + in);
      MemorySegment outputs = scratch.floats(OUTPUT, 2 * room);
      Elementwise.fill(outputs, 0, 0, 2 * room);
      long width = 4L * windows.outWidth();
      long pitch = 4L * windows.pitch();
      Rectangles.copy(y, 4 * yo + out, width, outputs, 0, pitch, rows, windows.outWidth());
      Rectangles.copy(dy, 4 * dyo + out, width, outputs, 4 * room, pitch, rows, windows.outWidth());
      MemorySegment sums = scratch.floats(SUMS, size);
      Elementwise.fill(sums, 0, 0, size);
      boolean all =
          Taps.addToFirst(
              phases,
              outputs,
              4 * room,
              distances(scratch),
              windows.taps(),
              sums,
              windows.positions(rows));
      windows.collect(sums, 0, 0, rows, dx, 4 * dxo + in);
      if (!all) {
        addToNotNumbers(in, out);
      }
    }

    private MemorySegment distances(Scratch scratch) {
      MemorySegment distances = scratch.floats(DISTANCES, 2L * windows.taps());
      windows.distances(1, windows.outHeight(), distances);
      return distances;
    }

    /** Returns the phases of a plane of X. */
    private MemorySegment layOut(Scratch scratch, float padding, long from) {
      int rows = windows.outHeight();
      long size = windows.size(rows) + Taps.SPAN;
      MemorySegment phases = scratch.floats(PHASES, size);
      Elementwise.fill(phases, 0, padding, size);
      windows.spread(x, from, 0, rows, phases, 0);
      return phases;
    }

    /** Adds dY to the first NaN of each window that has one. */
    private void addToNotNumbers(long in, long out) {
      Extent plane = windows.plane();
      Extent kernel = windows.kernel();
      for (int place = 0; place < windows.places(); place++) {
        if (Float.isNaN(y.get(FLOAT, 4 * (yo + place) + out))) {
          int h = place / windows.outWidth() * windows.stride().height();
          int w = place % windows.outWidth() * windows.stride().width();
          h -= windows.padding().height();
          w -= windows.padding().width();
          long at =
              firstNotNumber(
                  in,
                  Math.max(h, 0),
                  Math.min(h + kernel.height(), plane.height()),
                  Math.max(w, 0),
                  Math.min(w + kernel.width(), plane.width()));
          float sum = dx.get(FLOAT, 4 * dxo + at) + dy.get(FLOAT, 4 * (dyo + place) + out);
          dx.set(FLOAT, 4 * dxo + at, sum);
        }
      }
    }

    private long firstNotNumber(long in, int h0, int h1, int w0, int w1) {
      for (int h = h0; h < h1; h++) {
        for (int w = w0; w < w1; w++) {
          long at = in + 4L * h * windows.plane().width() + 4L * w;
          if (Float.isNaN(x.get(FLOAT, 4 * xo + at))) {
            return at;
          }
        }
      }
      throw new AssertionError("a window's greatest is NaN, but none of its elements");
    }
  }
}
