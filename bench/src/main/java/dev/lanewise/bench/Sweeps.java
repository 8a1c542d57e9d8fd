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
  private static final int VECTOR = F.vectorByteSize();

  /** The streams that {@link #read} has under way. */
  static final int STREAMS = 8;

  /** What {@link #read} writes. */
  static final int RESULT = VECTOR;

  /** Lengths that are a multiple of this leave no remainder. */
  static final int STEP = STREAMS * VECTOR;

  private Sweeps() {}

  /**
   * Reads {@code bytes} bytes, a multiple of {@link #STEP}, as eight streams side by side: one
   * alone does not keep memory busy. Writes one vector to {@code sink}, so that no compiler drops
   * it.
   */
  static void read(MemorySegment data, long from, int bytes, MemorySegment sink, long at) {
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    FloatVector s2 = FloatVector.zero(F);
    FloatVector s3 = FloatVector.zero(F);
    FloatVector s4 = FloatVector.zero(F);
    FloatVector s5 = FloatVector.zero(F);
    FloatVector s6 = FloatVector.zero(F);
    FloatVector s7 = FloatVector.zero(F);
    int stream = bytes / STREAMS;
    long from1 = from + stream;
    long from2 = from1 + stream;
    long from3 = from2 + stream;
    long from4 = from3 + stream;
    long from5 = from4 + stream;
    long from6 = from5 + stream;
    long from7 = from6 + stream;
    for (int i = 0; i < stream; i += VECTOR) {
      s0 = s0.add(FloatVector.fromMemorySegment(F, data, from + i, ORDER));
      s1 = s1.add(FloatVector.fromMemorySegment(F, data, from1 + i, ORDER));
      s2 = s2.add(FloatVector.fromMemorySegment(F, data, from2 + i, ORDER));
      s3 = s3.add(FloatVector.fromMemorySegment(F, data, from3 + i, ORDER));
      s4 = s4.add(FloatVector.fromMemorySegment(F, data, from4 + i, ORDER));
      s5 = s5.add(FloatVector.fromMemorySegment(F, data, from5 + i, ORDER));
      s6 = s6.add(FloatVector.fromMemorySegment(F, data, from6 + i, ORDER));
      s7 = s7.add(FloatVector.fromMemorySegment(F, data, from7 + i, ORDER));
    }
    s0.add(s1).add(s2.add(s3)).add(s4.add(s5).add(s6.add(s7))).intoMemorySegment(sink, at, ORDER);
  }

  /**
   * Reads the same {@code bytes} bytes, a multiple of {@link #STEP}, of four arrays and writes
   * three of them, as a step of Adam does, with one instruction to each vector: {@code p = max(p,
   * m)}, {@code m = max(m, v)}, {@code v = max(v, g)}.
   */
  static void adamTraffic(
      MemorySegment p, MemorySegment g, MemorySegment m, MemorySegment v, long from, int bytes) {
    for (int i = 0; i < bytes; i += VECTOR) {
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
