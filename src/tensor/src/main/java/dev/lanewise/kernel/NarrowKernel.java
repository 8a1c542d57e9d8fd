package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.NATIVE;
import static dev.lanewise.kernel.Simd.VECTOR;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of a product with a {@link NarrowMatrix}: C = A B on a tile of C, the weights
 * widened in registers as they are read.
 *
 * <p>The tiles are one row by 8 vectors, a whole panel, and up to two or four rows by 4 vectors,
 * half of one. Where {@code m} is less than the tile's rows, the last row stands in. Where a panel
 * has fewer vectors, what is read behind them ends in columns that are not used. Offsets and
 * strides are in bytes.
 *
 * <p>An int holds two weights of bfloat16, one of each of two vectors: the lower half shifted up is
 * the first, the upper half by itself the second.
 *
 * <p>What is read of A comes first in each step: C2 inlines it only while a method has few nodes so
 * far, and a call in the loop would cost many times the rest. All else it inlines whatever the
 * size.
 *
 * <p>Why the methods look alike and share nothing is told at {@link MicroKernel}.
 */
final class NarrowKernel {
  private static final VectorSpecies<Float> F = Simd.F;
  private static final VectorSpecies<Integer> I = Simd.I;
  private static final VectorSpecies<Byte> BYTES = Simd.B;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** The order of the two weights in an int, whatever the machine's. */
  static final ByteOrder PAIRED = ByteOrder.LITTLE_ENDIAN;

  /** The bits of a float that are its bfloat16. */
  private static final int UPPER = 0xffff0000;

  /** Bytes of a vector of floats, or of two of bfloat16, and of one of bytes. */
  private static final long V = 4L * Simd.LANES;

  private static final long V1 = Simd.LANES;

  private NarrowKernel() {}

  /**
   * Computes a tile of C.
   *
   * @param bfloats whether weights are bfloat16, or else bytes
   * @param height the rows of the tile, 1, 2 or 4, of which {@code m} are there
   */
  static void tile(
      boolean bfloats,
      int height,
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
    switch (height) {
      case 1 -> {
        if (bfloats) {
          bfloat1x8(A, a, B, b, bRow, C, c, k);
        } else {
          byte1x8(A, a, B, b, bRow, C, c, k);
        }
      }
      case 2 -> {
        if (bfloats) {
          bfloat2x4(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        } else {
          byte2x4(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        }
      }
      default -> {
        if (bfloats) {
          bfloat4x4(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        } else {
          byte4x4(A, a, aRow, B, b, bRow, C, c, cRow, m, k);
        }
      }
    }
  }

  /** One row by 8 vectors of bfloat16. */
  static void bfloat1x8(
      MemorySegment A, long a, MemorySegment B, long b, long bRow, MemorySegment C, long c, int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    IntVector upper = IntVector.broadcast(I, UPPER);
    FloatVector zero = FloatVector.zero(F);
    FloatVector s0 = zero;
    FloatVector s1 = zero;
    FloatVector s2 = zero;
    FloatVector s3 = zero;
    FloatVector s4 = zero;
    FloatVector s5 = zero;
    FloatVector s6 = zero;
    FloatVector s7 = zero;
    for (int p = 0; p < k; p++) {
      FloatVector x = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, a + 4L * p)));
      long bp = b + p * bRow;
      IntVector q0 = IntVector.fromMemorySegment(I, B, bp, PAIRED);
      FloatVector w0 = q0.lanewise(LSHL, 16).reinterpretAsFloats();
      s0 = x.fma(w0, s0);
      FloatVector w1 = q0.and(upper).reinterpretAsFloats();
      s1 = x.fma(w1, s1);
      IntVector q1 = IntVector.fromMemorySegment(I, B, bp + V, PAIRED);
      FloatVector w2 = q1.lanewise(LSHL, 16).reinterpretAsFloats();
      s2 = x.fma(w2, s2);
      FloatVector w3 = q1.and(upper).reinterpretAsFloats();
      s3 = x.fma(w3, s3);
      IntVector q2 = IntVector.fromMemorySegment(I, B, bp + 2 * V, PAIRED);
      FloatVector w4 = q2.lanewise(LSHL, 16).reinterpretAsFloats();
      s4 = x.fma(w4, s4);
      FloatVector w5 = q2.and(upper).reinterpretAsFloats();
      s5 = x.fma(w5, s5);
      IntVector q3 = IntVector.fromMemorySegment(I, B, bp + 3 * V, PAIRED);
      FloatVector w6 = q3.lanewise(LSHL, 16).reinterpretAsFloats();
      s6 = x.fma(w6, s6);
      FloatVector w7 = q3.and(upper).reinterpretAsFloats();
      s7 = x.fma(w7, s7);
    }
    s0.intoMemorySegment(C, c, ORDER);
    s1.intoMemorySegment(C, c + V, ORDER);
    s2.intoMemorySegment(C, c + 2 * V, ORDER);
    s3.intoMemorySegment(C, c + 3 * V, ORDER);
    s4.intoMemorySegment(C, c + 4 * V, ORDER);
    s5.intoMemorySegment(C, c + 5 * V, ORDER);
    s6.intoMemorySegment(C, c + 6 * V, ORDER);
    s7.intoMemorySegment(C, c + 7 * V, ORDER);
  }

  /** Up to two rows by 4 vectors of bfloat16. */
  static void bfloat2x4(
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
    long a1 = a + Math.min(1, m - 1) * aRow;
    long c1 = c + Math.min(1, m - 1) * cRow;
    IntVector upper = IntVector.broadcast(I, UPPER);
    FloatVector zero = FloatVector.zero(F);
    FloatVector s00 = zero;
    FloatVector s01 = zero;
    FloatVector s02 = zero;
    FloatVector s03 = zero;
    FloatVector s10 = zero;
    FloatVector s11 = zero;
    FloatVector s12 = zero;
    FloatVector s13 = zero;
    for (int p = 0; p < k; p++) {
      long o = 4L * p;
      FloatVector x0 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, a + o)));
      FloatVector x1 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, a1 + o)));
      long bp = b + p * bRow;
      IntVector q0 = IntVector.fromMemorySegment(I, B, bp, PAIRED);
      FloatVector w0 = q0.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector w1 = q0.and(upper).reinterpretAsFloats();
      IntVector q1 = IntVector.fromMemorySegment(I, B, bp + V, PAIRED);
      FloatVector w2 = q1.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector w3 = q1.and(upper).reinterpretAsFloats();
      s00 = x0.fma(w0, s00);
      s01 = x0.fma(w1, s01);
      s02 = x0.fma(w2, s02);
      s03 = x0.fma(w3, s03);
      s10 = x1.fma(w0, s10);
      s11 = x1.fma(w1, s11);
      s12 = x1.fma(w2, s12);
      s13 = x1.fma(w3, s13);
    }
    s00.intoMemorySegment(C, c, ORDER);
    s01.intoMemorySegment(C, c + V, ORDER);
    s02.intoMemorySegment(C, c + 2 * V, ORDER);
    s03.intoMemorySegment(C, c + 3 * V, ORDER);
    s10.intoMemorySegment(C, c1, ORDER);
    s11.intoMemorySegment(C, c1 + V, ORDER);
    s12.intoMemorySegment(C, c1 + 2 * V, ORDER);
    s13.intoMemorySegment(C, c1 + 3 * V, ORDER);
  }

  /** Up to four rows by 4 vectors of bfloat16. */
  static void bfloat4x4(
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
    long a1 = a + Math.min(1, m - 1) * aRow;
    long a2 = a + Math.min(2, m - 1) * aRow;
    long a3 = a + Math.min(3, m - 1) * aRow;
    long c1 = c + Math.min(1, m - 1) * cRow;
    long c2 = c + Math.min(2, m - 1) * cRow;
    long c3 = c + Math.min(3, m - 1) * cRow;
    IntVector upper = IntVector.broadcast(I, UPPER);
    FloatVector zero = FloatVector.zero(F);
    FloatVector s00 = zero;
    FloatVector s01 = zero;
    FloatVector s02 = zero;
    FloatVector s03 = zero;
    FloatVector s10 = zero;
    FloatVector s11 = zero;
    FloatVector s12 = zero;
    FloatVector s13 = zero;
    FloatVector s20 = zero;
    FloatVector s21 = zero;
    FloatVector s22 = zero;
    FloatVector s23 = zero;
    FloatVector s30 = zero;
    FloatVector s31 = zero;
    FloatVector s32 = zero;
    FloatVector s33 = zero;
    for (int p = 0; p < k; p++) {
      long o = 4L * p;
      FloatVector x0 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, a + o)));
      FloatVector x1 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, a1 + o)));
      FloatVector x2 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, a2 + o)));
      FloatVector x3 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, a3 + o)));
      long bp = b + p * bRow;
      IntVector q0 = IntVector.fromMemorySegment(I, B, bp, PAIRED);
      FloatVector w0 = q0.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector w1 = q0.and(upper).reinterpretAsFloats();
      IntVector q1 = IntVector.fromMemorySegment(I, B, bp + V, PAIRED);
      FloatVector w2 = q1.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector w3 = q1.and(upper).reinterpretAsFloats();
      s00 = x0.fma(w0, s00);
      s01 = x0.fma(w1, s01);
      s02 = x0.fma(w2, s02);
      s03 = x0.fma(w3, s03);
      s10 = x1.fma(w0, s10);
      s11 = x1.fma(w1, s11);
      s12 = x1.fma(w2, s12);
      s13 = x1.fma(w3, s13);
      s20 = x2.fma(w0, s20);
      s21 = x2.fma(w1, s21);
      s22 = x2.fma(w2, s22);
      s23 = x2.fma(w3, s23);
      s30 = x3.fma(w0, s30);
      s31 = x3.fma(w1, s31);
      s32 = x3.fma(w2, s32);
      s33 = x3.fma(w3, s33);
    }
    s00.intoMemorySegment(C, c, ORDER);
    s01.intoMemorySegment(C, c + V, ORDER);
    s02.intoMemorySegment(C, c + 2 * V, ORDER);
    s03.intoMemorySegment(C, c + 3 * V, ORDER);
    s10.intoMemorySegment(C, c1, ORDER);
    s11.intoMemorySegment(C, c1 + V, ORDER);
    s12.intoMemorySegment(C, c1 + 2 * V, ORDER);
    s13.intoMemorySegment(C, c1 + 3 * V, ORDER);
    s20.intoMemorySegment(C, c2, ORDER);
    s21.intoMemorySegment(C, c2 + V, ORDER);
    s22.intoMemorySegment(C, c2 + 2 * V, ORDER);
    s23.intoMemorySegment(C, c2 + 3 * V, ORDER);
    s30.intoMemorySegment(C, c3, ORDER);
    s31.intoMemorySegment(C, c3 + V, ORDER);
    s32.intoMemorySegment(C, c3 + 2 * V, ORDER);
    s33.intoMemorySegment(C, c3 + 3 * V, ORDER);
  }

  /** One row by 8 vectors of bytes. */
  static void byte1x8(
      MemorySegment A, long a, MemorySegment B, long b, long bRow, MemorySegment C, long c, int k) {
    A = NATIVE.cast(A);
    B = NATIVE.cast(B);
    C = NATIVE.cast(C);
    FloatVector zero = FloatVector.zero(F);
    FloatVector s0 = zero;
    FloatVector s1 = zero;
    FloatVector s2 = zero;
    FloatVector s3 = zero;
    FloatVector s4 = zero;
    FloatVector s5 = zero;
    FloatVector s6 = zero;
    FloatVector s7 = zero;
    for (int p = 0; p < k; p++) {
      FloatVector x = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, a + 4L * p)));
      long bp = b + p * bRow;
      FloatVector w0 =
          (FloatVector) ByteVector.fromMemorySegment(BYTES, B, bp, ORDER).convertShape(B2F, F, 0);
      s0 = x.fma(w0, s0);
      FloatVector w1 =
          (FloatVector)
              ByteVector.fromMemorySegment(BYTES, B, bp + V1, ORDER).convertShape(B2F, F, 0);
      s1 = x.fma(w1, s1);
      FloatVector w2 =
          (FloatVector)
              ByteVector.fromMemorySegment(BYTES, B, bp + 2 * V1, ORDER).convertShape(B2F, F, 0);
      s2 = x.fma(w2, s2);
      FloatVector w3 =
          (FloatVector)
              ByteVector.fromMemorySegment(BYTES, B, bp + 3 * V1, ORDER).convertShape(B2F, F, 0);
      s3 = x.fma(w3, s3);
      FloatVector w4 =
          (FloatVector)
              ByteVector.fromMemorySegment(BYTES, B, bp + 4 * V1, ORDER).convertShape(B2F, F, 0);
      s4 = x.fma(w4, s4);
      FloatVector w5 =
          (FloatVector)
              ByteVector.fromMemorySegment(BYTES, B, bp + 5 * V1, ORDER).convertShape(B2F, F, 0);
      s5 = x.fma(w5, s5);
      FloatVector w6 =
          (FloatVector)
              ByteVector.fromMemorySegment(BYTES, B, bp + 6 * V1, ORDER).convertShape(B2F, F, 0);
      s6 = x.fma(w6, s6);
      FloatVector w7 =
          (FloatVector)
              ByteVector.fromMemorySegment(BYTES, B, bp + 7 * V1, ORDER).convertShape(B2F, F, 0);
      s7 = x.fma(w7, s7);
    }
    s0.intoMemorySegment(C, c, ORDER);
    s1.intoMemorySegment(C, c + V, ORDER);
    s2.intoMemorySegment(C, c + 2 * V, ORDER);
    s3.intoMemorySegment(C, c + 3 * V, ORDER);
    s4.intoMemorySegment(C, c + 4 * V, ORDER);
    s5.intoMemorySegment(C, c + 5 * V, ORDER);
    s6.intoMemorySegment(C, c + 6 * V, ORDER);
    s7.intoMemorySegment(C, c + 7 * V, ORDER);
  }

  /** Up to two rows by 4 vectors of bytes. */
  static void byte2x4(
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
    long a1 = a + Math.min(1, m - 1) * aRow;
    long c1 = c + Math.min(1, m - 1) * cRow;
    FloatVector zero = FloatVector.zero(F);
    FloatVector s00 = zero;
    FloatVector s01 = zero;
    FloatVector s02 = zero;
    FloatVector s03 = zero;
    FloatVector s10 = zero;
    FloatVector s11 = zero;
    FloatVector s12 = zero;
    FloatVector s13 = zero;
    for (int p = 0; p < k; p++) {
      long o = 4L * p;
      FloatVector x0 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, a + o)));
      FloatVector x1 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, a1 + o)));
      long bp = b + p * bRow;
      FloatVector w0 =
          (FloatVector) ByteVector.fromMemorySegment(BYTES, B, bp, ORDER).convertShape(B2F, F, 0);
      FloatVector w1 =
          (FloatVector)
              ByteVector.fromMemorySegment(BYTES, B, bp + V1, ORDER).convertShape(B2F, F, 0);
      FloatVector w2 =
          (FloatVector)
              ByteVector.fromMemorySegment(BYTES, B, bp + 2 * V1, ORDER).convertShape(B2F, F, 0);
      FloatVector w3 =
          (FloatVector)
              ByteVector.fromMemorySegment(BYTES, B, bp + 3 * V1, ORDER).convertShape(B2F, F, 0);
      s00 = x0.fma(w0, s00);
      s01 = x0.fma(w1, s01);
      s02 = x0.fma(w2, s02);
      s03 = x0.fma(w3, s03);
      s10 = x1.fma(w0, s10);
      s11 = x1.fma(w1, s11);
      s12 = x1.fma(w2, s12);
      s13 = x1.fma(w3, s13);
    }
    s00.intoMemorySegment(C, c, ORDER);
    s01.intoMemorySegment(C, c + V, ORDER);
    s02.intoMemorySegment(C, c + 2 * V, ORDER);
    s03.intoMemorySegment(C, c + 3 * V, ORDER);
    s10.intoMemorySegment(C, c1, ORDER);
    s11.intoMemorySegment(C, c1 + V, ORDER);
    s12.intoMemorySegment(C, c1 + 2 * V, ORDER);
    s13.intoMemorySegment(C, c1 + 3 * V, ORDER);
  }

  /** Up to four rows by 4 vectors of bytes. */
  static void byte4x4(
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
    long a1 = a + Math.min(1, m - 1) * aRow;
    long a2 = a + Math.min(2, m - 1) * aRow;
    long a3 = a + Math.min(3, m - 1) * aRow;
    long c1 = c + Math.min(1, m - 1) * cRow;
    long c2 = c + Math.min(2, m - 1) * cRow;
    long c3 = c + Math.min(3, m - 1) * cRow;
    FloatVector zero = FloatVector.zero(F);
    FloatVector s00 = zero;
    FloatVector s01 = zero;
    FloatVector s02 = zero;
    FloatVector s03 = zero;
    FloatVector s10 = zero;
    FloatVector s11 = zero;
    FloatVector s12 = zero;
    FloatVector s13 = zero;
    FloatVector s20 = zero;
    FloatVector s21 = zero;
    FloatVector s22 = zero;
    FloatVector s23 = zero;
    FloatVector s30 = zero;
    FloatVector s31 = zero;
    FloatVector s32 = zero;
    FloatVector s33 = zero;
    for (int p = 0; p < k; p++) {
      long o = 4L * p;
      FloatVector x0 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, a + o)));
      FloatVector x1 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, a1 + o)));
      FloatVector x2 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, a2 + o)));
      FloatVector x3 = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, a3 + o)));
      long bp = b + p * bRow;
      FloatVector w0 =
          (FloatVector) ByteVector.fromMemorySegment(BYTES, B, bp, ORDER).convertShape(B2F, F, 0);
      FloatVector w1 =
          (FloatVector)
              ByteVector.fromMemorySegment(BYTES, B, bp + V1, ORDER).convertShape(B2F, F, 0);
      FloatVector w2 =
          (FloatVector)
              ByteVector.fromMemorySegment(BYTES, B, bp + 2 * V1, ORDER).convertShape(B2F, F, 0);
      FloatVector w3 =
          (FloatVector)
              ByteVector.fromMemorySegment(BYTES, B, bp + 3 * V1, ORDER).convertShape(B2F, F, 0);
      s00 = x0.fma(w0, s00);
      s01 = x0.fma(w1, s01);
      s02 = x0.fma(w2, s02);
      s03 = x0.fma(w3, s03);
      s10 = x1.fma(w0, s10);
      s11 = x1.fma(w1, s11);
      s12 = x1.fma(w2, s12);
      s13 = x1.fma(w3, s13);
      s20 = x2.fma(w0, s20);
      s21 = x2.fma(w1, s21);
      s22 = x2.fma(w2, s22);
      s23 = x2.fma(w3, s23);
      s30 = x3.fma(w0, s30);
      s31 = x3.fma(w1, s31);
      s32 = x3.fma(w2, s32);
      s33 = x3.fma(w3, s33);
    }
    s00.intoMemorySegment(C, c, ORDER);
    s01.intoMemorySegment(C, c + V, ORDER);
    s02.intoMemorySegment(C, c + 2 * V, ORDER);
    s03.intoMemorySegment(C, c + 3 * V, ORDER);
    s10.intoMemorySegment(C, c1, ORDER);
    s11.intoMemorySegment(C, c1 + V, ORDER);
    s12.intoMemorySegment(C, c1 + 2 * V, ORDER);
    s13.intoMemorySegment(C, c1 + 3 * V, ORDER);
    s20.intoMemorySegment(C, c2, ORDER);
    s21.intoMemorySegment(C, c2 + V, ORDER);
    s22.intoMemorySegment(C, c2 + 2 * V, ORDER);
    s23.intoMemorySegment(C, c2 + 3 * V, ORDER);
    s30.intoMemorySegment(C, c3, ORDER);
    s31.intoMemorySegment(C, c3 + V, ORDER);
    s32.intoMemorySegment(C, c3 + 2 * V, ORDER);
    s33.intoMemorySegment(C, c3 + 3 * V, ORDER);
  }
}
