package dev.lanewise.nn;

import dev.lanewise.array.NDArray;
import dev.lanewise.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.random.RandomGenerator;

/**
 * Dropout: in training, each element is zeroed with probability p and the others are divided by 1 -
 * p, so that the expectation stays; in evaluation, nothing is done.
 */
public final class Dropout extends Module {
  private final float p;
  private final RandomGenerator random = Seed.split();

  /**
   * Makes a dropout with probability {@code p}.
   *
   * @throws IllegalArgumentException if {@code p} is not at least 0 and less than 1
   */
  public Dropout(double p) {
    if (!(p >= 0 && p < 1)) {
      throw new IllegalArgumentException("dropout wants 0 <= p < 1, not " + p);
    }
    this.p = (float) p;
  }

  @Override
  public Tensor forward(Tensor input) {
    return isTraining() && p > 0 ? input.mul(Tensor.of(mask(input))) : input;
  }

  private NDArray mask(Tensor input) {
    NDArray mask = NDArray.empty(input.shape());
    MemorySegment segment = mask.segment();
    float kept = 1 / (1 - p);
    for (long i = mask.offset(); i < mask.offset() + mask.size(); i++) {
      segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat() < p ? 0 : kept);
    }
    return mask;
  }
}
