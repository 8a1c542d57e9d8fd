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
    if (a.shape().equals(b.shape())) {
      Recording.launch(() ->
          vectors(
              op,
              a.segment(),
              a.offset(),
              b.segment(),
              b.offset(),
              c.segment(),
              c.offset(),
              shape.size()));
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
    long length = run;
    boolean aStands = aStep == 0;
    boolean bStands = bStep == 0;
    Recording.launch(() -> runs(op, a, al, aStands, b, bl, bStands, c, index, length));
    return c;
  }

  private static void runs(
      Op op,
      NDArray a,
      Layout al,
      boolean aStands,
      NDArray b,
      Layout bl,
      boolean bStands,
      NDArray c,
      Odometer index,
      long length) {
    MemorySegment as = a.segment();
    MemorySegment bs = b.segment();
    MemorySegment cs = c.segment();
    long co = c.offset();
    index.reset();
    do {
      long ao = a.offset() + index.dot(al);
      long bo = b.offset() + index.dot(bl);
      if (!aStands && !bStands) {
        vectors(op, as, ao, bs, bo, cs, co, length);
      } else if (bStands) {
        vectorScalar(op, as, ao, bs.get(FLOAT, 4 * bo), cs, co, length);
      } else {
        scalarVector(op, as.get(FLOAT, 4 * ao), bs, bo, cs, co, length);
      }
      co += length;
    } while (index.next());
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
