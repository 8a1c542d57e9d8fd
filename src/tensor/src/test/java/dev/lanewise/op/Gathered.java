package dev.lanewise.op;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.Views;
import java.util.Random;

/**
 * Cotangents as a backward walk hands them out: some inputs want none, some have gathered something
 * already, and what was not gathered yet is memory full of NaN.
 */
final class Gathered implements Cotangents {
  private final boolean owning;
  private final boolean[] wanted;
  private final boolean[] begun;
  private final float[] before;
  private final NDArray[] sums;

  /** Draws what is wanted and gathered; {@code owning} if the result's cotangent may be written. */
  Gathered(Random random, boolean owning, NDArray... inputs) {
    this.owning = owning;
    this.wanted = new boolean[inputs.length];
    this.begun = new boolean[inputs.length];
    this.before = new float[inputs.length];
    this.sums = new NDArray[inputs.length];
    int surely = random.nextInt(inputs.length);
    for (int i = 0; i < inputs.length; i++) {
      wanted[i] = i == surely || random.nextBoolean();
      begun[i] = random.nextBoolean();
      sums[i] = gradient(random, inputs[i]);
      before[i] = begun[i] ? 1 : 0;
      sums[i].fill(begun[i] ? 1 : Float.NaN);
    }
  }

  /** Returns cotangents of which all are wanted and none has begun. */
  static Gathered all(NDArray... inputs) {
    Gathered all = new Gathered(new Random(0), false, inputs);
    for (int i = 0; i < inputs.length; i++) {
      all.wanted[i] = true;
      all.begun[i] = false;
      all.before[i] = 0;
      all.sums[i].fill(Float.NaN);
    }
    return all;
  }

  /** Returns what was added to the cotangent of {@code input}, in row-major order. */
  double[] of(int input) {
    double[] sum = Views.read(sums[input]);
    for (int i = 0; i < sum.length; i++) {
      sum[i] -= before[input];
    }
    return sum;
  }

  @Override
  public boolean wants(int input) {
    return wanted[input];
  }

  @Override
  public void add(int input, NDArray contribution) {
    Shape shape = sums[input].shape();
    if (!contribution.shape().equals(shape)) {
      throw new AssertionError(contribution.shape() + " was added for input " + shape);
    }
    int[] dims = shape.toArray();
    double[] added = Views.read(contribution);
    for (int i = 0; i < added.length; i++) {
      int[] index = Views.index(i, dims);
      float gathered = begun[input] ? sums[input].get(index) : 0;
      sums[input].set((float) (gathered + added[i]), index);
    }
    begun[input] = true;
  }

  @Override
  public float beta(int input) {
    return begun[input] ? 1 : 0;
  }

  @Override
  public NDArray accumulator(int input) {
    return sums[input];
  }

  @Override
  public boolean ownsCotangent() {
    return owning;
  }

  /** A leaf's gradient lies as the leaf does, and that of what an operation made is contiguous. */
  private static NDArray gradient(Random random, NDArray input) {
    return random.nextBoolean() ? NDArray.emptyLike(input) : NDArray.empty(input.shape());
  }
}
