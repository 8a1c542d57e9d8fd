package dev.lanewise.infer;

import dev.lanewise.array.NDArray;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** A run of some rows, bound to memory: what to write before, the steps, and what to read after. */
final class Program {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private final Runnable[] steps;
  private final MemorySegment input;
  private final MemorySegment output;
  private final FloatBuffer inputBuffer;
  private final FloatBuffer outputBuffer;

  /** Makes a program of steps from one contiguous array to another. */
  Program(Runnable[] steps, NDArray input, NDArray output) {
    this.steps = steps;
    this.input = memory(input);
    this.output = memory(output);
    this.inputBuffer = floats(this.input);
    this.outputBuffer = floats(this.output);
  }

  private static MemorySegment memory(NDArray array) {
    return array.segment().asSlice(4 * array.offset(), 4 * array.size());
  }

  private static FloatBuffer floats(MemorySegment memory) {
    return memory.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  /** Answers the rows at the start of {@code x}, at the start of {@code y}. */
  void run(float[] x, float[] y) {
    MemorySegment.copy(x, 0, input, FLOAT, 0, inputBuffer.capacity());
    run();
    MemorySegment.copy(output, FLOAT, 0, y, 0, outputBuffer.capacity());
  }

  /** Answers the rows at the start of {@code x}, at the start of {@code y}. */
  void run(MemorySegment x, MemorySegment y) {
    MemorySegment.copy(x, 0, input, 0, input.byteSize());
    run();
    MemorySegment.copy(output, 0, y, 0, output.byteSize());
  }

  /** Answers the rows at the position of {@code x}, at the position of {@code y}. */
  void run(FloatBuffer x, FloatBuffer y) {
    inputBuffer.put(0, x, x.position(), inputBuffer.capacity());
    run();
    y.put(y.position(), outputBuffer, 0, outputBuffer.capacity());
  }

  private void run() {
    for (Runnable step : steps) {
      step.run();
    }
  }
}
