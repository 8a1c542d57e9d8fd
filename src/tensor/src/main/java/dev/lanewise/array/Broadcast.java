package dev.lanewise.array;

import dev.lanewise.kernel.Elementwise;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/**
 * Arithmetic on two arrays whose shapes broadcast.
 *
 * <p>The result is cut into runs along which each operand either advances by one or stands still,
 * and a kernel is called per run: two arrays of one shape are one run, a matrix and a row are a run
 * per row of the matrix.
 */
final class Broadcast {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private Broadcast() {}

  /** The arithmetic operations. */
  enum Op {
    ADD,
    SUB,
    MUL,
    DIV;

    final String text = name().toLowerCase(Locale.ROOT);
  }

  static NDArray apply(Op op, NDArray left, NDArray right) {
    Shape shape = left.shape().broadcast(right.shape(), op.text);
    NDArray a = left.contiguous();
    NDArray b = right.contiguous();
    NDArray c = NDArray.empty(shape);
    MemorySegment as = a.segment();
    MemorySegment bs = b.segment();
    MemorySegment cs = c.segment();
    if (a.shape().equals(b.shape())) {
      vectors(op, as, a.offset(), bs, b.offset(), cs, c.offset(), shape.size());
      return c;
    }
    if (shape.size() == 0) {
      return c;
    }
    Layout al = a.layout().broadcastTo(shape);
    Layout bl = b.layout().broadcastTo(shape);
    int outer = shape.rank();
    long run = 1;
    long aStep = -1;
    long bStep = -1;
    while (outer > 0) {
      int dim = shape.at(outer - 1);
      if (dim != 1) {
        long aNext = al.strideAt(outer - 1);
        long bNext = bl.strideAt(outer - 1);
        boolean extendsRun = run == 1 || (aNext == aStep * run && bNext == bStep * run);
        if (!extendsRun) {
          break;
        }
        if (run == 1) {
          aStep = aNext;
          bStep = bNext;
        }
        run *= dim;
      }
      outer--;
    }
    Odometer index = new Odometer(shape, outer);
    long co = c.offset();
    do {
      long ao = a.offset() + index.dot(al);
      long bo = b.offset() + index.dot(bl);
      if (aStep != 0 && bStep != 0) {
        vectors(op, as, ao, bs, bo, cs, co, run);
      } else if (bStep == 0) {
        vectorScalar(op, as, ao, bs.get(FLOAT, 4 * bo), cs, co, run);
      } else {
        scalarVector(op, as.get(FLOAT, 4 * ao), bs, bo, cs, co, run);
      }
      co += run;
    } while (index.next());
    return c;
  }

  private static void vectors(
      Op op, MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment c, long co, long n) {
    switch (op) {
      case ADD -> Elementwise.add(a, ao, b, bo, c, co, n);
      case SUB -> Elementwise.sub(a, ao, b, bo, c, co, n);
      case MUL -> Elementwise.mul(a, ao, b, bo, c, co, n);
      case DIV -> Elementwise.div(a, ao, b, bo, c, co, n);
    }
  }

  private static void vectorScalar(
      Op op, MemorySegment a, long ao, float b, MemorySegment c, long co, long n) {
    switch (op) {
      case ADD -> Elementwise.addScalar(a, ao, b, c, co, n);
      case SUB -> Elementwise.addScalar(a, ao, -b, c, co, n);
      case MUL -> Elementwise.mulScalar(a, ao, b, c, co, n);
      case DIV -> Elementwise.divScalar(a, ao, b, c, co, n);
    }
  }

  private static void scalarVector(
      Op op, float a, MemorySegment b, long bo, MemorySegment c, long co, long n) {
    switch (op) {
      case ADD -> Elementwise.addScalar(b, bo, a, c, co, n);
      case SUB -> Elementwise.rsubScalar(b, bo, a, c, co, n);
      case MUL -> Elementwise.mulScalar(b, bo, a, c, co, n);
      case DIV -> Elementwise.rdivScalar(b, bo, a, c, co, n);
    }
  }
}
