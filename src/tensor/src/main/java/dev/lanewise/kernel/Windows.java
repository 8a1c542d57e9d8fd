package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.NATIVE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The places of a window that slides over a padded plane, as those of a convolution or a pooling
 * do. Tap (p, q) of the window at place (i, j) sees row {@code i * stride + p * dilation - padding}
 * of the plane, and the column likewise; outside the plane it sees the padding.
 *
 * <p>Kernels lay the padded plane out in phases, one for each remainder of a row and of a column by
 * the stride, so that what a tap sees from place to place is contiguous, whatever the stride and
 * the dilation:
 *
 * <pre>
 *   padded plane, stride 2 x 2     its phases, each of some rows of one pitch
 *     a b a b a b
 *     c d c d c d                    a a a    b b b    c c c    d d d
 *     a b a b a b                    a a a    b b b    c c c    d d d
 *     c d c d c d
 * </pre>
 *
 * <p>Where a row of places is laid out at the same pitch, a tap is a phase and a shift: one
 * distance, which holds for every place. A row of places then ends with a gap, whose positions are
 * computed in passing and mean nothing.
 */
public record Windows(Extent kernel, Extent stride, Extent padding, Extent dilation, Extent plane) {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  /**
   * Checks the lengths.
   *
   * @throws IllegalArgumentException if a kernel, stride or dilation is less than one or a padding
   *     or plane is negative
   */
  public Windows {
    if (!kernel.isAtLeast(1)
        || !stride.isAtLeast(1)
        || !padding.isAtLeast(0)
        || !dilation.isAtLeast(1)
        || !plane.isAtLeast(0)) {
      throw new IllegalArgumentException(
          ("a window of " + kernel + " taps, stride " + stride + ", padding " + padding)
              + (" and dilation " + dilation + " cannot slide over a plane of " + plane));
    }
  }

  /** Returns the plane's extent that a window spans. */
  public Extent span() {
    return new Extent(
        span(kernel.height(), dilation.height()), span(kernel.width(), dilation.width()));
  }

  /** Returns the number of places along the height; less than one if the window does not fit. */
  public int outHeight() {
    return out(
        plane.height(),
        padding.height(),
        span(kernel.height(), dilation.height()),
        stride.height());
  }

  /** Returns the number of places along the width; less than one if the window does not fit. */
  public int outWidth() {
    return out(
        plane.width(), padding.width(), span(kernel.width(), dilation.width()), stride.width());
  }

  private static int span(int kernel, int dilation) {
    return Math.addExact(Math.multiplyExact(kernel - 1, dilation), 1);
  }

  private static int out(int length, int padding, int span, int stride) {
    return Math.toIntExact(Math.floorDiv(length + 2L * padding - span, (long) stride) + 1);
  }

  /** Returns the number of taps. */
  int taps() {
    return Math.multiplyExact(kernel.height(), kernel.width());
  }

  /** Returns the number of places. */
  int places() {
    return Math.multiplyExact(outHeight(), outWidth());
  }

  /** Returns the floats of a plane. */
  long planeSize() {
    return (long) plane.height() * plane.width();
  }

  /** Says whether each place sees one element of the plane, in the plane's order. */
  boolean isPlane() {
    return Math.max(kernel.height(), kernel.width()) == 1
        && Math.max(stride.height(), stride.width()) == 1
        && Math.max(padding.height(), padding.width()) == 0;
  }

  // The layout in phases, of what some rows of places see.

  /** Returns the floats from one row of a phase to the next. */
  int pitch() {
    return outWidth() + (kernel.width() - 1) * dilation.width() / stride.width();
  }

  /** Returns the positions from the first to the last of {@code rows} rows of places. */
  int positions(int rows) {
    return (rows - 1) * pitch() + outWidth();
  }

  /** Returns the floats of a phase. */
  int phaseSize(int rows) {
    return Math.multiplyExact(phaseRows(rows), pitch());
  }

  /** Returns the floats of all phases. */
  long size(int rows) {
    return (long) stride.height() * stride.width() * phaseSize(rows);
  }

  /** Returns the most rows of places, one at least, whose phases take no more than {@code most}. */
  int rowsWithin(long most) {
    long row = (long) stride.height() * stride.width() * pitch();
    return Math.clamp(most / row - (phaseRows(1) - 1), 1, outHeight());
  }

  private int phaseRows(int rows) {
    return rows + (kernel.height() - 1) * dilation.height() / stride.height();
  }

  /** Returns the phase that tap (p, q) sees. */
  int phase(int p, int q) {
    int row = p * dilation.height() % stride.height();
    return row * stride.width() + q * dilation.width() % stride.width();
  }

  /** Returns how far from a place's position in its phase tap (p, q) lies, in floats. */
  int shift(int p, int q) {
    int row = p * dilation.height() / stride.height();
    return row * pitch() + q * dilation.width() / stride.width();
  }

  /**
   * Writes how far from a place's position each tap lies, in bytes, for some planes that follow
   * each other: {@code table[(c * taps + tap)]}, all longs.
   */
  void distances(int planes, int rows, MemorySegment table) {
    table = NATIVE.cast(table);
    long size = size(rows);
    int phaseSize = phaseSize(rows);
    long at = 0;
    for (int c = 0; c < planes; c++) {
      for (int p = 0; p < kernel.height(); p++) {
        for (int q = 0; q < kernel.width(); q++) {
          long distance = c * size + (long) phase(p, q) * phaseSize + shift(p, q);
          table.set(LONG, at, 4 * distance);
          at += 8;
        }
      }
    }
  }

  /**
   * Lays out what the places of {@code rows} rows, from row {@code first} on, see of the plane at
   * {@code s}. What they see of the padding stays as it is: to be filled before. Offsets are in
   * bytes.
   */
  void spread(MemorySegment src, long s, int first, int rows, MemorySegment dst, long d) {
    for (int a = 0; a < stride.height(); a++) {
      int i0 = firstRow(a, first);
      int i1 = lastRow(a, first, rows);
      for (int b = 0; b < stride.width(); b++) {
        int j0 = firstColumn(b);
        int j1 = lastColumn(b);
        if (i0 < i1 && j0 < j1) {
          Rectangles.gather(
              src,
              s + inPlane(a, b, first + i0, j0),
              4L * stride.height() * plane.width(),
              4L * stride.width(),
              dst,
              d + inPhases(a, b, i0, j0, rows),
              4L * pitch(),
              i1 - i0,
              j1 - j0);
        }
      }
    }
  }

  /** Adds to the plane at {@code d} what {@link #spread} would have laid out at {@code s}. */
  void collect(MemorySegment src, long s, int first, int rows, MemorySegment dst, long d) {
    for (int a = 0; a < stride.height(); a++) {
      int i0 = firstRow(a, first);
      int i1 = lastRow(a, first, rows);
      for (int b = 0; b < stride.width(); b++) {
        int j0 = firstColumn(b);
        int j1 = lastColumn(b);
        if (i0 < i1 && j0 < j1) {
          Rectangles.scatter(
              src,
              s + inPhases(a, b, i0, j0, rows),
              4L * pitch(),
              dst,
              d + inPlane(a, b, first + i0, j0),
              4L * stride.height() * plane.width(),
              4L * stride.width(),
              i1 - i0,
              j1 - j0);
        }
      }
    }
  }

  /**
   * Copies what each tap sees from the phases of a plane: row after row of places, without the
   * gaps. Tap t goes to {@code u + t * uRow}, in bytes. Rows shorter than a vector bring along what
   * lies behind them, so both sides have room for a vector more.
   */
  void unfold(
      MemorySegment phases,
      MemorySegment distances,
      int rows,
      MemorySegment dst,
      long u,
      long uRow) {
    int width = outWidth();
    for (int t = 0; t < taps(); t++) {
      long from = distances.get(LONG, 8L * t);
      long to = u + t * uRow;
      if (width < Simd.LANES) {
        Rectangles.copyStrip(phases, from, 4L * pitch(), dst, to, 4L * width, rows);
      } else {
        Rectangles.copy(phases, from, 4L * pitch(), dst, to, 4L * width, rows, width);
      }
    }
  }

  /** Adds to the phases of a plane what {@link #unfold} copies from them. */
  void fold(
      MemorySegment src,
      long u,
      long uRow,
      MemorySegment distances,
      int rows,
      MemorySegment phases) {
    int width = outWidth();
    for (int t = 0; t < taps(); t++) {
      long to = distances.get(LONG, 8L * t);
      Rectangles.add(src, u + t * uRow, 4L * width, phases, to, 4L * pitch(), rows, width);
    }
  }

  /** The first row of phase {@code a} that lies on the plane, counted from row {@code first}. */
  private int firstRow(int a, int first) {
    return Math.max(0, Math.ceilDiv(padding.height() - a, stride.height()) - first);
  }

  private int lastRow(int a, int first, int rows) {
    int end = Math.ceilDiv(plane.height() + padding.height() - a, stride.height());
    return Math.min(phaseRows(rows), end - first);
  }

  private int firstColumn(int b) {
    return Math.max(0, Math.ceilDiv(padding.width() - b, stride.width()));
  }

  private int lastColumn(int b) {
    int end = Math.ceilDiv(plane.width() + padding.width() - b, stride.width());
    return Math.min(pitch(), end);
  }

  /** Where in the plane row i and column j of phase (a, b) lie, in bytes. */
  private long inPlane(int a, int b, int i, int j) {
    long row = (long) i * stride.height() + a - padding.height();
    return 4 * (row * plane.width() + (long) j * stride.width() + b - padding.width());
  }

  private long inPhases(int a, int b, int i, int j, int rows) {
    long phase = (long) a * stride.width() + b;
    return 4 * (phase * phaseSize(rows) + (long) i * pitch() + j);
  }
}
