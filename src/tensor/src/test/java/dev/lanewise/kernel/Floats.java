package dev.lanewise.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** Native arrays of exactly the size asked for, so that an overrun throws. */
final class Floats {
  /** The special values of single precision, and the edges of the functions under test. */
  static final float[] SPECIAL = {
    0f,
    -0f,
    1f,
    -1f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    -Float.MIN_NORMAL,
    Math.nextDown(Float.MIN_NORMAL),
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NaN,
    88.72283f,
    88.72284f,
    -87.33654f,
    -103.97207f,
    -103.97208f,
    0x1p24f,
    -0x1p24f,
  };

  /** Where they lie: in an automatic arena each, unless something else is bound. */
  static final ScopedValue<SegmentAllocator> MEMORY = ScopedValue.newInstance();

  private Floats() {}

  static MemorySegment of(float... values) {
    MemorySegment segment = empty(values.length);
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, 0, values.length);
    return segment;
  }

  static MemorySegment ints(int... values) {
    MemorySegment segment = empty(values.length);
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_INT, 0, values.length);
    return segment;
  }

  /** Zeros, from a line of the cache on, as all of this library's are. */
  static MemorySegment empty(long n) {
    long bytes = n * Float.BYTES;
    return MEMORY.isBound() ? MEMORY.get().allocate(bytes, 64) : Arena.ofAuto().allocate(bytes, 64);
  }

  static MemorySegment copy(MemorySegment segment) {
    return of(array(segment));
  }

  static float[] array(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_FLOAT);
  }

  static float get(MemorySegment segment, long i) {
    return segment.getAtIndex(ValueLayout.JAVA_FLOAT, i);
  }

  /** Numbers drawn evenly between the bounds. */
  static float[] random(int n, double low, double high, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextDouble(low, high);
    }
    return values;
  }

  /** Every {@code step}-th bit pattern of single precision, from an odd start, NaNs included. */
  static float[] patterns(int step) {
    float[] values = new float[(int) ((1L << 32) / step)];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(i * step + (i & (step - 1)));
    }
    return values;
  }

  /** The sizes around every edge of a vector loop. */
  static int[] sizes() {
    int v = Simd.LANES;
    return new int[] {
      0, 1, 2, 3, v - 1, v, v + 1, 2 * v - 1, 2 * v, 2 * v + 1, 4 * v - 1, 4 * v, 4 * v + 1, 13, 31,
      97, 211, 4095, 4096, 4098, 8209
    };
  }
}
