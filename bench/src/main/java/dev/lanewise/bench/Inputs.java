package dev.lanewise.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** Numbers to compute with, the same at every run. */
public final class Inputs {
  private Inputs() {}

  /** Returns {@code n} floats between -1 and 1. */
  public static float[] floats(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  /** Returns native memory with {@code n} floats between -1 and 1, and a vector's room behind. */
  public static MemorySegment random(long n, long seed) {
    MemorySegment segment = Arena.ofAuto().allocate(n * Float.BYTES + 64, 64);
    float[] values = floats(Math.toIntExact(n), seed);
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, 0, values.length);
    return segment;
  }
}
