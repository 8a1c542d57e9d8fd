package dev.lanewise.bench.peers;

import dev.lanewise.bench.Inputs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Floats of native memory, as Lanewise and as the native libraries name them: nothing is copied.
 */
record NativeFloats(MemorySegment segment, FloatBuffer buffer, FloatPointer pointer) {
  /** Returns {@code n} floats between -1 and 1, those of {@link Inputs} for that seed. */
  static NativeFloats random(int n, long seed) {
    return of(Inputs.random(n, seed).asSlice(0, (long) n * Float.BYTES));
  }

  /** Returns the same memory under every name. */
  static NativeFloats of(MemorySegment segment) {
    FloatBuffer buffer = segment.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
    return new NativeFloats(segment, buffer, new FloatPointer(buffer));
  }

  int size() {
    return buffer.capacity();
  }

  float[] toArray() {
    return segment.toArray(ValueLayout.JAVA_FLOAT);
  }
}
