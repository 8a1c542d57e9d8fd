package dev.lanewise.op;

import dev.lanewise.array.NDArray;
import org.jspecify.annotations.Nullable;

/**
 * Contiguous memory into which a kernel writes the cotangent of one input: where it is gathered,
 * or, for an input that is a view, an array that {@link #close} adds to that.
 *
 * <pre>{@code
 * try (Target dx = Target.of(d, 0, x)) {
 *   kernel(..., dx.array(), dx.accumulates());
 * }
 * }</pre>
 */
public final class Target implements AutoCloseable {
  private final Cotangents cotangents;
  private final int input;
  private final NDArray array;
  private final boolean accumulates;
  private final boolean apart;

  private Target(
      Cotangents cotangents, int input, NDArray array, boolean accumulates, boolean apart) {
    this.cotangents = cotangents;
    this.input = input;
    this.array = array;
    this.accumulates = accumulates;
    this.apart = apart;
  }

  /**
   * Returns the memory for the cotangent of input {@code input}, whose value is {@code x}; null if
   * none is wanted.
   */
  public static @Nullable Target of(Cotangents d, int input, NDArray x) {
    if (!d.wants(input)) {
      return null;
    }
    if (x.isContiguous()) {
      boolean accumulates = d.beta(input) != 0;
      return new Target(d, input, d.accumulator(input), accumulates, false);
    }
    return new Target(d, input, NDArray.empty(x.shape()), false, true);
  }

  /** Returns the memory. */
  public NDArray array() {
    return array;
  }

  /** Says whether the kernel adds to what is there. */
  public boolean accumulates() {
    return accumulates;
  }

  @Override
  public void close() {
    if (apart) {
      cotangents.add(input, array);
    }
  }
}
