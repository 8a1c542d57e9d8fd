package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.NATIVE;
import static dev.lanewise.kernel.Simd.VECTOR;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Tiles of C += A B: the accumulators start from C. See {@link MicroKernel}. */
final class AddTiles {
  private static final VectorSpecies<Float> F = Simd.F;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Bytes of a vector. */
  private static final long V = 4L * Simd.LANES;

  private AddTiles() {}

  /**
   * Computes a tile that is {@code vectors} wide and as high as {@link MicroKernel#rows} says, or
   * lower.
   */
  static void tile(
      int vectors,
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
          tile2x4(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        } else {
          tile3x4(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        }
      }
      case 3 -> {
        if (m <= 3) {
          tile3x3(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        } else {
          tile4x3(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        }
      }
      case 2 -> tile4x2(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
      default -> {
        if (m <= 4) {
          tile4x1(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        } else {
          tile8x1(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        }
      }
    }
  }

  /** A tile of 3 rows by 4 vectors. */
  static void tile3x4(
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
    FloatVector c03 = FloatVector.fromMemorySegment(F, C, c + 3 * V, ORDER);
    FloatVector c10 = FloatVector.fromMemorySegment(F, C, c1, ORDER);
    FloatVector c11 = FloatVector.fromMemorySegment(F, C, c1 + V, ORDER);
    FloatVector c12 = FloatVector.fromMemorySegment(F, C, c1 + 2 * V, ORDER);
    FloatVector c13 = FloatVector.fromMemorySegment(F, C, c1 + 3 * V, ORDER);
    FloatVector c20 = FloatVector.fromMemorySegment(F, C, c2, ORDER);
    FloatVector c21 = FloatVector.fromMemorySegment(F, C, c2 + V, ORDER);
    FloatVector c22 = FloatVector.fromMemorySegment(F, C, c2 + 2 * V, ORDER);
    FloatVector c23 = FloatVector.fromMemorySegment(F, C, c2 + 3 * V, ORDER);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(F, B, bp + V, ORDER);
      FloatVector b2 = FloatVector.fromMemorySegment(F, B, bp + 2 * V, ORDER);
      FloatVector b3 = FloatVector.fromMemorySegment(F, B, bp + 3 * V, ORDER);
      FloatVector x0 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap)));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      c02 = x0.fma(b2, c02);
      c03 = x0.fma(b3, c03);
      FloatVector x1 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a1)));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      c12 = x1.fma(b2, c12);
      c13 = x1.fma(b3, c13);
      FloatVector x2 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a2)));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      c22 = x2.fma(b2, c22);
      c23 = x2.fma(b3, c23);
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
  }

  /** A tile of 2 rows by 4 vectors. */
  static void tile2x4(
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
      FloatVector x0 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap)));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      c02 = x0.fma(b2, c02);
      c03 = x0.fma(b3, c03);
      FloatVector x1 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a1)));
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

  /** A tile of 4 rows by 3 vectors. */
  static void tile4x3(
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
      FloatVector x0 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap)));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      c02 = x0.fma(b2, c02);
      FloatVector x1 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a1)));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      c12 = x1.fma(b2, c12);
      FloatVector x2 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a2)));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      c22 = x2.fma(b2, c22);
      FloatVector x3 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a3)));
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

  /** A tile of 3 rows by 3 vectors. */
  static void tile3x3(
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
      FloatVector x0 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap)));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      c02 = x0.fma(b2, c02);
      FloatVector x1 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a1)));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      c12 = x1.fma(b2, c12);
      FloatVector x2 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a2)));
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

  /** A tile of 4 rows by 2 vectors. */
  static void tile4x2(
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
    FloatVector c10 = FloatVector.fromMemorySegment(F, C, c1, ORDER);
    FloatVector c11 = FloatVector.fromMemorySegment(F, C, c1 + V, ORDER);
    FloatVector c20 = FloatVector.fromMemorySegment(F, C, c2, ORDER);
    FloatVector c21 = FloatVector.fromMemorySegment(F, C, c2 + V, ORDER);
    FloatVector c30 = FloatVector.fromMemorySegment(F, C, c3, ORDER);
    FloatVector c31 = FloatVector.fromMemorySegment(F, C, c3 + V, ORDER);
    long bp = b;
    long end = a + 4L * k;
    for (long ap = a; ap < end; ap += 4) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, B, bp, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(F, B, bp + V, ORDER);
      FloatVector x0 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap)));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a1)));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      FloatVector x2 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a2)));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      FloatVector x3 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a3)));
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
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
  }

  /** A tile of 8 rows by 1 vector. */
  static void tile8x1(
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
      FloatVector x0 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap)));
      c00 = x0.fma(b0, c00);
      FloatVector x1 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a1)));
      c10 = x1.fma(b0, c10);
      FloatVector x2 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a2)));
      c20 = x2.fma(b0, c20);
      FloatVector x3 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a3)));
      c30 = x3.fma(b0, c30);
      FloatVector x4 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a4)));
      c40 = x4.fma(b0, c40);
      FloatVector x5 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a5)));
      c50 = x5.fma(b0, c50);
      FloatVector x6 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a6)));
      c60 = x6.fma(b0, c60);
      FloatVector x7 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a7)));
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

  /** A tile of 4 rows by 1 vector. */
  static void tile4x1(
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
      FloatVector x0 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap)));
      c00 = x0.fma(b0, c00);
      FloatVector x1 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a1)));
      c10 = x1.fma(b0, c10);
      FloatVector x2 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a2)));
      c20 = x2.fma(b0, c20);
      FloatVector x3 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap + a3)));
      c30 = x3.fma(b0, c30);
      bp += bRow;
    }
    c00.intoMemorySegment(C, c, ORDER);
    c10.intoMemorySegment(C, c1, ORDER);
    c20.intoMemorySegment(C, c2, ORDER);
    c30.intoMemorySegment(C, c3, ORDER);
  }
}
