package dev.lanewise.bench.peers;

import org.bytedeco.pytorch.Tensor;

/** PyTorch's definition of a function whose Lanewise form is a {@link dev.lanewise.parity.Case}. */
@FunctionalInterface
interface Definition {
  /** Returns the function's value. */
  Tensor of(Tensor... x);
}
