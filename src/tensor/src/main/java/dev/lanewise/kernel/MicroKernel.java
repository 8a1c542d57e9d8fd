package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.NATIVE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of a matrix product: one tile of C, held in registers over the whole of K.
 *
 * <pre>
 *                      b + p * bRow:  | b0 | b1 | b2 | b3 |     one row of B, in vectors
 *
 *   a + 4 p:       x0                 c00  c01  c02  c03
 *        + aRow:   x1                 c10  c11  c12  c13        C[i][j] += A[i][p] * B[p][j]
 *      + 2 aRow:   x2                 c20  c21  c22  c23
 *      + 3 aRow:   x3                 c30  c31  c32  c33
 * </pre>
 *
 * <p>The accumulators start from zero or from C itself.
 *
 * <p>A's rows are contiguous; of B only a row's vectors must be adjacent. All offsets and strides
 * are in bytes. Where {@code m} is less than the tile's rows, an edge needs no code of its own: the
 * last row stands in for the missing ones, computed more than once and stored with the same value.
 *
 * <p>Every element of C is one chain of fused multiply-adds in the order of p, whatever the tile
 * and wherever K is cut, so all tiles give the same bits.
 *
 * <p>Why the methods look alike and share nothing: a helper that takes or returns vectors boxes the
 * loop when a compiler refuses to inline it, and a branch on "zero or add" inside one method drops
 * it to a compiler tier that boxes everything. One tile, one method. C1 gives up on one that reads
 * or writes too many vectors and floats of segments: 16 accumulators where they start from C, 24
 * where they start from zero and few rows are read ({@code CompilationTest} says which).
 *
 * <p>Why the loops count A's bytes in a long: with an int for p, C2 runs a first and a last turn
 * outside the loop, each with all its checks, which takes some twenty cycles a tile; with {@code
 * !=} for {@code <} it is quicker still where it finds a register for each pointer, and half as
 * quick where it does not, which depends on the caller.
 *
 * <p>Why the highest tile that fits is the best: the operands it loads, and what C2 adds to each
 * turn, take the place of multiply-adds where both share their ports, as in Intel's processors.
 */
final class MicroKernel {
  private static final VectorSpecies<Float> F = Simd.F;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Bytes of a vector. */
  private static final long V = 4L * Simd.LANES;

  /** Where a row starts from that starts from zero. */
  private static final MemorySegment ZEROS = Arena.ofAuto().allocate(8 * V, 64);

  private MicroKernel() {}

  /**
   * C = A B, or C += A B, on a tile {@code vectors} wide and {@link Blocking#rows} high or lower.
   */
  static void tile(
      int vectors,
      boolean add,
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    switch (vectors) {
      case 4 -> {
        if (m <= 2) {
          if (add) {
            add2x4(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
          } else {
            zero2x4(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
          }
        } else if (add && bRow == 4 * V && k >= Blocking.DENSE_FROM) {
          denseAdd4x4(A, a, aRow, B, b, C, c, cRow, m, k);
        } else if (add) {
          add4x4(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        } else if (m <= 4) {
          zero4x4(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        } else if (bRow == 4 * V && k >= Blocking.DENSE_FROM) {
          dense6x4(A, a, aRow, B, b, C, c, cRow, m, k);
        } else {
          zero6x4(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        }
      }
      case 3 -> {
        if (m <= 3) {
          if (add) {
            add3x3(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
          } else {
            zero3x3(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
          }
        } else if (add) {
          add4x3(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        } else if (m == 4) {
          zero4x3(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        } else {
          zero6x3(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        }
      }
      case 2 -> {
        if (add) {
          add6x2(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        } else if (m > 6) {
          zero8x2(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        } else {
          zero6x2(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        }
      }
      default -> {
        if (m <= 4) {
          if (add) {
            add4x1(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
          } else {
            zero4x1(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
          }
        } else if (add) {
          add8x1(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        } else {
          zero8x1(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        }
      }
    }
  }

  /**
   * C = A B, or C += A B, on one row by the vectors of two panels of B, {@code bHalf} apart, of
   * one, or of less.
   */
  static void row(
      int vectors,
      boolean add,
      MemorySegment A,
      long a,
      MemorySegment B,
      long b,
      long bRow,
      long bHalf,
      MemorySegment C,
      long c,
      int k) {
    MemorySegment D = add ? C : ZEROS;
    long d = add ? c : 0;
    switch (vectors) {
      case 8 -> add1x8(A, a, B, b, bRow, bHalf, D, d, C, c, k);
      case 6 -> add1x6(A, a, B, b, bRow, bHalf, D, d, C, c, k);
      case 4 -> add1x4(A, a, B, b, bRow, D, d, C, c, k);
      default -> tile(vectors, add, A, a, 0, B, b, bRow, C, c, 0, 1, k);
    }
  }

  /** C = A B on a tile of 6 rows by 4 vectors. */
  static void zero6x4(
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? a1 + aRow : a1;
    long a3 = m > 3 ? a2 + aRow : a2;
    long a4 = m > 4 ? a3 + aRow : a3;
    long a5 = m > 5 ? a4 + aRow : a4;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
    long c4 = m > 4 ? c3 + cRow : c3;
    long c5 = m > 5 ? c4 + cRow : c4;
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
    FloatVector c40 = FloatVector.zero(F);
    FloatVector c41 = FloatVector.zero(F);
    FloatVector c42 = FloatVector.zero(F);
    FloatVector c43 = FloatVector.zero(F);
    FloatVector c50 = FloatVector.zero(F);
    FloatVector c51 = FloatVector.zero(F);
    FloatVector c52 = FloatVector.zero(F);
    FloatVector c53 = FloatVector.zero(F);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
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
      FloatVector x4 = FloatVector.broadcast(F, A.get(FLOAT, ap + a4));
      c40 = x4.fma(b0, c40);
      c41 = x4.fma(b1, c41);
      c42 = x4.fma(b2, c42);
      c43 = x4.fma(b3, c43);
      FloatVector x5 = FloatVector.broadcast(F, A.get(FLOAT, ap + a5));
      c50 = x5.fma(b0, c50);
      c51 = x5.fma(b1, c51);
      c52 = x5.fma(b2, c52);
      c53 = x5.fma(b3, c53);
      bp += bRow;
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
    c40.intoMemorySegment(C, c4, ORDER);
    c41.intoMemorySegment(C, c4 + V, ORDER);
    c42.intoMemorySegment(C, c4 + 2 * V, ORDER);
    c43.intoMemorySegment(C, c4 + 3 * V, ORDER);
    c50.intoMemorySegment(C, c5, ORDER);
    c51.intoMemorySegment(C, c5 + V, ORDER);
    c52.intoMemorySegment(C, c5 + 2 * V, ORDER);
    c53.intoMemorySegment(C, c5 + 3 * V, ORDER);
  }

  /**
   * The same for a B whose rows lie one after another, {@link Blocking#NR} columns each: where the
   * step is a constant, C2 proves the bounds of all of them before the loop.
   */
  static void dense6x4(
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? a1 + aRow : a1;
    long a3 = m > 3 ? a2 + aRow : a2;
    long a4 = m > 4 ? a3 + aRow : a3;
    long a5 = m > 5 ? a4 + aRow : a4;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
    long c4 = m > 4 ? c3 + cRow : c3;
    long c5 = m > 5 ? c4 + cRow : c4;
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
    FloatVector c40 = FloatVector.zero(F);
    FloatVector c41 = FloatVector.zero(F);
    FloatVector c42 = FloatVector.zero(F);
    FloatVector c43 = FloatVector.zero(F);
    FloatVector c50 = FloatVector.zero(F);
    FloatVector c51 = FloatVector.zero(F);
    FloatVector c52 = FloatVector.zero(F);
    FloatVector c53 = FloatVector.zero(F);
    long start = b - Blocking.NR * a;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
      long bp = start + Blocking.NR * ap;
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
      FloatVector x4 = FloatVector.broadcast(F, A.get(FLOAT, ap + a4));
      c40 = x4.fma(b0, c40);
      c41 = x4.fma(b1, c41);
      c42 = x4.fma(b2, c42);
      c43 = x4.fma(b3, c43);
      FloatVector x5 = FloatVector.broadcast(F, A.get(FLOAT, ap + a5));
      c50 = x5.fma(b0, c50);
      c51 = x5.fma(b1, c51);
      c52 = x5.fma(b2, c52);
      c53 = x5.fma(b3, c53);
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
    c40.intoMemorySegment(C, c4, ORDER);
    c41.intoMemorySegment(C, c4 + V, ORDER);
    c42.intoMemorySegment(C, c4 + 2 * V, ORDER);
    c43.intoMemorySegment(C, c4 + 3 * V, ORDER);
    c50.intoMemorySegment(C, c5, ORDER);
    c51.intoMemorySegment(C, c5 + V, ORDER);
    c52.intoMemorySegment(C, c5 + 2 * V, ORDER);
    c53.intoMemorySegment(C, c5 + 3 * V, ORDER);
  }

  /** C = A B on a tile of 4 rows by 4 vectors. */
  static void zero4x4(
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? a1 + aRow : a1;
    long a3 = m > 3 ? a2 + aRow : a2;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
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
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
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
      bp += bRow;
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
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? a1 + aRow : a1;
    long a3 = m > 3 ? a2 + aRow : a2;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
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
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
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
      bp += bRow;
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

  /** The same for a B whose rows lie one after another, {@link Blocking#NR} columns each. */
  static void denseAdd4x4(
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? a1 + aRow : a1;
    long a3 = m > 3 ? a2 + aRow : a2;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
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
    long start = b - Blocking.NR * a;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
      long bp = start + Blocking.NR * ap;
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

  /** C = A B on a tile of 2 rows by 4 vectors. */
  static void zero2x4(
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long c1 = m > 1 ? c + cRow : c;
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c02 = FloatVector.zero(F);
    FloatVector c03 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c12 = FloatVector.zero(F);
    FloatVector c13 = FloatVector.zero(F);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
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
      bp += bRow;
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c02.intoMemorySegment(C, c + 2 * V, ORDER);
    c03.intoMemorySegment(C, c + 3 * V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c12.intoMemorySegment(C, c1 + 2 * V, ORDER);
    c13.intoMemorySegment(C, c1 + 3 * V, ORDER);
  }

  /** C += A B on a tile of 2 rows by 4 vectors. */
  static void add2x4(
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long c1 = m > 1 ? c + cRow : c;
    FloatVector c00 = FloatVector.fromMemorySegment(F, C, c, ORDER);
    FloatVector c01 = FloatVector.fromMemorySegment(F, C, c + V, ORDER);
    FloatVector c02 = FloatVector.fromMemorySegment(F, C, c + 2 * V, ORDER);
    FloatVector c03 = FloatVector.fromMemorySegment(F, C, c + 3 * V, ORDER);
    FloatVector c10 = FloatVector.fromMemorySegment(F, C, c1, ORDER);
    FloatVector c11 = FloatVector.fromMemorySegment(F, C, c1 + V, ORDER);
    FloatVector c12 = FloatVector.fromMemorySegment(F, C, c1 + 2 * V, ORDER);
    FloatVector c13 = FloatVector.fromMemorySegment(F, C, c1 + 3 * V, ORDER);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
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
      bp += bRow;
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c02.intoMemorySegment(C, c + 2 * V, ORDER);
    c03.intoMemorySegment(C, c + 3 * V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c12.intoMemorySegment(C, c1 + 2 * V, ORDER);
    c13.intoMemorySegment(C, c1 + 3 * V, ORDER);
  }

  /** C = A B on a tile of 6 rows by 3 vectors. */
  static void zero6x3(
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? a1 + aRow : a1;
    long a3 = m > 3 ? a2 + aRow : a2;
    long a4 = m > 4 ? a3 + aRow : a3;
    long a5 = m > 5 ? a4 + aRow : a4;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
    long c4 = m > 4 ? c3 + cRow : c3;
    long c5 = m > 5 ? c4 + cRow : c4;
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c02 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c12 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c21 = FloatVector.zero(F);
    FloatVector c22 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    FloatVector c31 = FloatVector.zero(F);
    FloatVector c32 = FloatVector.zero(F);
    FloatVector c40 = FloatVector.zero(F);
    FloatVector c41 = FloatVector.zero(F);
    FloatVector c42 = FloatVector.zero(F);
    FloatVector c50 = FloatVector.zero(F);
    FloatVector c51 = FloatVector.zero(F);
    FloatVector c52 = FloatVector.zero(F);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(F, B, bp + V, ORDER);
      FloatVector b2 = FloatVector.fromMemorySegment(F, B, bp + 2 * V, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      c02 = x0.fma(b2, c02);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + a1));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      c12 = x1.fma(b2, c12);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + a2));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      c22 = x2.fma(b2, c22);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + a3));
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      c32 = x3.fma(b2, c32);
      FloatVector x4 = FloatVector.broadcast(F, A.get(FLOAT, ap + a4));
      c40 = x4.fma(b0, c40);
      c41 = x4.fma(b1, c41);
      c42 = x4.fma(b2, c42);
      FloatVector x5 = FloatVector.broadcast(F, A.get(FLOAT, ap + a5));
      c50 = x5.fma(b0, c50);
      c51 = x5.fma(b1, c51);
      c52 = x5.fma(b2, c52);
      bp += bRow;
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c02.intoMemorySegment(C, c + 2 * V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c12.intoMemorySegment(C, c1 + 2 * V, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c21.intoMemorySegment(C, c2 + V, ORDER);
    c22.intoMemorySegment(C, c2 + 2 * V, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
    c31.intoMemorySegment(C, c3 + V, ORDER);
    c32.intoMemorySegment(C, c3 + 2 * V, ORDER);
    c40.intoMemorySegment(C, c4, ORDER);
    c41.intoMemorySegment(C, c4 + V, ORDER);
    c42.intoMemorySegment(C, c4 + 2 * V, ORDER);
    c50.intoMemorySegment(C, c5, ORDER);
    c51.intoMemorySegment(C, c5 + V, ORDER);
    c52.intoMemorySegment(C, c5 + 2 * V, ORDER);
  }

  /** C = A B on a tile of 4 rows by 3 vectors. */
  static void zero4x3(
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? a1 + aRow : a1;
    long a3 = m > 3 ? a2 + aRow : a2;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c02 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c12 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c21 = FloatVector.zero(F);
    FloatVector c22 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    FloatVector c31 = FloatVector.zero(F);
    FloatVector c32 = FloatVector.zero(F);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(F, B, bp + V, ORDER);
      FloatVector b2 = FloatVector.fromMemorySegment(F, B, bp + 2 * V, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      c02 = x0.fma(b2, c02);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + a1));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      c12 = x1.fma(b2, c12);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + a2));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      c22 = x2.fma(b2, c22);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + a3));
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      c32 = x3.fma(b2, c32);
      bp += bRow;
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c02.intoMemorySegment(C, c + 2 * V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c12.intoMemorySegment(C, c1 + 2 * V, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c21.intoMemorySegment(C, c2 + V, ORDER);
    c22.intoMemorySegment(C, c2 + 2 * V, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
    c31.intoMemorySegment(C, c3 + V, ORDER);
    c32.intoMemorySegment(C, c3 + 2 * V, ORDER);
  }

  /** C += A B on a tile of 4 rows by 3 vectors. */
  static void add4x3(
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? a1 + aRow : a1;
    long a3 = m > 3 ? a2 + aRow : a2;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
    FloatVector c00 = FloatVector.fromMemorySegment(F, C, c, ORDER);
    FloatVector c01 = FloatVector.fromMemorySegment(F, C, c + V, ORDER);
    FloatVector c02 = FloatVector.fromMemorySegment(F, C, c + 2 * V, ORDER);
    FloatVector c10 = FloatVector.fromMemorySegment(F, C, c1, ORDER);
    FloatVector c11 = FloatVector.fromMemorySegment(F, C, c1 + V, ORDER);
    FloatVector c12 = FloatVector.fromMemorySegment(F, C, c1 + 2 * V, ORDER);
    FloatVector c20 = FloatVector.fromMemorySegment(F, C, c2, ORDER);
    FloatVector c21 = FloatVector.fromMemorySegment(F, C, c2 + V, ORDER);
    FloatVector c22 = FloatVector.fromMemorySegment(F, C, c2 + 2 * V, ORDER);
    FloatVector c30 = FloatVector.fromMemorySegment(F, C, c3, ORDER);
    FloatVector c31 = FloatVector.fromMemorySegment(F, C, c3 + V, ORDER);
    FloatVector c32 = FloatVector.fromMemorySegment(F, C, c3 + 2 * V, ORDER);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(F, B, bp + V, ORDER);
      FloatVector b2 = FloatVector.fromMemorySegment(F, B, bp + 2 * V, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      c02 = x0.fma(b2, c02);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + a1));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      c12 = x1.fma(b2, c12);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + a2));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      c22 = x2.fma(b2, c22);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + a3));
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      c32 = x3.fma(b2, c32);
      bp += bRow;
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c02.intoMemorySegment(C, c + 2 * V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c12.intoMemorySegment(C, c1 + 2 * V, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c21.intoMemorySegment(C, c2 + V, ORDER);
    c22.intoMemorySegment(C, c2 + 2 * V, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
    c31.intoMemorySegment(C, c3 + V, ORDER);
    c32.intoMemorySegment(C, c3 + 2 * V, ORDER);
  }

  /** C = A B on a tile of 3 rows by 3 vectors. */
  static void zero3x3(
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? a1 + aRow : a1;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c02 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c12 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c21 = FloatVector.zero(F);
    FloatVector c22 = FloatVector.zero(F);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(F, B, bp + V, ORDER);
      FloatVector b2 = FloatVector.fromMemorySegment(F, B, bp + 2 * V, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      c02 = x0.fma(b2, c02);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + a1));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      c12 = x1.fma(b2, c12);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + a2));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      c22 = x2.fma(b2, c22);
      bp += bRow;
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c02.intoMemorySegment(C, c + 2 * V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c12.intoMemorySegment(C, c1 + 2 * V, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c21.intoMemorySegment(C, c2 + V, ORDER);
    c22.intoMemorySegment(C, c2 + 2 * V, ORDER);
  }

  /** C += A B on a tile of 3 rows by 3 vectors. */
  static void add3x3(
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? a1 + aRow : a1;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    FloatVector c00 = FloatVector.fromMemorySegment(F, C, c, ORDER);
    FloatVector c01 = FloatVector.fromMemorySegment(F, C, c + V, ORDER);
    FloatVector c02 = FloatVector.fromMemorySegment(F, C, c + 2 * V, ORDER);
    FloatVector c10 = FloatVector.fromMemorySegment(F, C, c1, ORDER);
    FloatVector c11 = FloatVector.fromMemorySegment(F, C, c1 + V, ORDER);
    FloatVector c12 = FloatVector.fromMemorySegment(F, C, c1 + 2 * V, ORDER);
    FloatVector c20 = FloatVector.fromMemorySegment(F, C, c2, ORDER);
    FloatVector c21 = FloatVector.fromMemorySegment(F, C, c2 + V, ORDER);
    FloatVector c22 = FloatVector.fromMemorySegment(F, C, c2 + 2 * V, ORDER);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(F, B, bp + V, ORDER);
      FloatVector b2 = FloatVector.fromMemorySegment(F, B, bp + 2 * V, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      c02 = x0.fma(b2, c02);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + a1));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      c12 = x1.fma(b2, c12);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + a2));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      c22 = x2.fma(b2, c22);
      bp += bRow;
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c02.intoMemorySegment(C, c + 2 * V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c12.intoMemorySegment(C, c1 + 2 * V, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c21.intoMemorySegment(C, c2 + V, ORDER);
    c22.intoMemorySegment(C, c2 + 2 * V, ORDER);
  }

  /** C = A B on a tile of 8 rows by 2 vectors. */
  static void zero8x2(
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? a1 + aRow : a1;
    long a3 = m > 3 ? a2 + aRow : a2;
    long a4 = m > 4 ? a3 + aRow : a3;
    long a5 = m > 5 ? a4 + aRow : a4;
    long a6 = m > 6 ? a5 + aRow : a5;
    long a7 = m > 7 ? a6 + aRow : a6;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
    long c4 = m > 4 ? c3 + cRow : c3;
    long c5 = m > 5 ? c4 + cRow : c4;
    long c6 = m > 6 ? c5 + cRow : c5;
    long c7 = m > 7 ? c6 + cRow : c6;
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c21 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    FloatVector c31 = FloatVector.zero(F);
    FloatVector c40 = FloatVector.zero(F);
    FloatVector c41 = FloatVector.zero(F);
    FloatVector c50 = FloatVector.zero(F);
    FloatVector c51 = FloatVector.zero(F);
    FloatVector c60 = FloatVector.zero(F);
    FloatVector c61 = FloatVector.zero(F);
    FloatVector c70 = FloatVector.zero(F);
    FloatVector c71 = FloatVector.zero(F);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
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
      FloatVector x4 = FloatVector.broadcast(F, A.get(FLOAT, ap + a4));
      c40 = x4.fma(b0, c40);
      c41 = x4.fma(b1, c41);
      FloatVector x5 = FloatVector.broadcast(F, A.get(FLOAT, ap + a5));
      c50 = x5.fma(b0, c50);
      c51 = x5.fma(b1, c51);
      FloatVector x6 = FloatVector.broadcast(F, A.get(FLOAT, ap + a6));
      c60 = x6.fma(b0, c60);
      c61 = x6.fma(b1, c61);
      FloatVector x7 = FloatVector.broadcast(F, A.get(FLOAT, ap + a7));
      c70 = x7.fma(b0, c70);
      c71 = x7.fma(b1, c71);
      bp += bRow;
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c21.intoMemorySegment(C, c2 + V, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
    c31.intoMemorySegment(C, c3 + V, ORDER);
    c40.intoMemorySegment(C, c4, ORDER);
    c41.intoMemorySegment(C, c4 + V, ORDER);
    c50.intoMemorySegment(C, c5, ORDER);
    c51.intoMemorySegment(C, c5 + V, ORDER);
    c60.intoMemorySegment(C, c6, ORDER);
    c61.intoMemorySegment(C, c6 + V, ORDER);
    c70.intoMemorySegment(C, c7, ORDER);
    c71.intoMemorySegment(C, c7 + V, ORDER);
  }

  /** C = A B on a tile of 6 rows by 2 vectors. */
  static void zero6x2(
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? a1 + aRow : a1;
    long a3 = m > 3 ? a2 + aRow : a2;
    long a4 = m > 4 ? a3 + aRow : a3;
    long a5 = m > 5 ? a4 + aRow : a4;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
    long c4 = m > 4 ? c3 + cRow : c3;
    long c5 = m > 5 ? c4 + cRow : c4;
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c21 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    FloatVector c31 = FloatVector.zero(F);
    FloatVector c40 = FloatVector.zero(F);
    FloatVector c41 = FloatVector.zero(F);
    FloatVector c50 = FloatVector.zero(F);
    FloatVector c51 = FloatVector.zero(F);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
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
      FloatVector x4 = FloatVector.broadcast(F, A.get(FLOAT, ap + a4));
      c40 = x4.fma(b0, c40);
      c41 = x4.fma(b1, c41);
      FloatVector x5 = FloatVector.broadcast(F, A.get(FLOAT, ap + a5));
      c50 = x5.fma(b0, c50);
      c51 = x5.fma(b1, c51);
      bp += bRow;
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c21.intoMemorySegment(C, c2 + V, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
    c31.intoMemorySegment(C, c3 + V, ORDER);
    c40.intoMemorySegment(C, c4, ORDER);
    c41.intoMemorySegment(C, c4 + V, ORDER);
    c50.intoMemorySegment(C, c5, ORDER);
    c51.intoMemorySegment(C, c5 + V, ORDER);
  }

  /** C += A B on a tile of 6 rows by 2 vectors. */
  static void add6x2(
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? a1 + aRow : a1;
    long a3 = m > 3 ? a2 + aRow : a2;
    long a4 = m > 4 ? a3 + aRow : a3;
    long a5 = m > 5 ? a4 + aRow : a4;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
    long c4 = m > 4 ? c3 + cRow : c3;
    long c5 = m > 5 ? c4 + cRow : c4;
    FloatVector c00 = FloatVector.fromMemorySegment(F, C, c, ORDER);
    FloatVector c01 = FloatVector.fromMemorySegment(F, C, c + V, ORDER);
    FloatVector c10 = FloatVector.fromMemorySegment(F, C, c1, ORDER);
    FloatVector c11 = FloatVector.fromMemorySegment(F, C, c1 + V, ORDER);
    FloatVector c20 = FloatVector.fromMemorySegment(F, C, c2, ORDER);
    FloatVector c21 = FloatVector.fromMemorySegment(F, C, c2 + V, ORDER);
    FloatVector c30 = FloatVector.fromMemorySegment(F, C, c3, ORDER);
    FloatVector c31 = FloatVector.fromMemorySegment(F, C, c3 + V, ORDER);
    FloatVector c40 = FloatVector.fromMemorySegment(F, C, c4, ORDER);
    FloatVector c41 = FloatVector.fromMemorySegment(F, C, c4 + V, ORDER);
    FloatVector c50 = FloatVector.fromMemorySegment(F, C, c5, ORDER);
    FloatVector c51 = FloatVector.fromMemorySegment(F, C, c5 + V, ORDER);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
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
      FloatVector x4 = FloatVector.broadcast(F, A.get(FLOAT, ap + a4));
      c40 = x4.fma(b0, c40);
      c41 = x4.fma(b1, c41);
      FloatVector x5 = FloatVector.broadcast(F, A.get(FLOAT, ap + a5));
      c50 = x5.fma(b0, c50);
      c51 = x5.fma(b1, c51);
      bp += bRow;
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c21.intoMemorySegment(C, c2 + V, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
    c31.intoMemorySegment(C, c3 + V, ORDER);
    c40.intoMemorySegment(C, c4, ORDER);
    c41.intoMemorySegment(C, c4 + V, ORDER);
    c50.intoMemorySegment(C, c5, ORDER);
    c51.intoMemorySegment(C, c5 + V, ORDER);
  }

  /** C = A B on a tile of 8 rows by 1 vector. */
  static void zero8x1(
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? a1 + aRow : a1;
    long a3 = m > 3 ? a2 + aRow : a2;
    long a4 = m > 4 ? a3 + aRow : a3;
    long a5 = m > 5 ? a4 + aRow : a4;
    long a6 = m > 6 ? a5 + aRow : a5;
    long a7 = m > 7 ? a6 + aRow : a6;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
    long c4 = m > 4 ? c3 + cRow : c3;
    long c5 = m > 5 ? c4 + cRow : c4;
    long c6 = m > 6 ? c5 + cRow : c5;
    long c7 = m > 7 ? c6 + cRow : c6;
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    FloatVector c40 = FloatVector.zero(F);
    FloatVector c50 = FloatVector.zero(F);
    FloatVector c60 = FloatVector.zero(F);
    FloatVector c70 = FloatVector.zero(F);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + a1));
      c10 = x1.fma(b0, c10);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + a2));
      c20 = x2.fma(b0, c20);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + a3));
      c30 = x3.fma(b0, c30);
      FloatVector x4 = FloatVector.broadcast(F, A.get(FLOAT, ap + a4));
      c40 = x4.fma(b0, c40);
      FloatVector x5 = FloatVector.broadcast(F, A.get(FLOAT, ap + a5));
      c50 = x5.fma(b0, c50);
      FloatVector x6 = FloatVector.broadcast(F, A.get(FLOAT, ap + a6));
      c60 = x6.fma(b0, c60);
      FloatVector x7 = FloatVector.broadcast(F, A.get(FLOAT, ap + a7));
      c70 = x7.fma(b0, c70);
      bp += bRow;
    }
    c00.intoMemorySegment(C, c, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
    c40.intoMemorySegment(C, c4, ORDER);
    c50.intoMemorySegment(C, c5, ORDER);
    c60.intoMemorySegment(C, c6, ORDER);
    c70.intoMemorySegment(C, c7, ORDER);
  }

  /** C += A B on a tile of 8 rows by 1 vector. */
  static void add8x1(
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? a1 + aRow : a1;
    long a3 = m > 3 ? a2 + aRow : a2;
    long a4 = m > 4 ? a3 + aRow : a3;
    long a5 = m > 5 ? a4 + aRow : a4;
    long a6 = m > 6 ? a5 + aRow : a5;
    long a7 = m > 7 ? a6 + aRow : a6;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
    long c4 = m > 4 ? c3 + cRow : c3;
    long c5 = m > 5 ? c4 + cRow : c4;
    long c6 = m > 6 ? c5 + cRow : c5;
    long c7 = m > 7 ? c6 + cRow : c6;
    FloatVector c00 = FloatVector.fromMemorySegment(F, C, c, ORDER);
    FloatVector c10 = FloatVector.fromMemorySegment(F, C, c1, ORDER);
    FloatVector c20 = FloatVector.fromMemorySegment(F, C, c2, ORDER);
    FloatVector c30 = FloatVector.fromMemorySegment(F, C, c3, ORDER);
    FloatVector c40 = FloatVector.fromMemorySegment(F, C, c4, ORDER);
    FloatVector c50 = FloatVector.fromMemorySegment(F, C, c5, ORDER);
    FloatVector c60 = FloatVector.fromMemorySegment(F, C, c6, ORDER);
    FloatVector c70 = FloatVector.fromMemorySegment(F, C, c7, ORDER);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + a1));
      c10 = x1.fma(b0, c10);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + a2));
      c20 = x2.fma(b0, c20);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + a3));
      c30 = x3.fma(b0, c30);
      FloatVector x4 = FloatVector.broadcast(F, A.get(FLOAT, ap + a4));
      c40 = x4.fma(b0, c40);
      FloatVector x5 = FloatVector.broadcast(F, A.get(FLOAT, ap + a5));
      c50 = x5.fma(b0, c50);
      FloatVector x6 = FloatVector.broadcast(F, A.get(FLOAT, ap + a6));
      c60 = x6.fma(b0, c60);
      FloatVector x7 = FloatVector.broadcast(F, A.get(FLOAT, ap + a7));
      c70 = x7.fma(b0, c70);
      bp += bRow;
    }
    c00.intoMemorySegment(C, c, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
    c40.intoMemorySegment(C, c4, ORDER);
    c50.intoMemorySegment(C, c5, ORDER);
    c60.intoMemorySegment(C, c6, ORDER);
    c70.intoMemorySegment(C, c7, ORDER);
  }

  /** C = A B on a tile of 4 rows by 1 vector. */
  static void zero4x1(
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? a1 + aRow : a1;
    long a3 = m > 3 ? a2 + aRow : a2;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + a1));
      c10 = x1.fma(b0, c10);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + a2));
      c20 = x2.fma(b0, c20);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + a3));
      c30 = x3.fma(b0, c30);
      bp += bRow;
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
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    long a1 = m > 1 ? aRow : 0;
    long a2 = m > 2 ? a1 + aRow : a1;
    long a3 = m > 3 ? a2 + aRow : a2;
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
    FloatVector c00 = FloatVector.fromMemorySegment(F, C, c, ORDER);
    FloatVector c10 = FloatVector.fromMemorySegment(F, C, c1, ORDER);
    FloatVector c20 = FloatVector.fromMemorySegment(F, C, c2, ORDER);
    FloatVector c30 = FloatVector.fromMemorySegment(F, C, c3, ORDER);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + a1));
      c10 = x1.fma(b0, c10);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + a2));
      c20 = x2.fma(b0, c20);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + a3));
      c30 = x3.fma(b0, c30);
      bp += bRow;
    }
    c00.intoMemorySegment(C, c, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
  }

  /**
   * C = D + A B on one row by twice 4 vectors, the second half of B {@code bHalf} bytes after the
   * first.
   */
  static void add1x8(
      MemorySegment A,
      long a,
      MemorySegment B,
      long b,
      long bRow,
      long bHalf,
      MemorySegment D,
      long d,
      MemorySegment C,
      long c,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    D = NATIVE.cast(D);
    C = NATIVE.cast(C);
    FloatVector c00 = FloatVector.fromMemorySegment(F, D, d, ORDER);
    FloatVector c01 = FloatVector.fromMemorySegment(F, D, d + V, ORDER);
    FloatVector c02 = FloatVector.fromMemorySegment(F, D, d + 2 * V, ORDER);
    FloatVector c03 = FloatVector.fromMemorySegment(F, D, d + 3 * V, ORDER);
    FloatVector c04 = FloatVector.fromMemorySegment(F, D, d + 4 * V, ORDER);
    FloatVector c05 = FloatVector.fromMemorySegment(F, D, d + 5 * V, ORDER);
    FloatVector c06 = FloatVector.fromMemorySegment(F, D, d + 6 * V, ORDER);
    FloatVector c07 = FloatVector.fromMemorySegment(F, D, d + 7 * V, ORDER);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
      long bh = bp + bHalf;
      FloatVector x = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x.fma(FloatVector.fromMemorySegment(F, B, bp, ORDER), c00);
      c01 = x.fma(FloatVector.fromMemorySegment(F, B, bp + V, ORDER), c01);
      c02 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 2 * V, ORDER), c02);
      c03 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 3 * V, ORDER), c03);
      c04 = x.fma(FloatVector.fromMemorySegment(F, B, bh, ORDER), c04);
      c05 = x.fma(FloatVector.fromMemorySegment(F, B, bh + V, ORDER), c05);
      c06 = x.fma(FloatVector.fromMemorySegment(F, B, bh + 2 * V, ORDER), c06);
      c07 = x.fma(FloatVector.fromMemorySegment(F, B, bh + 3 * V, ORDER), c07);
      bp += bRow;
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

  /**
   * C = D + A B on one row by twice 3 vectors, the second half of B {@code bHalf} bytes after the
   * first.
   */
  static void add1x6(
      MemorySegment A,
      long a,
      MemorySegment B,
      long b,
      long bRow,
      long bHalf,
      MemorySegment D,
      long d,
      MemorySegment C,
      long c,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    D = NATIVE.cast(D);
    C = NATIVE.cast(C);
    FloatVector c00 = FloatVector.fromMemorySegment(F, D, d, ORDER);
    FloatVector c01 = FloatVector.fromMemorySegment(F, D, d + V, ORDER);
    FloatVector c02 = FloatVector.fromMemorySegment(F, D, d + 2 * V, ORDER);
    FloatVector c03 = FloatVector.fromMemorySegment(F, D, d + 3 * V, ORDER);
    FloatVector c04 = FloatVector.fromMemorySegment(F, D, d + 4 * V, ORDER);
    FloatVector c05 = FloatVector.fromMemorySegment(F, D, d + 5 * V, ORDER);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
      long bh = bp + bHalf;
      FloatVector x = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x.fma(FloatVector.fromMemorySegment(F, B, bp, ORDER), c00);
      c01 = x.fma(FloatVector.fromMemorySegment(F, B, bp + V, ORDER), c01);
      c02 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 2 * V, ORDER), c02);
      c03 = x.fma(FloatVector.fromMemorySegment(F, B, bh, ORDER), c03);
      c04 = x.fma(FloatVector.fromMemorySegment(F, B, bh + V, ORDER), c04);
      c05 = x.fma(FloatVector.fromMemorySegment(F, B, bh + 2 * V, ORDER), c05);
      bp += bRow;
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c02.intoMemorySegment(C, c + 2 * V, ORDER);
    c03.intoMemorySegment(C, c + 3 * V, ORDER);
    c04.intoMemorySegment(C, c + 4 * V, ORDER);
    c05.intoMemorySegment(C, c + 5 * V, ORDER);
  }

  /** C = D + A B on one row by 4 vectors. */
  static void add1x4(
      MemorySegment A,
      long a,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment D,
      long d,
      MemorySegment C,
      long c,
      int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    D = NATIVE.cast(D);
    C = NATIVE.cast(C);
    FloatVector c00 = FloatVector.fromMemorySegment(F, D, d, ORDER);
    FloatVector c01 = FloatVector.fromMemorySegment(F, D, d + V, ORDER);
    FloatVector c02 = FloatVector.fromMemorySegment(F, D, d + 2 * V, ORDER);
    FloatVector c03 = FloatVector.fromMemorySegment(F, D, d + 3 * V, ORDER);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
      FloatVector x = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x.fma(FloatVector.fromMemorySegment(F, B, bp, ORDER), c00);
      c01 = x.fma(FloatVector.fromMemorySegment(F, B, bp + V, ORDER), c01);
      c02 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 2 * V, ORDER), c02);
      c03 = x.fma(FloatVector.fromMemorySegment(F, B, bp + 3 * V, ORDER), c03);
      bp += bRow;
    }
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c02.intoMemorySegment(C, c + 2 * V, ORDER);
    c03.intoMemorySegment(C, c + 3 * V, ORDER);
  }
}
