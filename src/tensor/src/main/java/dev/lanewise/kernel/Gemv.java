package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.NATIVE;
import static dev.lanewise.kernel.Simd.VECTOR;

import dev.lanewise.memory.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The matrix-vector product as dot products: for a matrix whose columns of B are contiguous, such
 * as weights [out, in] stored row by row.
 *
 * <p>Eight columns are read at once against one load of x, so that memory sees eight streams. Lanes
 * are summed in a fixed order.
 */
final class Gemv {
  private static final VectorSpecies<Float> F = Simd.F;
  private static final int LANES = Simd.LANES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int SCRATCH_X = 1;
  private static final int SCRATCH_SUMS = 2;

  /** Rows of B that are read at once. */
  private static final int ROWS = 8;

  /** Columns whose sums wait together for their last additions: a multiple of every vector. */
  private static final int BLOCK = 64;

  /** Bytes after which addresses share a set of L1, which has eight places. */
  private static final long L1_WAY = 4096;

  /** Bytes of a vector. */
  private static final long V = 4L * LANES;

  static final VectorMask<Float> UPPER_8 = upper(8);
  static final VectorMask<Float> UPPER_4 = upper(4);
  static final VectorMask<Float> UPPER_2 = upper(2);
  static final VectorMask<Float> UPPER_1 = upper(1);

  private Gemv() {}

  /**
   * Computes y[j] = sum over p of x[p] * B[p][j] for j below {@code n}, added to y if {@code add}.
   * Offsets and strides are in bytes; column j of B starts at {@code b + j * bCol} and is
   * contiguous.
   */
  static void dots(
      Scratch scratch,
      MemorySegment X,
      long x,
      long xStep,
      MemorySegment B,
      long b,
      long bCol,
      int k,
      int n,
      MemorySegment Y,
      long y,
      boolean add) {
    MemorySegment dense = X;
    long start = x;
    if (xStep != 4) {
      dense = scratch.floats(SCRATCH_X, k);
      start = 0;
      Pack.column(X, x, xStep, k, dense, 0, 4);
    }
    MemorySegment quads = scratch.floats(SCRATCH_SUMS, (long) BLOCK / 4 * LANES);
    boolean crowded = bCol % L1_WAY == 0 && bCol * n <= Caches.L2;
    for (int j = 0; j < n; j += BLOCK) {
      int columns = Math.min(BLOCK, n - j);
      quads(dense, start, B, b + j * bCol, bCol, k, columns, crowded, quads);
      sums(quads, columns, Y, y + 4L * j, add);
    }
  }

  /**
   * Leaves the products of x with each four columns in one vector, whose lane i holds a part of the
   * sum of column i % 4.
   */
  private static void quads(
      MemorySegment X,
      long x,
      MemorySegment B,
      long b,
      long bCol,
      int k,
      int columns,
      boolean crowded,
      MemorySegment quads) {
    int whole = k - k % LANES;
    boolean rests = whole < k;
    int i = 0;
    if (whole == 4 * LANES) {
      int fours = columns & -4;
      if (fours > 0) {
        fourVectors(X, x, B, b, bCol, 4, fours / 4, quads, 0);
      }
      if (fours < columns) {
        fourVectors(X, x, B, b + fours * bCol, bCol, columns - fours, 1, quads, fours / 4 * V);
      }
      i = columns;
    }
    if (!crowded) {
      for (; i + 8 <= columns; i += 8) {
        eight(X, x, B, b + i * bCol, bCol, whole, quads, i / 4 * V);
      }
    }
    for (; i < columns; i += 4) {
      four(X, x, B, b + i * bCol, bCol, columns - i, whole, quads, i / 4 * V);
    }
    if (rests) {
      long at = 4L * whole;
      rest(X, x + at, B, b + at, bCol, k - whole, columns, quads);
    }
  }

  /**
   * Computes Y[j] += sum over p of X[p] * B[p][j] for the first {@code n} columns, whole vectors.
   * Rows of B are read from end to end, eight at a time, as memory likes them.
   */
  static void row(
      MemorySegment X,
      long x,
      long xStep,
      MemorySegment B,
      long b,
      long bRow,
      int k,
      int n,
      MemorySegment Y,
      long y) {
    X = NATIVE.cast(X);
    int p = 0;
    for (; p + ROWS <= k; p += ROWS) {
      long xp = x + p * xStep;
      eightRows(
          X.get(FLOAT, xp),
          X.get(FLOAT, xp + 1 * xStep),
          X.get(FLOAT, xp + 2 * xStep),
          X.get(FLOAT, xp + 3 * xStep),
          X.get(FLOAT, xp + 4 * xStep),
          X.get(FLOAT, xp + 5 * xStep),
          X.get(FLOAT, xp + 6 * xStep),
          X.get(FLOAT, xp + 7 * xStep),
          B,
          b + p * bRow,
          bRow,
          Y,
          y,
          n);
    }
    if (p < k) {
      restOfRows(X, x + p * xStep, xStep, B, b + p * bRow, bRow, k - p, Y, y, n);
    }
  }

  /**
   * As {@link #row}, of two rows of X and Y: a method of its own, as what both read of X would be
   * more than C2 inlines in one.
   */
  static void twoRows(
      MemorySegment X,
      long x,
      long xRow,
      long xStep,
      MemorySegment B,
      long b,
      long bRow,
      int k,
      int n,
      MemorySegment Y,
      long y,
      long yRow) {
    X = NATIVE.cast(X);
    int p = 0;
    for (; p + ROWS <= k; p += ROWS) {
      long xp = x + p * xStep;
      long zp = xp + xRow;
      eightRowsTwice(
          X.get(FLOAT, xp),
          X.get(FLOAT, xp + 1 * xStep),
          X.get(FLOAT, xp + 2 * xStep),
          X.get(FLOAT, xp + 3 * xStep),
          X.get(FLOAT, xp + 4 * xStep),
          X.get(FLOAT, xp + 5 * xStep),
          X.get(FLOAT, xp + 6 * xStep),
          X.get(FLOAT, xp + 7 * xStep),
          X.get(FLOAT, zp),
          X.get(FLOAT, zp + 1 * xStep),
          X.get(FLOAT, zp + 2 * xStep),
          X.get(FLOAT, zp + 3 * xStep),
          X.get(FLOAT, zp + 4 * xStep),
          X.get(FLOAT, zp + 5 * xStep),
          X.get(FLOAT, zp + 6 * xStep),
          X.get(FLOAT, zp + 7 * xStep),
          B,
          b + p * bRow,
          bRow,
          Y,
          y,
          yRow,
          n);
    }
    if (p < k) {
      for (int i = 0; i < 2; i++) {
        long xp = x + i * xRow + p * xStep;
        restOfRows(X, xp, xStep, B, b + p * bRow, bRow, k - p, Y, y + i * yRow, n);
      }
    }
  }

  /** Adds the products of eight rows of B, each with its factor, to Y. */
  private static void eightRows(
      float f0,
      float f1,
      float f2,
      float f3,
      float f4,
      float f5,
      float f6,
      float f7,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment Y,
      long y,
      int n) {
    B = NATIVE.cast(B);
    Y = NATIVE.cast(Y);
    FloatVector x0 = VECTOR.cast(FloatVector.broadcast(F, f0));
    FloatVector x1 = VECTOR.cast(FloatVector.broadcast(F, f1));
    FloatVector x2 = VECTOR.cast(FloatVector.broadcast(F, f2));
    FloatVector x3 = VECTOR.cast(FloatVector.broadcast(F, f3));
    FloatVector x4 = VECTOR.cast(FloatVector.broadcast(F, f4));
    FloatVector x5 = VECTOR.cast(FloatVector.broadcast(F, f5));
    FloatVector x6 = VECTOR.cast(FloatVector.broadcast(F, f6));
    FloatVector x7 = VECTOR.cast(FloatVector.broadcast(F, f7));
    long b1 = b + bRow;
    long b2 = b1 + bRow;
    long b3 = b2 + bRow;
    long b4 = b3 + bRow;
    long b5 = b4 + bRow;
    long b6 = b5 + bRow;
    long b7 = b6 + bRow;
    for (int j = 0; j < n; j += LANES) {
      long o = 4L * j;
      FloatVector s = FloatVector.fromMemorySegment(F, Y, y + o, ORDER);
      s = x0.fma(FloatVector.fromMemorySegment(F, B, b + o, ORDER), s);
      s = x1.fma(FloatVector.fromMemorySegment(F, B, b1 + o, ORDER), s);
      s = x2.fma(FloatVector.fromMemorySegment(F, B, b2 + o, ORDER), s);
      s = x3.fma(FloatVector.fromMemorySegment(F, B, b3 + o, ORDER), s);
      s = x4.fma(FloatVector.fromMemorySegment(F, B, b4 + o, ORDER), s);
      s = x5.fma(FloatVector.fromMemorySegment(F, B, b5 + o, ORDER), s);
      s = x6.fma(FloatVector.fromMemorySegment(F, B, b6 + o, ORDER), s);
      s = x7.fma(FloatVector.fromMemorySegment(F, B, b7 + o, ORDER), s);
      s.intoMemorySegment(Y, y + o, ORDER);
    }
  }

  /**
   * Adds the products of eight rows of B to two of Y, with one factor and another. Factors are
   * parameters as each that is read here would take up a twentieth of what C2 inlines.
   */
  private static void eightRowsTwice(
      float f0,
      float f1,
      float f2,
      float f3,
      float f4,
      float f5,
      float f6,
      float f7,
      float g0,
      float g1,
      float g2,
      float g3,
      float g4,
      float g5,
      float g6,
      float g7,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment Y,
      long y,
      long yRow,
      int n) {
    B = NATIVE.cast(B);
    Y = NATIVE.cast(Y);
    FloatVector x0 = VECTOR.cast(FloatVector.broadcast(F, f0));
    FloatVector x1 = VECTOR.cast(FloatVector.broadcast(F, f1));
    FloatVector x2 = VECTOR.cast(FloatVector.broadcast(F, f2));
    FloatVector x3 = VECTOR.cast(FloatVector.broadcast(F, f3));
    FloatVector x4 = VECTOR.cast(FloatVector.broadcast(F, f4));
    FloatVector x5 = VECTOR.cast(FloatVector.broadcast(F, f5));
    FloatVector x6 = VECTOR.cast(FloatVector.broadcast(F, f6));
    FloatVector x7 = VECTOR.cast(FloatVector.broadcast(F, f7));
    FloatVector z0 = VECTOR.cast(FloatVector.broadcast(F, g0));
    FloatVector z1 = VECTOR.cast(FloatVector.broadcast(F, g1));
    FloatVector z2 = VECTOR.cast(FloatVector.broadcast(F, g2));
    FloatVector z3 = VECTOR.cast(FloatVector.broadcast(F, g3));
    FloatVector z4 = VECTOR.cast(FloatVector.broadcast(F, g4));
    FloatVector z5 = VECTOR.cast(FloatVector.broadcast(F, g5));
    FloatVector z6 = VECTOR.cast(FloatVector.broadcast(F, g6));
    FloatVector z7 = VECTOR.cast(FloatVector.broadcast(F, g7));
    long b1 = b + bRow;
    long b2 = b1 + bRow;
    long b3 = b2 + bRow;
    long b4 = b3 + bRow;
    long b5 = b4 + bRow;
    long b6 = b5 + bRow;
    long b7 = b6 + bRow;
    for (int j = 0; j < n; j += LANES) {
      long o = 4L * j;
      FloatVector s = FloatVector.fromMemorySegment(F, Y, y + o, ORDER);
      FloatVector t = FloatVector.fromMemorySegment(F, Y, y + yRow + o, ORDER);
      FloatVector v0 = FloatVector.fromMemorySegment(F, B, b + o, ORDER);
      s = x0.fma(v0, s);
      t = z0.fma(v0, t);
      FloatVector v1 = FloatVector.fromMemorySegment(F, B, b1 + o, ORDER);
      s = x1.fma(v1, s);
      t = z1.fma(v1, t);
      FloatVector v2 = FloatVector.fromMemorySegment(F, B, b2 + o, ORDER);
      s = x2.fma(v2, s);
      t = z2.fma(v2, t);
      FloatVector v3 = FloatVector.fromMemorySegment(F, B, b3 + o, ORDER);
      s = x3.fma(v3, s);
      t = z3.fma(v3, t);
      FloatVector v4 = FloatVector.fromMemorySegment(F, B, b4 + o, ORDER);
      s = x4.fma(v4, s);
      t = z4.fma(v4, t);
      FloatVector v5 = FloatVector.fromMemorySegment(F, B, b5 + o, ORDER);
      s = x5.fma(v5, s);
      t = z5.fma(v5, t);
      FloatVector v6 = FloatVector.fromMemorySegment(F, B, b6 + o, ORDER);
      s = x6.fma(v6, s);
      t = z6.fma(v6, t);
      FloatVector v7 = FloatVector.fromMemorySegment(F, B, b7 + o, ORDER);
      s = x7.fma(v7, s);
      t = z7.fma(v7, t);
      s.intoMemorySegment(Y, y + o, ORDER);
      t.intoMemorySegment(Y, y + yRow + o, ORDER);
    }
  }

  /**
   * The rows of B that are left over. All loops stand here: one in {@link #row} would have that
   * compiled first, with this one's vectors boxed in it.
   */
  private static void restOfRows(
      MemorySegment X,
      long x,
      long xStep,
      MemorySegment B,
      long b,
      long bRow,
      int k,
      MemorySegment Y,
      long y,
      int n) {
    X = NATIVE.cast(X);
    B = NATIVE.cast(B);
    Y = NATIVE.cast(Y);
    for (int j = 0; j < n; j += LANES) {
      long o = 4L * j;
      FloatVector s = FloatVector.fromMemorySegment(F, Y, y + o, ORDER);
      for (int p = 0; p < k; p++) {
        FloatVector v = VECTOR.cast(FloatVector.broadcast(F, X.get(FLOAT, x + p * xStep)));
        s = v.fma(FloatVector.fromMemorySegment(F, B, b + p * bRow + o, ORDER), s);
      }
      s.intoMemorySegment(Y, y + o, ORDER);
    }
  }

  private static void eight(
      MemorySegment X,
      long x,
      MemorySegment B,
      long b,
      long bCol,
      int k,
      MemorySegment quads,
      long to) {
    X = NATIVE.cast(X);
    B = NATIVE.cast(B);
    quads = NATIVE.cast(quads);
    long b1 = b + bCol;
    long b2 = b1 + bCol;
    long b3 = b2 + bCol;
    long b4 = b3 + bCol;
    long b5 = b4 + bCol;
    long b6 = b5 + bCol;
    long b7 = b6 + bCol;
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    FloatVector s2 = FloatVector.zero(F);
    FloatVector s3 = FloatVector.zero(F);
    FloatVector s4 = FloatVector.zero(F);
    FloatVector s5 = FloatVector.zero(F);
    FloatVector s6 = FloatVector.zero(F);
    FloatVector s7 = FloatVector.zero(F);
    for (int p = 0; p < k; p += LANES) {
      long o = 4L * p;
      FloatVector v = VECTOR.cast(FloatVector.fromMemorySegment(F, X, x + o, ORDER));
      s0 = v.fma(FloatVector.fromMemorySegment(F, B, b + o, ORDER), s0);
      s1 = v.fma(FloatVector.fromMemorySegment(F, B, b1 + o, ORDER), s1);
      s2 = v.fma(FloatVector.fromMemorySegment(F, B, b2 + o, ORDER), s2);
      s3 = v.fma(FloatVector.fromMemorySegment(F, B, b3 + o, ORDER), s3);
      s4 = v.fma(FloatVector.fromMemorySegment(F, B, b4 + o, ORDER), s4);
      s5 = v.fma(FloatVector.fromMemorySegment(F, B, b5 + o, ORDER), s5);
      s6 = v.fma(FloatVector.fromMemorySegment(F, B, b6 + o, ORDER), s6);
      s7 = v.fma(FloatVector.fromMemorySegment(F, B, b7 + o, ORDER), s7);
    }
    FloatVector even0 =
        s0.blend(s1, UPPER_1).add(s1.blend(s0, UPPER_1).rearrange(Reduction.SWAP_1));
    FloatVector odd0 = s2.blend(s3, UPPER_1).add(s3.blend(s2, UPPER_1).rearrange(Reduction.SWAP_1));
    even0
        .blend(odd0, UPPER_2)
        .add(odd0.blend(even0, UPPER_2).rearrange(Reduction.SWAP_2))
        .intoMemorySegment(quads, to, ORDER);
    FloatVector even1 =
        s4.blend(s5, UPPER_1).add(s5.blend(s4, UPPER_1).rearrange(Reduction.SWAP_1));
    FloatVector odd1 = s6.blend(s7, UPPER_1).add(s7.blend(s6, UPPER_1).rearrange(Reduction.SWAP_1));
    even1
        .blend(odd1, UPPER_2)
        .add(odd1.blend(even1, UPPER_2).rearrange(Reduction.SWAP_2))
        .intoMemorySegment(quads, to + V, ORDER);
  }

  private static void four(
      MemorySegment X,
      long x,
      MemorySegment B,
      long b,
      long bCol,
      int columns,
      int k,
      MemorySegment quads,
      long to) {
    X = NATIVE.cast(X);
    B = NATIVE.cast(B);
    quads = NATIVE.cast(quads);
    long b1 = b + Math.min(1, columns - 1) * bCol;
    long b2 = b + Math.min(2, columns - 1) * bCol;
    long b3 = b + Math.min(3, columns - 1) * bCol;
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    FloatVector s2 = FloatVector.zero(F);
    FloatVector s3 = FloatVector.zero(F);
    for (int p = 0; p < k; p += LANES) {
      long o = 4L * p;
      FloatVector v = VECTOR.cast(FloatVector.fromMemorySegment(F, X, x + o, ORDER));
      s0 = v.fma(FloatVector.fromMemorySegment(F, B, b + o, ORDER), s0);
      s1 = v.fma(FloatVector.fromMemorySegment(F, B, b1 + o, ORDER), s1);
      s2 = v.fma(FloatVector.fromMemorySegment(F, B, b2 + o, ORDER), s2);
      s3 = v.fma(FloatVector.fromMemorySegment(F, B, b3 + o, ORDER), s3);
    }
    FloatVector even0 =
        s0.blend(s1, UPPER_1).add(s1.blend(s0, UPPER_1).rearrange(Reduction.SWAP_1));
    FloatVector odd0 = s2.blend(s3, UPPER_1).add(s3.blend(s2, UPPER_1).rearrange(Reduction.SWAP_1));
    even0
        .blend(odd0, UPPER_2)
        .add(odd0.blend(even0, UPPER_2).rearrange(Reduction.SWAP_2))
        .intoMemorySegment(quads, to, ORDER);
  }

  /** As {@link #four} for many fours of columns, or one of fewer, that are four vectors long. */
  private static void fourVectors(
      MemorySegment X,
      long x,
      MemorySegment B,
      long b,
      long bCol,
      int columns,
      int fours,
      MemorySegment quads,
      long to) {
    X = NATIVE.cast(X);
    B = NATIVE.cast(B);
    quads = NATIVE.cast(quads);
    long col1 = Math.min(1, columns - 1) * bCol;
    long col2 = Math.min(2, columns - 1) * bCol;
    long col3 = Math.min(3, columns - 1) * bCol;
    FloatVector x0 = VECTOR.cast(FloatVector.fromMemorySegment(F, X, x, ORDER));
    FloatVector x1 = VECTOR.cast(FloatVector.fromMemorySegment(F, X, x + V, ORDER));
    FloatVector x2 = VECTOR.cast(FloatVector.fromMemorySegment(F, X, x + 2 * V, ORDER));
    FloatVector x3 = VECTOR.cast(FloatVector.fromMemorySegment(F, X, x + 3 * V, ORDER));
    for (int i = 0; i < fours; i++) {
      long from = b + 4L * i * bCol;
      long from1 = from + col1;
      long from2 = from + col2;
      long from3 = from + col3;
      FloatVector s0 = x0.mul(FloatVector.fromMemorySegment(F, B, from, ORDER));
      s0 = x1.fma(FloatVector.fromMemorySegment(F, B, from + V, ORDER), s0);
      s0 = x2.fma(FloatVector.fromMemorySegment(F, B, from + 2 * V, ORDER), s0);
      s0 = x3.fma(FloatVector.fromMemorySegment(F, B, from + 3 * V, ORDER), s0);
      FloatVector s1 = x0.mul(FloatVector.fromMemorySegment(F, B, from1, ORDER));
      s1 = x1.fma(FloatVector.fromMemorySegment(F, B, from1 + V, ORDER), s1);
      s1 = x2.fma(FloatVector.fromMemorySegment(F, B, from1 + 2 * V, ORDER), s1);
      s1 = x3.fma(FloatVector.fromMemorySegment(F, B, from1 + 3 * V, ORDER), s1);
      FloatVector s2 = x0.mul(FloatVector.fromMemorySegment(F, B, from2, ORDER));
      s2 = x1.fma(FloatVector.fromMemorySegment(F, B, from2 + V, ORDER), s2);
      s2 = x2.fma(FloatVector.fromMemorySegment(F, B, from2 + 2 * V, ORDER), s2);
      s2 = x3.fma(FloatVector.fromMemorySegment(F, B, from2 + 3 * V, ORDER), s2);
      FloatVector s3 = x0.mul(FloatVector.fromMemorySegment(F, B, from3, ORDER));
      s3 = x1.fma(FloatVector.fromMemorySegment(F, B, from3 + V, ORDER), s3);
      s3 = x2.fma(FloatVector.fromMemorySegment(F, B, from3 + 2 * V, ORDER), s3);
      s3 = x3.fma(FloatVector.fromMemorySegment(F, B, from3 + 3 * V, ORDER), s3);
      FloatVector even0 =
          s0.blend(s1, UPPER_1).add(s1.blend(s0, UPPER_1).rearrange(Reduction.SWAP_1));
      FloatVector odd0 =
          s2.blend(s3, UPPER_1).add(s3.blend(s2, UPPER_1).rearrange(Reduction.SWAP_1));
      even0
          .blend(odd0, UPPER_2)
          .add(odd0.blend(even0, UPPER_2).rearrange(Reduction.SWAP_2))
          .intoMemorySegment(quads, to + i * V, ORDER);
    }
  }

  /** Adds the products of the last {@code k} rows, less than a vector. */
  private static void rest(
      MemorySegment X,
      long x,
      MemorySegment B,
      long b,
      long bCol,
      int k,
      int columns,
      MemorySegment quads) {
    X = NATIVE.cast(X);
    B = NATIVE.cast(B);
    quads = NATIVE.cast(quads);
    VectorMask<Float> valid = F.indexInRange(0, k);
    FloatVector v = FloatVector.fromMemorySegment(F, X, x, ORDER, valid);
    for (int i = 0; i < columns; i += 4) {
      long to = i / 4 * V;
      long b0 = b + i * bCol;
      int last = columns - 1 - i;
      FloatVector s0 = v.mul(FloatVector.fromMemorySegment(F, B, b0, ORDER, valid));
      FloatVector s1 =
          v.mul(FloatVector.fromMemorySegment(F, B, b0 + Math.min(1, last) * bCol, ORDER, valid));
      FloatVector s2 =
          v.mul(FloatVector.fromMemorySegment(F, B, b0 + Math.min(2, last) * bCol, ORDER, valid));
      FloatVector s3 =
          v.mul(FloatVector.fromMemorySegment(F, B, b0 + Math.min(3, last) * bCol, ORDER, valid));
      FloatVector even0 =
          s0.blend(s1, UPPER_1).add(s1.blend(s0, UPPER_1).rearrange(Reduction.SWAP_1));
      FloatVector odd0 =
          s2.blend(s3, UPPER_1).add(s3.blend(s2, UPPER_1).rearrange(Reduction.SWAP_1));
      even0
          .blend(odd0, UPPER_2)
          .add(odd0.blend(even0, UPPER_2).rearrange(Reduction.SWAP_2))
          .add(FloatVector.fromMemorySegment(F, quads, to, ORDER))
          .intoMemorySegment(quads, to, ORDER);
    }
  }

  /** Adds up the parts of the sums of {@code columns} columns into y. */
  private static void sums(MemorySegment quads, int columns, MemorySegment Y, long y, boolean add) {
    quads = NATIVE.cast(quads);
    Y = NATIVE.cast(Y);
    int whole = columns - columns % LANES;
    for (int j = 0; j < whole; j += LANES) {
      long from = LANES * (long) j;
      FloatVector sum = FloatVector.fromMemorySegment(F, quads, from, ORDER);
      if (LANES > 4) {
        FloatVector next = FloatVector.fromMemorySegment(F, quads, from + V, ORDER);
        sum = sum.blend(next, UPPER_4).add(next.blend(sum, UPPER_4).rearrange(Reduction.SWAP_4));
      }
      if (LANES > 8) {
        FloatVector s2 = FloatVector.fromMemorySegment(F, quads, from + 2 * V, ORDER);
        FloatVector s3 = FloatVector.fromMemorySegment(F, quads, from + 3 * V, ORDER);
        FloatVector next =
            s2.blend(s3, UPPER_4).add(s3.blend(s2, UPPER_4).rearrange(Reduction.SWAP_4));
        sum = sum.blend(next, UPPER_8).add(next.blend(sum, UPPER_8).rearrange(Reduction.SWAP_8));
      }
      if (add) {
        sum = sum.add(FloatVector.fromMemorySegment(F, Y, y + 4L * j, ORDER));
      }
      sum.intoMemorySegment(Y, y + 4L * j, ORDER);
    }
    if (whole < columns) {
      VectorMask<Float> valid = F.indexInRange(0, columns - whole);
      long from = LANES * (long) whole;
      FloatVector sum = FloatVector.fromMemorySegment(F, quads, from, ORDER);
      if (LANES > 4) {
        FloatVector next = FloatVector.fromMemorySegment(F, quads, from + V, ORDER);
        sum = sum.blend(next, UPPER_4).add(next.blend(sum, UPPER_4).rearrange(Reduction.SWAP_4));
      }
      if (LANES > 8) {
        FloatVector s2 = FloatVector.fromMemorySegment(F, quads, from + 2 * V, ORDER);
        FloatVector s3 = FloatVector.fromMemorySegment(F, quads, from + 3 * V, ORDER);
        FloatVector next =
            s2.blend(s3, UPPER_4).add(s3.blend(s2, UPPER_4).rearrange(Reduction.SWAP_4));
        sum = sum.blend(next, UPPER_8).add(next.blend(sum, UPPER_8).rearrange(Reduction.SWAP_8));
      }
      long at = y + 4L * whole;
      if (add) {
        sum = sum.add(FloatVector.fromMemorySegment(F, Y, at, ORDER, valid));
      }
      sum.intoMemorySegment(Y, at, ORDER, valid);
    }
  }

  /** Returns a mask of every second {@code n} lanes. */
  private static VectorMask<Float> upper(int n) {
    boolean[] lanes = new boolean[LANES];
    for (int i = 0; i < LANES; i++) {
      lanes[i] = (i & n) != 0;
    }
    return VectorMask.fromArray(F, lanes, 0);
  }
}
