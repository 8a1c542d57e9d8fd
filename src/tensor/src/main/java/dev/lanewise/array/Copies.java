package dev.lanewise.array;

import dev.lanewise.kernel.Elementwise;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Copies between any two layouts of one shape. */
final class Copies {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private Copies() {}

  static void copy(NDArray source, NDArray target) {
    long n = source.size();
    if (n == 0) {
      return;
    }
    Layout from = source.layout();
    Layout to = target.layout();
    if (from.sameStrides(to) && from.isDense()) {
      Elementwise.copy(source.segment(), source.offset(), target.segment(), target.offset(), n);
    } else if (to.isContiguous()) {
      planes(source, target);
    } else if (to.isDense() && source.rank() == 2) {
      // A dense matrix that is not row-major is a transposed one.
      planes(source.transpose(), target.transpose());
    } else {
      elements(source, target);
    }
  }

  /** Copies into a contiguous target, the last two axes at a time. */
  private static void planes(NDArray source, NDArray target) {
    Layout from = source.layout();
    Shape shape = source.shape();
    int rank = shape.rank();
    int cols = rank > 0 ? shape.at(rank - 1) : 1;
    int rows = rank > 1 ? shape.at(rank - 2) : 1;
    long colStride = rank > 0 ? from.strideAt(rank - 1) : 1;
    long rowStride = rank > 1 ? from.strideAt(rank - 2) : 0;
    MemorySegment in = source.segment();
    MemorySegment out = target.segment();
    Odometer outer = new Odometer(shape, Math.max(rank - 2, 0));
    long plane = (long) rows * cols;
    long written = target.offset();
    do {
      long start = source.offset() + outer.dot(from);
      Elementwise.copy2d(in, start, rowStride, colStride, out, written, rows, cols);
      written += plane;
    } while (outer.next());
  }

  private static void elements(NDArray source, NDArray target) {
    MemorySegment in = source.segment();
    MemorySegment out = target.segment();
    Odometer index = new Odometer(source.shape(), source.rank());
    do {
      float value = in.get(FLOAT, 4 * (source.offset() + index.dot(source.layout())));
      out.set(FLOAT, 4 * (target.offset() + index.dot(target.layout())), value);
    } while (index.next());
  }
}
