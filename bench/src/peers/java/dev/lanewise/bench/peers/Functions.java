package dev.lanewise.bench.peers;

import dev.lanewise.kernel.SoftmaxRows;
import dev.lanewise.kernel.VectorMath;
import java.lang.foreign.MemorySegment;

/** The functions as Lanewise computes them. */
final class Functions {
  private Functions() {}

  /** Returns the work of one function over all of {@code src}, which softmax takes as one row. */
  static Runnable lanewise(String function, NativeFloats src, NativeFloats dst) {
    MemorySegment from = src.segment();
    MemorySegment to = dst.segment();
    long n = src.size();
    return switch (function) {
      case "exp" -> () -> VectorMath.exp(from, 0, to, 0, n);
      case "sigmoid" -> () -> VectorMath.sigmoid(from, 0, to, 0, n);
      case "tanh" -> () -> VectorMath.tanh(from, 0, to, 0, n);
      case "gelu" -> () -> VectorMath.gelu(from, 0, to, 0, n);
      case "softmax" -> () -> SoftmaxRows.softmax(from, 0, to, 0, 1, n);
      default -> throw missing("Lanewise", function);
    };
  }

  static IllegalArgumentException missing(String library, String function) {
    return new IllegalArgumentException(library + " has no function '" + function + "'");
  }
}
