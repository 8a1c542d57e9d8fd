package dev.lanewise.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of every matrix product: one tile of C, held in registers over the whole of
 * K.
 *
 * <pre>
 *                      b + p * bRow:  | b0 | b1 | b2 | b3 |     one row of B, in vectors
 *
 *   a + p * aCol:  x0                 c00  c01  c02  c03
 *        + aRow:   x1                 c10  c11  c12  c13        C[i][j] += A[i][p] * B[p][j]
 *      + 2 aRow:   x2                 c20  c21  c22  c23
 *      + 3 aRow:   x3                 c30  c31  c32  c33
 * </pre>
 *
 * <p>A, transposed or not, packed or not, is told apart by its two strides alone; of B only a row's
 * vectors must be adjacent. All offsets and strides are in bytes. Where {@code m} is less than the
 * tile's rows, the last row stands in for the missing ones: it is computed more than once and
 * stored with the same value, so that an edge needs no code of its own.
 *
 * <p>Every element of C is one chain of fused multiply-adds in the order of p, whatever the tile
 * and wherever K is cut, so all tiles give the same bits.
 *
 * <p>Why the methods look alike and share nothing: a helper that takes or returns vectors boxes the
 * loop when a compiler refuses to inline it, and a branch on "zero or add" inside one method drops
 * it to a compiler tier that boxes everything. One tile, one method, at most 16 accumulators.
 */
final class MicroKernel {
  private static final VectorSpecies<Float> F = Simd.F;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Bytes of a vector. */
  private static final long V = 4L * Simd.LANES;

  private MicroKernel() {}

  /** C = A B on a tile of 4 rows by 4 vectors. */
  static void zero4x4(
      MemorySegment A,
      long a,
      long aRow,
      long aCol,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? 2 * aRow : a1;
    long a3 = m > 3 ? 3 * aRow : a2;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c + 2 * cRow : c1;
    long c3 = m > 3 ? c + 3 * cRow : c2;
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c02 = FloatVector.zero(F);
    FloatVector c03 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c12 = FloatVector.zero(F);
    FloatVector c13 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c21 = FloatVector.zero(F);
    FloatVector c22 = FloatVector.zero(F);
    FloatVector c23 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    FloatVector c31 = FloatVector.zero(F);
    FloatVector c32 = FloatVector.zero(F);
    FloatVector c33 = FloatVector.zero(F);
    for (int p = 0; p < k; p++) {
      long ap = a + p * aCol;
      long bp = b + p * bRow;
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(F, B, bp + V, ORDER);
      FloatVector b2 = FloatVector.fromMemorySegment(F, B, bp + 2 * V, ORDER);
      FloatVector b3 = FloatVector.fromMemorySegment(F, B, bp + 3 * V, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      c02 = x0.fma(b2, c02);
      c03 = x0.fma(b3, c03);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + a1));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      c12 = x1.fma(b2, c12);
      c13 = x1.fma(b3, c13);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + a2));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      c22 = x2.fma(b2, c22);
      c23 = x2.fma(b3, c23);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + a3));
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      c32 = x3.fma(b2, c32);
      c33 = x3.fma(b3, c33);
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c02.intoMemorySegment(C, c + 2 * V, ORDER);
    c03.intoMemorySegment(C, c + 3 * V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c12.intoMemorySegment(C, c1 + 2 * V, ORDER);
    c13.intoMemorySegment(C, c1 + 3 * V, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c21.intoMemorySegment(C, c2 + V, ORDER);
    c22.intoMemorySegment(C, c2 + 2 * V, ORDER);
    c23.intoMemorySegment(C, c2 + 3 * V, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
    c31.intoMemorySegment(C, c3 + V, ORDER);
    c32.intoMemorySegment(C, c3 + 2 * V, ORDER);
    c33.intoMemorySegment(C, c3 + 3 * V, ORDER);
  }

  /** C += A B on a tile of 4 rows by 4 vectors. */
  static void add4x4(
      MemorySegment A,
      long a,
      long aRow,
      long aCol,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? 2 * aRow : a1;
    long a3 = m > 3 ? 3 * aRow : a2;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c + 2 * cRow : c1;
    long c3 = m > 3 ? c + 3 * cRow : c2;
    FloatVector c00 = FloatVector.fromMemorySegment(F, C, c, ORDER);
    FloatVector c01 = FloatVector.fromMemorySegment(F, C, c + V, ORDER);
    FloatVector c02 = FloatVector.fromMemorySegment(F, C, c + 2 * V, ORDER);
    FloatVector c03 = FloatVector.fromMemorySegment(F, C, c + 3 * V, ORDER);
    FloatVector c10 = FloatVector.fromMemorySegment(F, C, c1, ORDER);
    FloatVector c11 = FloatVector.fromMemorySegment(F, C, c1 + V, ORDER);
    FloatVector c12 = FloatVector.fromMemorySegment(F, C, c1 + 2 * V, ORDER);
    FloatVector c13 = FloatVector.fromMemorySegment(F, C, c1 + 3 * V, ORDER);
    FloatVector c20 = FloatVector.fromMemorySegment(F, C, c2, ORDER);
    FloatVector c21 = FloatVector.fromMemorySegment(F, C, c2 + V, ORDER);
    FloatVector c22 = FloatVector.fromMemorySegment(F, C, c2 + 2 * V, ORDER);
    FloatVector c23 = FloatVector.fromMemorySegment(F, C, c2 + 3 * V, ORDER);
    FloatVector c30 = FloatVector.fromMemorySegment(F, C, c3, ORDER);
    FloatVector c31 = FloatVector.fromMemorySegment(F, C, c3 + V, ORDER);
    FloatVector c32 = FloatVector.fromMemorySegment(F, C, c3 + 2 * V, ORDER);
    FloatVector c33 = FloatVector.fromMemorySegment(F, C, c3 + 3 * V, ORDER);
    for (int p = 0; p < k; p++) {
      long ap = a + p * aCol;
      long bp = b + p * bRow;
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(F, B, bp + V, ORDER);
      FloatVector b2 = FloatVector.fromMemorySegment(F, B, bp + 2 * V, ORDER);
      FloatVector b3 = FloatVector.fromMemorySegment(F, B, bp + 3 * V, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      c02 = x0.fma(b2, c02);
      c03 = x0.fma(b3, c03);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + a1));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      c12 = x1.fma(b2, c12);
      c13 = x1.fma(b3, c13);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + a2));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      c22 = x2.fma(b2, c22);
      c23 = x2.fma(b3, c23);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + a3));
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      c32 = x3.fma(b2, c32);
      c33 = x3.fma(b3, c33);
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c02.intoMemorySegment(C, c + 2 * V, ORDER);
    c03.intoMemorySegment(C, c + 3 * V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c12.intoMemorySegment(C, c1 + 2 * V, ORDER);
    c13.intoMemorySegment(C, c1 + 3 * V, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c21.intoMemorySegment(C, c2 + V, ORDER);
    c22.intoMemorySegment(C, c2 + 2 * V, ORDER);
    c23.intoMemorySegment(C, c2 + 3 * V, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
    c31.intoMemorySegment(C, c3 + V, ORDER);
    c32.intoMemorySegment(C, c3 + 2 * V, ORDER);
    c33.intoMemorySegment(C, c3 + 3 * V, ORDER);
  }

  /** C = A B on a tile of 4 rows by 2 vectors. */
  static void zero4x2(
      MemorySegment A,
      long a,
      long aRow,
      long aCol,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? 2 * aRow : a1;
    long a3 = m > 3 ? 3 * aRow : a2;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c + 2 * cRow : c1;
    long c3 = m > 3 ? c + 3 * cRow : c2;
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c21 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    FloatVector c31 = FloatVector.zero(F);
    for (int p = 0; p < k; p++) {
      long ap = a + p * aCol;
      long bp = b + p * bRow;
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(F, B, bp + V, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + a1));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + a2));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + a3));
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c21.intoMemorySegment(C, c2 + V, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
    c31.intoMemorySegment(C, c3 + V, ORDER);
  }

  /** C += A B on a tile of 4 rows by 2 vectors. */
  static void add4x2(
      MemorySegment A,
      long a,
      long aRow,
      long aCol,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? 2 * aRow : a1;
    long a3 = m > 3 ? 3 * aRow : a2;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c + 2 * cRow : c1;
    long c3 = m > 3 ? c + 3 * cRow : c2;
    FloatVector c00 = FloatVector.fromMemorySegment(F, C, c, ORDER);
    FloatVector c01 = FloatVector.fromMemorySegment(F, C, c + V, ORDER);
    FloatVector c10 = FloatVector.fromMemorySegment(F, C, c1, ORDER);
    FloatVector c11 = FloatVector.fromMemorySegment(F, C, c1 + V, ORDER);
    FloatVector c20 = FloatVector.fromMemorySegment(F, C, c2, ORDER);
    FloatVector c21 = FloatVector.fromMemorySegment(F, C, c2 + V, ORDER);
    FloatVector c30 = FloatVector.fromMemorySegment(F, C, c3, ORDER);
    FloatVector c31 = FloatVector.fromMemorySegment(F, C, c3 + V, ORDER);
    for (int p = 0; p < k; p++) {
      long ap = a + p * aCol;
      long bp = b + p * bRow;
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(F, B, bp + V, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + a1));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + a2));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + a3));
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c21.intoMemorySegment(C, c2 + V, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
    c31.intoMemorySegment(C, c3 + V, ORDER);
  }

  /** C = A B on a tile of 4 rows by 1 vector. */
  static void zero4x1(
      MemorySegment A,
      long a,
      long aRow,
      long aCol,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? 2 * aRow : a1;
    long a3 = m > 3 ? 3 * aRow : a2;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c + 2 * cRow : c1;
    long c3 = m > 3 ? c + 3 * cRow : c2;
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    for (int p = 0; p < k; p++) {
      long ap = a + p * aCol;
      long bp = b + p * bRow;
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + a1));
      c10 = x1.fma(b0, c10);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + a2));
      c20 = x2.fma(b0, c20);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + a3));
      c30 = x3.fma(b0, c30);
    }
    c00.intoMemorySegment(C, c, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
  }

  /** C += A B on a tile of 4 rows by 1 vector. */
  static void add4x1(
      MemorySegment A,
      long a,
      long aRow,
      long aCol,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? 2 * aRow : a1;
    long a3 = m > 3 ? 3 * aRow : a2;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c + 2 * cRow : c1;
    long c3 = m > 3 ? c + 3 * cRow : c2;
    FloatVector c00 = FloatVector.fromMemorySegment(F, C, c, ORDER);
    FloatVector c10 = FloatVector.fromMemorySegment(F, C, c1, ORDER);
    FloatVector c20 = FloatVector.fromMemorySegment(F, C, c2, ORDER);
    FloatVector c30 = FloatVector.fromMemorySegment(F, C, c3, ORDER);
    for (int p = 0; p < k; p++) {
      long ap = a + p * aCol;
      long bp = b + p * bRow;
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + a1));
      c10 = x1.fma(b0, c10);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + a2));
      c20 = x2.fma(b0, c20);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + a3));
      c30 = x3.fma(b0, c30);
    }
    c00.intoMemorySegment(C, c, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
  }

  /** C = A B on one row by 8 vectors. */
  static void zero1x8(
      MemorySegment A,
      long a,
      long aCol,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      int k) {
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c02 = FloatVector.zero(F);
    FloatVector c03 = FloatVector.zero(F);
    FloatVector c04 = FloatVector.zero(F);
    FloatVector c05 = FloatVector.zero(F);
    FloatVector c06 = FloatVector.zero(F);
    FloatVector c07 = FloatVector.zero(F);
    for (int p = 0; p < k; p++) {
      long ap = a + p * aCol;
      long bp = b + p * bRow;
      FloatVector x = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x.fma(FloatVector.fromMemorySegment(F, B, bp, ORDER), c00);
      c01 = x.fma(FloatVector.fromMemorySegment(F, B, bp + V, ORDER), c01);
      c02 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 2 * V, ORDER), c02);
      c03 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 3 * V, ORDER), c03);
      c04 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 4 * V, ORDER), c04);
      c05 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 5 * V, ORDER), c05);
      c06 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 6 * V, ORDER), c06);
      c07 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 7 * V, ORDER), c07);
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c02.intoMemorySegment(C, c + 2 * V, ORDER);
    c03.intoMemorySegment(C, c + 3 * V, ORDER);
    c04.intoMemorySegment(C, c + 4 * V, ORDER);
    c05.intoMemorySegment(C, c + 5 * V, ORDER);
    c06.intoMemorySegment(C, c + 6 * V, ORDER);
    c07.intoMemorySegment(C, c + 7 * V, ORDER);
  }

  /** C += A B on one row by 8 vectors. */
  static void add1x8(
      MemorySegment A,
      long a,
      long aCol,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      int k) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, C, c, ORDER);
    FloatVector c01 = FloatVector.fromMemorySegment(F, C, c + V, ORDER);
    FloatVector c02 = FloatVector.fromMemorySegment(F, C, c + 2 * V, ORDER);
    FloatVector c03 = FloatVector.fromMemorySegment(F, C, c + 3 * V, ORDER);
    FloatVector c04 = FloatVector.fromMemorySegment(F, C, c + 4 * V, ORDER);
    FloatVector c05 = FloatVector.fromMemorySegment(F, C, c + 5 * V, ORDER);
    FloatVector c06 = FloatVector.fromMemorySegment(F, C, c + 6 * V, ORDER);
    FloatVector c07 = FloatVector.fromMemorySegment(F, C, c + 7 * V, ORDER);
    for (int p = 0; p < k; p++) {
      long ap = a + p * aCol;
      long bp = b + p * bRow;
      FloatVector x = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x.fma(FloatVector.fromMemorySegment(F, B, bp, ORDER), c00);
      c01 = x.fma(FloatVector.fromMemorySegment(F, B, bp + V, ORDER), c01);
      c02 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 2 * V, ORDER), c02);
      c03 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 3 * V, ORDER), c03);
      c04 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 4 * V, ORDER), c04);
      c05 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 5 * V, ORDER), c05);
      c06 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 6 * V, ORDER), c06);
      c07 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 7 * V, ORDER), c07);
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c02.intoMemorySegment(C, c + 2 * V, ORDER);
    c03.intoMemorySegment(C, c + 3 * V, ORDER);
    c04.intoMemorySegment(C, c + 4 * V, ORDER);
    c05.intoMemorySegment(C, c + 5 * V, ORDER);
    c06.intoMemorySegment(C, c + 6 * V, ORDER);
    c07.intoMemorySegment(C, c + 7 * V, ORDER);
  }

  /** C = A B on one row by 4 vectors. */
  static void zero1x4(
      MemorySegment A,
      long a,
      long aCol,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      int k) {
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c02 = FloatVector.zero(F);
    FloatVector c03 = FloatVector.zero(F);
    for (int p = 0; p < k; p++) {
      long ap = a + p * aCol;
      long bp = b + p * bRow;
      FloatVector x = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x.fma(FloatVector.fromMemorySegment(F, B, bp, ORDER), c00);
      c01 = x.fma(FloatVector.fromMemorySegment(F, B, bp + V, ORDER), c01);
      c02 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 2 * V, ORDER), c02);
      c03 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 3 * V, ORDER), c03);
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c02.intoMemorySegment(C, c + 2 * V, ORDER);
    c03.intoMemorySegment(C, c + 3 * V, ORDER);
  }

  /** C += A B on one row by 4 vectors. */
  static void add1x4(
      MemorySegment A,
      long a,
      long aCol,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      int k) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, C, c, ORDER);
    FloatVector c01 = FloatVector.fromMemorySegment(F, C, c + V, ORDER);
    FloatVector c02 = FloatVector.fromMemorySegment(F, C, c + 2 * V, ORDER);
    FloatVector c03 = FloatVector.fromMemorySegment(F, C, c + 3 * V, ORDER);
    for (int p = 0; p < k; p++) {
      long ap = a + p * aCol;
      long bp = b + p * bRow;
      FloatVector x = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x.fma(FloatVector.fromMemorySegment(F, B, bp, ORDER), c00);
      c01 = x.fma(FloatVector.fromMemorySegment(F, B, bp + V, ORDER), c01);
      c02 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 2 * V, ORDER), c02);
      c03 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 3 * V, ORDER), c03);
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c02.intoMemorySegment(C, c + 2 * V, ORDER);
    c03.intoMemorySegment(C, c + 3 * V, ORDER);
  }

  /** C = A B on one row by 1 vector. */
  static void zero1x1(
      MemorySegment A,
      long a,
      long aCol,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      int k) {
    FloatVector c00 = FloatVector.zero(F);
    for (int p = 0; p < k; p++) {
      long ap = a + p * aCol;
      long bp = b + p * bRow;
      FloatVector x = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x.fma(FloatVector.fromMemorySegment(F, B, bp, ORDER), c00);
    }
    c00.intoMemorySegment(C, c, ORDER);
  }

  /** C += A B on one row by 1 vector. */
  static void add1x1(
      MemorySegment A,
      long a,
      long aCol,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      int k) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, C, c, ORDER);
    for (int p = 0; p < k; p++) {
      long ap = a + p * aCol;
      long bp = b + p * bRow;
      FloatVector x = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x.fma(FloatVector.fromMemorySegment(F, B, bp, ORDER), c00);
    }
    c00.intoMemorySegment(C, c, ORDER);
  }
}
