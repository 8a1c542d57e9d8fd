package dev.lanewise.nn;

import dev.lanewise.array.Indices;
import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.tensor.Tensor;
import java.util.Arrays;

/**
 * A table of learned vectors, one for each word: the rows of W [words, size] that indices name.
 *
 * <p>The table starts as PyTorch's does, normal with mean 0 and deviation 1. A padding word, where
 * there is one, starts as zeros and receives no gradient.
 */
public final class Embedding extends Module {
  private static final int NONE = -1;

  private final Parameter weight;
  private final int padding;

  /** Makes a table without a padding word. */
  public Embedding(int words, int size) {
    this(words, size, NONE, false);
  }

  /**
   * Makes a table whose row {@code padding} stands for no word.
   *
   * @throws IllegalArgumentException if {@code padding} is not from 0 to {@code words - 1}
   */
  public Embedding(int words, int size, int padding) {
    this(words, size, padding, true);
  }

  private Embedding(int words, int size, int padding, boolean padded) {
    if (words <= 0 || size <= 0) {
      throw new IllegalArgumentException(
          "an embedding of "
              + words
              + " words in "
              + size
              + " numbers has a size that is not positive");
    }
    if (padded && (padding < 0 || padding >= words)) {
      throw new IllegalArgumentException(
          "padding word " + padding + " is not from 0 to " + (words - 1));
    }
    NDArray table = NDArray.persistent(Shape.of(words, size));
    Init.normal(table, 0, 1, Seed.split());
    if (padded) {
      table.slice(0, padding, padding + 1).fill(0);
    }
    this.weight = register("weight", new Parameter(table));
    this.padding = padding;
  }

  /** Returns W, [words, size]. */
  public Parameter weight() {
    return weight;
  }

  /**
   * Returns the vectors of {@code words}: [..words.., size].
   *
   * @throws IndexOutOfBoundsException if a word is not one of the table's
   */
  public Tensor forward(Indices words) {
    Tensor vectors = weight.embedding(words);
    return padding == NONE ? vectors : Tensor.where(isPadding(words), vectors.detach(), vectors);
  }

  /**
   * As {@link #forward(Indices)}, for words that are given as a tensor of whole numbers.
   *
   * @throws IllegalArgumentException if one of them is not whole
   */
  @Override
  public Tensor forward(Tensor input) {
    return forward(Indices.of(input.array()));
  }

  /** Returns 1 where the padding word is and 0 elsewhere: [..words.., 1]. */
  private Tensor isPadding(Indices words) {
    int[] numbers = words.toIntArray();
    float[] is = new float[numbers.length];
    for (int i = 0; i < is.length; i++) {
      is[i] = numbers[i] == padding ? 1 : 0;
    }
    int[] dims = words.shape().toArray();
    int[] column = Arrays.copyOf(dims, dims.length + 1);
    column[dims.length] = 1;
    return Tensor.of(is, column);
  }
}
