package dev.lanewise.kernel;

import dev.lanewise.kernel.KernelCalls.KernelCall;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Kernels written as none should be, so that the tests show that they would be caught. */
final class BadKernels {
  private static final VectorSpecies<Float> F = Simd.F;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int K = 64;

  private BadKernels() {}

  static KernelCall call(String name) {
    MemorySegment a = Floats.of(Floats.random(40 * K, -1, 1, 1));
    MemorySegment b = Floats.of(Floats.random(K * Simd.LANES, -1, 1, 2));
    MemorySegment c = Floats.empty(40L * Simd.LANES);
    return new KernelCall(
        name,
        switch (name) {
          case "wide" -> () -> wide(a, b, c);
          case "helped" -> () -> helped(a, b, c);
          case "deep" -> () -> deep(a, b, c);
          default -> throw new IllegalArgumentException(name);
        });
  }

  /** A loop whose helper returns a vector, to be run where the compiler may not inline it. */
  private static void helped(MemorySegment a, MemorySegment b, MemorySegment c) {
    FloatVector sum = FloatVector.zero(F);
    for (int p = 0; p < K; p++) {
      sum = helper(a, b, p, sum);
    }
    sum.intoMemorySegment(c, 0, ORDER);
  }

  private static FloatVector helper(MemorySegment a, MemorySegment b, int p, FloatVector sum) {
    return FloatVector.broadcast(F, a.get(FLOAT, 4L * p))
        .fma(FloatVector.fromMemorySegment(F, b, 4L * p * Simd.LANES, ORDER), sum);
  }

  /** A loop with more nodes than C2 inlines at once: twenty turns in one. */
  private static void deep(MemorySegment a, MemorySegment b, MemorySegment c) {
    a = Simd.NATIVE.cast(a);
    b = Simd.NATIVE.cast(b);
    c = Simd.NATIVE.cast(c);
    FloatVector sum = FloatVector.zero(F);
    for (int p = 0; p < K / 2; p++) {
      long at = 4L * p * Simd.LANES;
      FloatVector x = FloatVector.broadcast(F, a.get(FLOAT, 4L * p));
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 0L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 4L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 8L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 12L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 16L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 20L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 24L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 28L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 32L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 36L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 40L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 44L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 48L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 52L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 56L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 60L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 64L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 68L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 72L * Simd.LANES, ORDER), sum);
      sum = x.fma(FloatVector.fromMemorySegment(F, b, at + 76L * Simd.LANES, ORDER), sum);
    }
    sum.intoMemorySegment(c, 0, ORDER);
  }

  /** A tile of 40 rows by 1 vector: forty accumulators, more than the compiler C1 can hold. */
  private static void wide(MemorySegment a, MemorySegment b, MemorySegment c) {
    FloatVector c0 = FloatVector.zero(F);
    FloatVector c1 = FloatVector.zero(F);
    FloatVector c2 = FloatVector.zero(F);
    FloatVector c3 = FloatVector.zero(F);
    FloatVector c4 = FloatVector.zero(F);
    FloatVector c5 = FloatVector.zero(F);
    FloatVector c6 = FloatVector.zero(F);
    FloatVector c7 = FloatVector.zero(F);
    FloatVector c8 = FloatVector.zero(F);
    FloatVector c9 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c12 = FloatVector.zero(F);
    FloatVector c13 = FloatVector.zero(F);
    FloatVector c14 = FloatVector.zero(F);
    FloatVector c15 = FloatVector.zero(F);
    FloatVector c16 = FloatVector.zero(F);
    FloatVector c17 = FloatVector.zero(F);
    FloatVector c18 = FloatVector.zero(F);
    FloatVector c19 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c21 = FloatVector.zero(F);
    FloatVector c22 = FloatVector.zero(F);
    FloatVector c23 = FloatVector.zero(F);
    FloatVector c24 = FloatVector.zero(F);
    FloatVector c25 = FloatVector.zero(F);
    FloatVector c26 = FloatVector.zero(F);
    FloatVector c27 = FloatVector.zero(F);
    FloatVector c28 = FloatVector.zero(F);
    FloatVector c29 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    FloatVector c31 = FloatVector.zero(F);
    FloatVector c32 = FloatVector.zero(F);
    FloatVector c33 = FloatVector.zero(F);
    FloatVector c34 = FloatVector.zero(F);
    FloatVector c35 = FloatVector.zero(F);
    FloatVector c36 = FloatVector.zero(F);
    FloatVector c37 = FloatVector.zero(F);
    FloatVector c38 = FloatVector.zero(F);
    FloatVector c39 = FloatVector.zero(F);
    for (int p = 0; p < K; p++) {
      long ap = 4L * p;
      FloatVector y = FloatVector.fromMemorySegment(F, b, ap * Simd.LANES, ORDER);
      c0 = FloatVector.broadcast(F, a.get(FLOAT, ap + 0L * K)).fma(y, c0);
      c1 = FloatVector.broadcast(F, a.get(FLOAT, ap + 4L * K)).fma(y, c1);
      c2 = FloatVector.broadcast(F, a.get(FLOAT, ap + 8L * K)).fma(y, c2);
      c3 = FloatVector.broadcast(F, a.get(FLOAT, ap + 12L * K)).fma(y, c3);
      c4 = FloatVector.broadcast(F, a.get(FLOAT, ap + 16L * K)).fma(y, c4);
      c5 = FloatVector.broadcast(F, a.get(FLOAT, ap + 20L * K)).fma(y, c5);
      c6 = FloatVector.broadcast(F, a.get(FLOAT, ap + 24L * K)).fma(y, c6);
      c7 = FloatVector.broadcast(F, a.get(FLOAT, ap + 28L * K)).fma(y, c7);
      c8 = FloatVector.broadcast(F, a.get(FLOAT, ap + 32L * K)).fma(y, c8);
      c9 = FloatVector.broadcast(F, a.get(FLOAT, ap + 36L * K)).fma(y, c9);
      c10 = FloatVector.broadcast(F, a.get(FLOAT, ap + 40L * K)).fma(y, c10);
      c11 = FloatVector.broadcast(F, a.get(FLOAT, ap + 44L * K)).fma(y, c11);
      c12 = FloatVector.broadcast(F, a.get(FLOAT, ap + 48L * K)).fma(y, c12);
      c13 = FloatVector.broadcast(F, a.get(FLOAT, ap + 52L * K)).fma(y, c13);
      c14 = FloatVector.broadcast(F, a.get(FLOAT, ap + 56L * K)).fma(y, c14);
      c15 = FloatVector.broadcast(F, a.get(FLOAT, ap + 60L * K)).fma(y, c15);
      c16 = FloatVector.broadcast(F, a.get(FLOAT, ap + 64L * K)).fma(y, c16);
      c17 = FloatVector.broadcast(F, a.get(FLOAT, ap + 68L * K)).fma(y, c17);
      c18 = FloatVector.broadcast(F, a.get(FLOAT, ap + 72L * K)).fma(y, c18);
      c19 = FloatVector.broadcast(F, a.get(FLOAT, ap + 76L * K)).fma(y, c19);
      c20 = FloatVector.broadcast(F, a.get(FLOAT, ap + 80L * K)).fma(y, c20);
      c21 = FloatVector.broadcast(F, a.get(FLOAT, ap + 84L * K)).fma(y, c21);
      c22 = FloatVector.broadcast(F, a.get(FLOAT, ap + 88L * K)).fma(y, c22);
      c23 = FloatVector.broadcast(F, a.get(FLOAT, ap + 92L * K)).fma(y, c23);
      c24 = FloatVector.broadcast(F, a.get(FLOAT, ap + 96L * K)).fma(y, c24);
      c25 = FloatVector.broadcast(F, a.get(FLOAT, ap + 100L * K)).fma(y, c25);
      c26 = FloatVector.broadcast(F, a.get(FLOAT, ap + 104L * K)).fma(y, c26);
      c27 = FloatVector.broadcast(F, a.get(FLOAT, ap + 108L * K)).fma(y, c27);
      c28 = FloatVector.broadcast(F, a.get(FLOAT, ap + 112L * K)).fma(y, c28);
      c29 = FloatVector.broadcast(F, a.get(FLOAT, ap + 116L * K)).fma(y, c29);
      c30 = FloatVector.broadcast(F, a.get(FLOAT, ap + 120L * K)).fma(y, c30);
      c31 = FloatVector.broadcast(F, a.get(FLOAT, ap + 124L * K)).fma(y, c31);
      c32 = FloatVector.broadcast(F, a.get(FLOAT, ap + 128L * K)).fma(y, c32);
      c33 = FloatVector.broadcast(F, a.get(FLOAT, ap + 132L * K)).fma(y, c33);
      c34 = FloatVector.broadcast(F, a.get(FLOAT, ap + 136L * K)).fma(y, c34);
      c35 = FloatVector.broadcast(F, a.get(FLOAT, ap + 140L * K)).fma(y, c35);
      c36 = FloatVector.broadcast(F, a.get(FLOAT, ap + 144L * K)).fma(y, c36);
      c37 = FloatVector.broadcast(F, a.get(FLOAT, ap + 148L * K)).fma(y, c37);
      c38 = FloatVector.broadcast(F, a.get(FLOAT, ap + 152L * K)).fma(y, c38);
      c39 = FloatVector.broadcast(F, a.get(FLOAT, ap + 156L * K)).fma(y, c39);
    }
    c0.intoMemorySegment(c, 0L * Simd.LANES, ORDER);
    c1.intoMemorySegment(c, 4L * Simd.LANES, ORDER);
    c2.intoMemorySegment(c, 8L * Simd.LANES, ORDER);
    c3.intoMemorySegment(c, 12L * Simd.LANES, ORDER);
    c4.intoMemorySegment(c, 16L * Simd.LANES, ORDER);
    c5.intoMemorySegment(c, 20L * Simd.LANES, ORDER);
    c6.intoMemorySegment(c, 24L * Simd.LANES, ORDER);
    c7.intoMemorySegment(c, 28L * Simd.LANES, ORDER);
    c8.intoMemorySegment(c, 32L * Simd.LANES, ORDER);
    c9.intoMemorySegment(c, 36L * Simd.LANES, ORDER);
    c10.intoMemorySegment(c, 40L * Simd.LANES, ORDER);
    c11.intoMemorySegment(c, 44L * Simd.LANES, ORDER);
    c12.intoMemorySegment(c, 48L * Simd.LANES, ORDER);
    c13.intoMemorySegment(c, 52L * Simd.LANES, ORDER);
    c14.intoMemorySegment(c, 56L * Simd.LANES, ORDER);
    c15.intoMemorySegment(c, 60L * Simd.LANES, ORDER);
    c16.intoMemorySegment(c, 64L * Simd.LANES, ORDER);
    c17.intoMemorySegment(c, 68L * Simd.LANES, ORDER);
    c18.intoMemorySegment(c, 72L * Simd.LANES, ORDER);
    c19.intoMemorySegment(c, 76L * Simd.LANES, ORDER);
    c20.intoMemorySegment(c, 80L * Simd.LANES, ORDER);
    c21.intoMemorySegment(c, 84L * Simd.LANES, ORDER);
    c22.intoMemorySegment(c, 88L * Simd.LANES, ORDER);
    c23.intoMemorySegment(c, 92L * Simd.LANES, ORDER);
    c24.intoMemorySegment(c, 96L * Simd.LANES, ORDER);
    c25.intoMemorySegment(c, 100L * Simd.LANES, ORDER);
    c26.intoMemorySegment(c, 104L * Simd.LANES, ORDER);
    c27.intoMemorySegment(c, 108L * Simd.LANES, ORDER);
    c28.intoMemorySegment(c, 112L * Simd.LANES, ORDER);
    c29.intoMemorySegment(c, 116L * Simd.LANES, ORDER);
    c30.intoMemorySegment(c, 120L * Simd.LANES, ORDER);
    c31.intoMemorySegment(c, 124L * Simd.LANES, ORDER);
    c32.intoMemorySegment(c, 128L * Simd.LANES, ORDER);
    c33.intoMemorySegment(c, 132L * Simd.LANES, ORDER);
    c34.intoMemorySegment(c, 136L * Simd.LANES, ORDER);
    c35.intoMemorySegment(c, 140L * Simd.LANES, ORDER);
    c36.intoMemorySegment(c, 144L * Simd.LANES, ORDER);
    c37.intoMemorySegment(c, 148L * Simd.LANES, ORDER);
    c38.intoMemorySegment(c, 152L * Simd.LANES, ORDER);
    c39.intoMemorySegment(c, 156L * Simd.LANES, ORDER);
  }
}
