package dev.lanewise.nn;

import dev.lanewise.array.NDArray;
import dev.lanewise.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/**
 * Dropout: in training, each element is zeroed with probability p and the others are divided by 1 -
 * p, so that the expectation stays; in evaluation, nothing is done.
 *
 * <p>What is zeroed depends on the layer's seed and on how often it was called in training, which a
 * checkpoint can keep as {@link #state}. Neither is in the state dict, as in PyTorch.
 */
public final class Dropout extends Module {
  private final float p;
  private State state = new State(Seed.split().nextLong(), 0);

  /**
   * What the next call draws from.
   *
   * @param seed the layer's seed
   * @param calls how many calls there were in training
   */
  public record State(long seed, long calls) {}

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

  /** Returns what the next call draws from. */
  public State state() {
    return state;
  }

  /** Has the next calls draw as those did that followed {@code state}. */
  public void restore(State state) {
    this.state = state;
  }

  @Override
  public Tensor forward(Tensor input) {
    return isTraining() && p > 0 ? input.mul(Tensor.of(mask(input))) : input;
  }

  /**
   * Draws from the sequence of seed + calls. Sequences of {@link SplittableRandom} step by 2^64
   * over the golden ratio, so those of neighbouring seeds do not meet.
   */
  private NDArray mask(Tensor input) {
    SplittableRandom random = new SplittableRandom(state.seed + state.calls);
    state = new State(state.seed, state.calls + 1);
    NDArray mask = NDArray.empty(input.shape());
    MemorySegment segment = mask.segment();
    float kept = 1 / (1 - p);
    for (long i = mask.offset(); i < mask.offset() + mask.size(); i++) {
      segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat() < p ? 0 : kept);
    }
    return mask;
  }
}
