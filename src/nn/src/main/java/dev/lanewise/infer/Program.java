package dev.lanewise.infer;

import dev.lanewise.array.NDArray;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** A run of some rows, bound to memory: what to write before, the steps, and what to read after. */
final class Program {
  private final Runnable[] steps;
  private final NDArray input;
  private final NDArray output;
  private final FloatBuffer inputBuffer;
  private final FloatBuffer outputBuffer;

  /** Makes a program of steps from one contiguous array to another. */
  Program(Runnable[] steps, NDArray input, NDArray output) {
    this.steps = steps;
    this.input = input;
    this.output = output;
    this.inputBuffer = buffer(input);
    this.outputBuffer = buffer(output);
  }

  private static FloatBuffer buffer(NDArray array) {
    return array
        .segment()
        .asSlice(4 * array.offset(), 4 * array.size())
        .asByteBuffer()
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** Returns the rows that are given. */
  NDArray input() {
    return input;
  }

  /** Returns the rows that are answered. */
  NDArray output() {
    return output;
  }

  /** Returns {@link #input} as a buffer. */
  FloatBuffer inputBuffer() {
    return inputBuffer;
  }

  /** Returns {@link #output} as a buffer. */
  FloatBuffer outputBuffer() {
    return outputBuffer;
  }

  void run() {
    for (Runnable step : steps) {
      step.run();
    }
  }
}
