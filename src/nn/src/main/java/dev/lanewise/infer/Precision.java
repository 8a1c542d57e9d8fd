package dev.lanewise.infer;

/** How a predictor keeps the weights of linear layers; everything else is float32. */
public enum Precision {
  /** As they are. */
  FLOAT32,
  /** The upper half of each float32, rounded: 8 bits of precision, half the memory. */
  BFLOAT16,
  /** Whole numbers from -127 to 127 with a factor for each output: a quarter of the memory. */
  INT8
}
