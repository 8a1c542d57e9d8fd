package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;

/** What becomes of the losses of single elements or samples. */
public enum Reduction {
  /** Their mean. */
  MEAN,
  /** Their sum. */
  SUM,
  /** They stay as they are. */
  NONE;

  /** Returns what becomes of {@code losses}. */
  Tensor of(Tensor losses) {
    return switch (this) {
      case MEAN -> losses.mean();
      case SUM -> losses.sum();
      case NONE -> losses;
    };
  }
}
