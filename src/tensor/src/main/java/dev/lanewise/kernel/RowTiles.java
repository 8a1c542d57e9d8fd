package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.NATIVE;
import static dev.lanewise.kernel.Simd.VECTOR;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Tiles of one row, as wide as others or twice as wide: C = D + A B, where D is C or zeros. See
 * {@link MicroKernel}.
 */
final class RowTiles {
  private static final VectorSpecies<Float> F = Simd.F;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Bytes of a vector. */
  private static final long V = 4L * Simd.LANES;

  private RowTiles() {}

  /** One row by twice 4 vectors, the second half of B {@code bHalf} bytes after the first. */
  static void row8(
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
      FloatVector x = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap)));
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

  /** One row by twice 3 vectors, the second half of B {@code bHalf} bytes after the first. */
  static void row6(
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
      FloatVector x = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap)));
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

  /** One row by 4 vectors. */
  static void row4(
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
      FloatVector x = VECTOR.cast(FloatVector.broadcast(F, A.get(FLOAT, ap)));
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
