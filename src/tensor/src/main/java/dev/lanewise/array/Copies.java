package dev.lanewise.array;

import dev.lanewise.kernel.Elementwise;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Copies between any two layouts of one shape. */
final class Copies {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** The length from which on it pays to copy a row in one call. */
  private static final int LONG_ROW = 8;

  private Copies() {}

  static void copy(NDArray source, NDArray target) {
    long n = source.size();
    if (n == 0) {
      return;
    }
    Layout from = source.layout();
    Layout to = target.layout();
    if (from.sameStrides(to) && from.isDense()) {
      Recording.launch(() ->
          Elementwise.copy(
              source.segment(), source.offset(), target.segment(), target.offset(), n));
    } else if (to.isContiguous()) {
      pieces(source, target, Math.min(source.rank(), 2));
    } else if (to.isDense() && source.rank() == 2) {
      // A dense matrix that is not row-major is a transposed one.
      pieces(source.transpose(), target.transpose(), 2);
    } else if (to.strideAt(source.rank() - 1) == 1 && source.shape().dim(-1) >= LONG_ROW) {
      pieces(source, target, 1);
    } else {
      elements(source, target);
    }
  }

  /** Copies piece by piece, which are the last axes, up to two, and contiguous in the target. */
  private static void pieces(NDArray source, NDArray target, int axes) {
    Layout from = source.layout();
    Shape shape = source.shape();
    int rank = shape.rank();
    int cols = axes > 0 ? shape.at(rank - 1) : 1;
    int rows = axes > 1 ? shape.at(rank - 2) : 1;
    long colStride = axes > 0 ? from.strideAt(rank - 1) : 1;
    long rowStride = axes > 1 ? from.strideAt(rank - 2) : cols;
    Odometer outer = new Odometer(shape, rank - axes);
    Recording.launch(() -> {
      MemorySegment in = source.segment();
      MemorySegment out = target.segment();
      outer.reset();
      do {
        long start = source.offset() + outer.dot(from);
        long written = target.offset() + outer.dot(target.layout());
        Elementwise.copy2d(in, start, rowStride, colStride, out, written, rows, cols);
      } while (outer.next());
    });
  }

  private static void elements(NDArray source, NDArray target) {
    Odometer index = new Odometer(source.shape(), source.rank());
    Recording.launch(() -> {
      MemorySegment in = source.segment();
      MemorySegment out = target.segment();
      index.reset();
      do {
        float value = in.get(FLOAT, 4 * (source.offset() + index.dot(source.layout())));
        out.set(FLOAT, 4 * (target.offset() + index.dot(target.layout())), value);
      } while (index.next());
    });
  }
}
