package dev.lanewise.kernel;

/** How constant weights are kept in memory; every product is summed in float32. */
public enum Weights {
  /** As they are. */
  FLOAT32(4),

  /** The upper half of each float32, rounded to nearest even: half the memory, 8 bits of each. */
  BFLOAT16(2),

  /**
   * Whole numbers from -127 to 127, of which each column has a scale, its largest magnitude divided
   * by 127: a quarter of the memory. They must be finite.
   */
  INT8(1);

  private final int bytes;

  Weights(int bytes) {
    this.bytes = bytes;
  }

  /** Returns the bytes that one weight takes. */
  public int bytes() {
    return bytes;
  }
}
