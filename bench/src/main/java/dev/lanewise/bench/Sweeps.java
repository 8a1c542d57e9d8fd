package dev.lanewise.bench;

import dev.lanewise.kernel.Simd;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Passes over memory that nothing but its bandwidth limits. Offsets and lengths are in bytes. */
final class Sweeps {
  private static final VectorSpecies<Float> F =
      VectorSpecies.of(float.class, VectorShape.forBitSize(Simd.BITS));
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** The bytes of a vector: lengths are a multiple of this. */
  static final int STEP = F.vectorByteSize();

  private Sweeps() {}

  /**
   * Reads the same {@code bytes} bytes, a multiple of {@link #STEP}, of four arrays and writes
   * three of them, as a step of Adam does, with one instruction to each vector: {@code p = max(p,
   * m)}, {@code m = max(m, v)}, {@code v = max(v, g)}.
   */
  static void adamTraffic(
      MemorySegment p, MemorySegment g, MemorySegment m, MemorySegment v, long from, int bytes) {
    for (int i = 0; i < bytes; i += STEP) {
      FloatVector second = FloatVector.fromMemorySegment(F, v, from + i, ORDER);
      FloatVector first = FloatVector.fromMemorySegment(F, m, from + i, ORDER);
      FloatVector.fromMemorySegment(F, p, from + i, ORDER)
          .max(first)
          .intoMemorySegment(p, from + i, ORDER);
      first.max(second).intoMemorySegment(m, from + i, ORDER);
      second
          .max(FloatVector.fromMemorySegment(F, g, from + i, ORDER))
          .intoMemorySegment(v, from + i, ORDER);
    }
  }
}
