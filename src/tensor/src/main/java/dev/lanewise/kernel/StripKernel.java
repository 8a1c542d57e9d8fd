package dev.lanewise.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of a matrix product whose A was packed in strips: one tile of C, as in {@link
 * MicroKernel}, which explains the layout and why the methods share nothing.
 *
 * <p>A strip is {@link Blocking#STRIP} rows of A, column after column, so one pointer and constant
 * offsets reach every row of a tile. Where {@code m} is less than the tile's rows, the missing rows
 * are stored where the last one goes, before it.
 */
final class StripKernel {
  private static final VectorSpecies<Float> F = Simd.F;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Bytes of a vector. */
  private static final long V = 4L * Simd.LANES;

  /** Bytes from one column of a packed strip of A to the next. */
  private static final long STRIP = 4L * Blocking.STRIP;

  private StripKernel() {}

  /**
   * C = A B, or C = D + A B, on a tile as {@link Blocking#vectorsOfStrip} and {@link
   * Blocking#rowsOfStrip} say, or a lower one.
   */
  static void tile(
      int vectors,
      boolean add,
      MemorySegment A,
      long a,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment D,
      long d,
      long dRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    switch (vectors) {
      case 4 -> add4x4(A, a, B, b, bRow, D, d, dRow, C, c, cRow, m, k);
      case 3 -> {
        if (add) {
          add3x3(A, a, B, b, bRow, D, d, dRow, C, c, cRow, m, k);
        } else {
          zero3x3(A, a, B, b, bRow, C, c, cRow, m, k);
        }
      }
      case 2 -> {
        if (add) {
          add4x2(A, a, B, b, bRow, D, d, dRow, C, c, cRow, m, k);
        } else if (m <= 4) {
          zero4x2(A, a, B, b, bRow, C, c, cRow, m, k);
        } else {
          zero8x2(A, a, B, b, bRow, C, c, cRow, m, k);
        }
      }
      default -> {
        if (add) {
          add8x1(A, a, B, b, bRow, D, d, dRow, C, c, cRow, m, k);
        } else {
          zero8x1(A, a, B, b, bRow, C, c, cRow, m, k);
        }
      }
    }
  }

  /** C = A B on a tile of 8 rows by 2 vectors. */
  static void zero8x2(
      MemorySegment A,
      long a,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    if (!A.isNative() || !B.isNative() || !C.isNative()) {
      throw Simd.onHeap();
    }
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
    long end = a + STRIP * k;
    for (long ap = a; ap < end; ap += STRIP) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(F, B, bp + V, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + 4));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + 8));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + 12));
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      FloatVector x4 = FloatVector.broadcast(F, A.get(FLOAT, ap + 16));
      c40 = x4.fma(b0, c40);
      c41 = x4.fma(b1, c41);
      FloatVector x5 = FloatVector.broadcast(F, A.get(FLOAT, ap + 20));
      c50 = x5.fma(b0, c50);
      c51 = x5.fma(b1, c51);
      FloatVector x6 = FloatVector.broadcast(F, A.get(FLOAT, ap + 24));
      c60 = x6.fma(b0, c60);
      c61 = x6.fma(b1, c61);
      FloatVector x7 = FloatVector.broadcast(F, A.get(FLOAT, ap + 28));
      c70 = x7.fma(b0, c70);
      c71 = x7.fma(b1, c71);
      bp += bRow;
    }
    c70.intoMemorySegment(C, c7, ORDER);
    c71.intoMemorySegment(C, c7 + V, ORDER);
    c60.intoMemorySegment(C, c6, ORDER);
    c61.intoMemorySegment(C, c6 + V, ORDER);
    c50.intoMemorySegment(C, c5, ORDER);
    c51.intoMemorySegment(C, c5 + V, ORDER);
    c40.intoMemorySegment(C, c4, ORDER);
    c41.intoMemorySegment(C, c4 + V, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
    c31.intoMemorySegment(C, c3 + V, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c21.intoMemorySegment(C, c2 + V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
  }

  /** C = D + A B on a tile of 4 rows by 4 vectors. */
  static void add4x4(
      MemorySegment A,
      long a,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment D,
      long d,
      long dRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    if (!A.isNative() || !B.isNative() || !D.isNative() || !C.isNative()) {
      throw Simd.onHeap();
    }
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
    long d1 = m > 1 ? d + dRow : d;
    long d2 = m > 2 ? d1 + dRow : d1;
    long d3 = m > 3 ? d2 + dRow : d2;
    FloatVector c00 = FloatVector.fromMemorySegment(F, D, d, ORDER);
    FloatVector c01 = FloatVector.fromMemorySegment(F, D, d + V, ORDER);
    FloatVector c02 = FloatVector.fromMemorySegment(F, D, d + 2 * V, ORDER);
    FloatVector c03 = FloatVector.fromMemorySegment(F, D, d + 3 * V, ORDER);
    FloatVector c10 = FloatVector.fromMemorySegment(F, D, d1, ORDER);
    FloatVector c11 = FloatVector.fromMemorySegment(F, D, d1 + V, ORDER);
    FloatVector c12 = FloatVector.fromMemorySegment(F, D, d1 + 2 * V, ORDER);
    FloatVector c13 = FloatVector.fromMemorySegment(F, D, d1 + 3 * V, ORDER);
    FloatVector c20 = FloatVector.fromMemorySegment(F, D, d2, ORDER);
    FloatVector c21 = FloatVector.fromMemorySegment(F, D, d2 + V, ORDER);
    FloatVector c22 = FloatVector.fromMemorySegment(F, D, d2 + 2 * V, ORDER);
    FloatVector c23 = FloatVector.fromMemorySegment(F, D, d2 + 3 * V, ORDER);
    FloatVector c30 = FloatVector.fromMemorySegment(F, D, d3, ORDER);
    FloatVector c31 = FloatVector.fromMemorySegment(F, D, d3 + V, ORDER);
    FloatVector c32 = FloatVector.fromMemorySegment(F, D, d3 + 2 * V, ORDER);
    FloatVector c33 = FloatVector.fromMemorySegment(F, D, d3 + 3 * V, ORDER);
    long bp = b;
    long end = a + STRIP * k;
    for (long ap = a; ap < end; ap += STRIP) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(F, B, bp + V, ORDER);
      FloatVector b2 = FloatVector.fromMemorySegment(F, B, bp + 2 * V, ORDER);
      FloatVector b3 = FloatVector.fromMemorySegment(F, B, bp + 3 * V, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      c02 = x0.fma(b2, c02);
      c03 = x0.fma(b3, c03);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + 4));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      c12 = x1.fma(b2, c12);
      c13 = x1.fma(b3, c13);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + 8));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      c22 = x2.fma(b2, c22);
      c23 = x2.fma(b3, c23);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + 12));
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      c32 = x3.fma(b2, c32);
      c33 = x3.fma(b3, c33);
      bp += bRow;
    }
    c30.intoMemorySegment(C, c3, ORDER);
    c31.intoMemorySegment(C, c3 + V, ORDER);
    c32.intoMemorySegment(C, c3 + 2 * V, ORDER);
    c33.intoMemorySegment(C, c3 + 3 * V, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c21.intoMemorySegment(C, c2 + V, ORDER);
    c22.intoMemorySegment(C, c2 + 2 * V, ORDER);
    c23.intoMemorySegment(C, c2 + 3 * V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c12.intoMemorySegment(C, c1 + 2 * V, ORDER);
    c13.intoMemorySegment(C, c1 + 3 * V, ORDER);
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c02.intoMemorySegment(C, c + 2 * V, ORDER);
    c03.intoMemorySegment(C, c + 3 * V, ORDER);
  }

  /** C = A B on a tile of 3 rows by 3 vectors. */
  static void zero3x3(
      MemorySegment A,
      long a,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    if (!A.isNative() || !B.isNative() || !C.isNative()) {
      throw Simd.onHeap();
    }
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
    long end = a + STRIP * k;
    for (long ap = a; ap < end; ap += STRIP) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(F, B, bp + V, ORDER);
      FloatVector b2 = FloatVector.fromMemorySegment(F, B, bp + 2 * V, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      c02 = x0.fma(b2, c02);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + 4));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      c12 = x1.fma(b2, c12);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + 8));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      c22 = x2.fma(b2, c22);
      bp += bRow;
    }
    c20.intoMemorySegment(C, c2, ORDER);
    c21.intoMemorySegment(C, c2 + V, ORDER);
    c22.intoMemorySegment(C, c2 + 2 * V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c12.intoMemorySegment(C, c1 + 2 * V, ORDER);
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c02.intoMemorySegment(C, c + 2 * V, ORDER);
  }

  /** C = D + A B on a tile of 3 rows by 3 vectors. */
  static void add3x3(
      MemorySegment A,
      long a,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment D,
      long d,
      long dRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    if (!A.isNative() || !B.isNative() || !D.isNative() || !C.isNative()) {
      throw Simd.onHeap();
    }
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long d1 = m > 1 ? d + dRow : d;
    long d2 = m > 2 ? d1 + dRow : d1;
    FloatVector c00 = FloatVector.fromMemorySegment(F, D, d, ORDER);
    FloatVector c01 = FloatVector.fromMemorySegment(F, D, d + V, ORDER);
    FloatVector c02 = FloatVector.fromMemorySegment(F, D, d + 2 * V, ORDER);
    FloatVector c10 = FloatVector.fromMemorySegment(F, D, d1, ORDER);
    FloatVector c11 = FloatVector.fromMemorySegment(F, D, d1 + V, ORDER);
    FloatVector c12 = FloatVector.fromMemorySegment(F, D, d1 + 2 * V, ORDER);
    FloatVector c20 = FloatVector.fromMemorySegment(F, D, d2, ORDER);
    FloatVector c21 = FloatVector.fromMemorySegment(F, D, d2 + V, ORDER);
    FloatVector c22 = FloatVector.fromMemorySegment(F, D, d2 + 2 * V, ORDER);
    long bp = b;
    long end = a + STRIP * k;
    for (long ap = a; ap < end; ap += STRIP) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(F, B, bp + V, ORDER);
      FloatVector b2 = FloatVector.fromMemorySegment(F, B, bp + 2 * V, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      c02 = x0.fma(b2, c02);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + 4));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      c12 = x1.fma(b2, c12);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + 8));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      c22 = x2.fma(b2, c22);
      bp += bRow;
    }
    c20.intoMemorySegment(C, c2, ORDER);
    c21.intoMemorySegment(C, c2 + V, ORDER);
    c22.intoMemorySegment(C, c2 + 2 * V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c12.intoMemorySegment(C, c1 + 2 * V, ORDER);
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
    c02.intoMemorySegment(C, c + 2 * V, ORDER);
  }

  /** C = A B on a tile of 4 rows by 2 vectors. */
  static void zero4x2(
      MemorySegment A,
      long a,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    if (!A.isNative() || !B.isNative() || !C.isNative()) {
      throw Simd.onHeap();
    }
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c21 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    FloatVector c31 = FloatVector.zero(F);
    long bp = b;
    long end = a + STRIP * k;
    for (long ap = a; ap < end; ap += STRIP) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(F, B, bp + V, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + 4));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + 8));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + 12));
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      bp += bRow;
    }
    c30.intoMemorySegment(C, c3, ORDER);
    c31.intoMemorySegment(C, c3 + V, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c21.intoMemorySegment(C, c2 + V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
  }

  /** C = D + A B on a tile of 4 rows by 2 vectors. */
  static void add4x2(
      MemorySegment A,
      long a,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment D,
      long d,
      long dRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    if (!A.isNative() || !B.isNative() || !D.isNative() || !C.isNative()) {
      throw Simd.onHeap();
    }
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
    long d1 = m > 1 ? d + dRow : d;
    long d2 = m > 2 ? d1 + dRow : d1;
    long d3 = m > 3 ? d2 + dRow : d2;
    FloatVector c00 = FloatVector.fromMemorySegment(F, D, d, ORDER);
    FloatVector c01 = FloatVector.fromMemorySegment(F, D, d + V, ORDER);
    FloatVector c10 = FloatVector.fromMemorySegment(F, D, d1, ORDER);
    FloatVector c11 = FloatVector.fromMemorySegment(F, D, d1 + V, ORDER);
    FloatVector c20 = FloatVector.fromMemorySegment(F, D, d2, ORDER);
    FloatVector c21 = FloatVector.fromMemorySegment(F, D, d2 + V, ORDER);
    FloatVector c30 = FloatVector.fromMemorySegment(F, D, d3, ORDER);
    FloatVector c31 = FloatVector.fromMemorySegment(F, D, d3 + V, ORDER);
    long bp = b;
    long end = a + STRIP * k;
    for (long ap = a; ap < end; ap += STRIP) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(F, B, bp + V, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + 4));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + 8));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + 12));
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      bp += bRow;
    }
    c30.intoMemorySegment(C, c3, ORDER);
    c31.intoMemorySegment(C, c3 + V, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c21.intoMemorySegment(C, c2 + V, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c11.intoMemorySegment(C, c1 + V, ORDER);
    c00.intoMemorySegment(C, c, ORDER);
    c01.intoMemorySegment(C, c + V, ORDER);
  }

  /** C = A B on a tile of 8 rows by 1 vector. */
  static void zero8x1(
      MemorySegment A,
      long a,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    if (!A.isNative() || !B.isNative() || !C.isNative()) {
      throw Simd.onHeap();
    }
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
    long end = a + STRIP * k;
    for (long ap = a; ap < end; ap += STRIP) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + 4));
      c10 = x1.fma(b0, c10);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + 8));
      c20 = x2.fma(b0, c20);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + 12));
      c30 = x3.fma(b0, c30);
      FloatVector x4 = FloatVector.broadcast(F, A.get(FLOAT, ap + 16));
      c40 = x4.fma(b0, c40);
      FloatVector x5 = FloatVector.broadcast(F, A.get(FLOAT, ap + 20));
      c50 = x5.fma(b0, c50);
      FloatVector x6 = FloatVector.broadcast(F, A.get(FLOAT, ap + 24));
      c60 = x6.fma(b0, c60);
      FloatVector x7 = FloatVector.broadcast(F, A.get(FLOAT, ap + 28));
      c70 = x7.fma(b0, c70);
      bp += bRow;
    }
    c70.intoMemorySegment(C, c7, ORDER);
    c60.intoMemorySegment(C, c6, ORDER);
    c50.intoMemorySegment(C, c5, ORDER);
    c40.intoMemorySegment(C, c4, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c00.intoMemorySegment(C, c, ORDER);
  }

  /** C = D + A B on a tile of 8 rows by 1 vector. */
  static void add8x1(
      MemorySegment A,
      long a,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment D,
      long d,
      long dRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    if (!A.isNative() || !B.isNative() || !D.isNative() || !C.isNative()) {
      throw Simd.onHeap();
    }
    long c1 = m > 1 ? c + cRow : c;
    long c2 = m > 2 ? c1 + cRow : c1;
    long c3 = m > 3 ? c2 + cRow : c2;
    long c4 = m > 4 ? c3 + cRow : c3;
    long c5 = m > 5 ? c4 + cRow : c4;
    long c6 = m > 6 ? c5 + cRow : c5;
    long c7 = m > 7 ? c6 + cRow : c6;
    long d1 = m > 1 ? d + dRow : d;
    long d2 = m > 2 ? d1 + dRow : d1;
    long d3 = m > 3 ? d2 + dRow : d2;
    long d4 = m > 4 ? d3 + dRow : d3;
    long d5 = m > 5 ? d4 + dRow : d4;
    long d6 = m > 6 ? d5 + dRow : d5;
    long d7 = m > 7 ? d6 + dRow : d6;
    FloatVector c00 = FloatVector.fromMemorySegment(F, D, d, ORDER);
    FloatVector c10 = FloatVector.fromMemorySegment(F, D, d1, ORDER);
    FloatVector c20 = FloatVector.fromMemorySegment(F, D, d2, ORDER);
    FloatVector c30 = FloatVector.fromMemorySegment(F, D, d3, ORDER);
    FloatVector c40 = FloatVector.fromMemorySegment(F, D, d4, ORDER);
    FloatVector c50 = FloatVector.fromMemorySegment(F, D, d5, ORDER);
    FloatVector c60 = FloatVector.fromMemorySegment(F, D, d6, ORDER);
    FloatVector c70 = FloatVector.fromMemorySegment(F, D, d7, ORDER);
    long bp = b;
    long end = a + STRIP * k;
    for (long ap = a; ap < end; ap += STRIP) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector x0 = FloatVector.broadcast(F, A.get(FLOAT, ap));
      c00 = x0.fma(b0, c00);
      FloatVector x1 = FloatVector.broadcast(F, A.get(FLOAT, ap + 4));
      c10 = x1.fma(b0, c10);
      FloatVector x2 = FloatVector.broadcast(F, A.get(FLOAT, ap + 8));
      c20 = x2.fma(b0, c20);
      FloatVector x3 = FloatVector.broadcast(F, A.get(FLOAT, ap + 12));
      c30 = x3.fma(b0, c30);
      FloatVector x4 = FloatVector.broadcast(F, A.get(FLOAT, ap + 16));
      c40 = x4.fma(b0, c40);
      FloatVector x5 = FloatVector.broadcast(F, A.get(FLOAT, ap + 20));
      c50 = x5.fma(b0, c50);
      FloatVector x6 = FloatVector.broadcast(F, A.get(FLOAT, ap + 24));
      c60 = x6.fma(b0, c60);
      FloatVector x7 = FloatVector.broadcast(F, A.get(FLOAT, ap + 28));
      c70 = x7.fma(b0, c70);
      bp += bRow;
    }
    c70.intoMemorySegment(C, c7, ORDER);
    c60.intoMemorySegment(C, c6, ORDER);
    c50.intoMemorySegment(C, c5, ORDER);
    c40.intoMemorySegment(C, c4, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c00.intoMemorySegment(C, c, ORDER);
  }
}
