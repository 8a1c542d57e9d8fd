package dev.lanewise.nn;

import dev.lanewise.array.Shape;
import dev.lanewise.tensor.Tensor;
import java.util.stream.IntStream;

/** One axis made several, the inverse of {@link Flatten}. */
public final class Unflatten extends Module {
  private final int axis;
  private final int[] lengths;

  /**
   * Makes axes of {@code lengths}, of which one may be -1 for what is left, of {@code axis}, which
   * may count from the end.
   */
  public Unflatten(int axis, int... lengths) {
    this.axis = axis;
    this.lengths = lengths.clone();
  }

  @Override
  public Tensor forward(Tensor input) {
    Shape shape = input.shape();
    int at = shape.axis(axis);
    return input.reshape(
        IntStream.range(0, shape.rank())
            .boxed()
            .flatMapToInt(i -> i == at ? IntStream.of(lengths) : IntStream.of(shape.dim(i)))
            .toArray());
  }
}
