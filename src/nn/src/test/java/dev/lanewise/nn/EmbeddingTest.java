package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.Indices;
import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The table of word vectors. */
final class EmbeddingTest {
  private static final int[] WORDS = {3, 0, 3, 1, 4, 3};

  @Test
  void forward_readsTheRows_andGradientsAddUp() {
    Random random = new Random(1);
    Embedding table = new Embedding(5, 4);
    Exact exact =
        in -> {
          double[] y = new double[WORDS.length * 4];
          for (int i = 0; i < y.length; i++) {
            y[i] = in[0][WORDS[i / 4] * 4 + i % 4];
          }
          return y;
        };
    // Three words are the same: two additions.
    exact.check(2, in -> table.forward(Indices.of(WORDS, 2, 3)), Exact.inputs(random, table));
    assertThat(table.forward(Indices.of(WORDS, 2, 3)).shape()).isEqualTo(Shape.of(2, 3, 4));
  }

  @Test
  void padding_startsAsZeros_andReceivesNoGradient() {
    Embedding table = new Embedding(5, 4, 3);
    assertThat(table.weight().array().slice(0, 3, 4).toFloatArray()).containsOnly(0);
    assertThat(table.weight().array().slice(0, 2, 3).toFloatArray()).doesNotContain(0);
    Tensor vectors = table.forward(Indices.of(WORDS));
    vectors.sum().backward();
    assertThat(table.weight().grad().sum(new int[] {1}, false).toFloatArray())
        .containsExactly(4, 4, 0, 0, 4);
  }

  @Test
  void padding_keepsTheValueThatWasLoaded() {
    Embedding table = new Embedding(2, 3, 0);
    table.weight().array().copyFrom(NDArray.full(Shape.of(2, 3), 7));
    assertThat(table.forward(Indices.of(new int[] {0, 1})).toFloatArray()).containsOnly(7);
  }

  @Test
  void forward_ofATensorOfWholeNumbers_isThatOfIndices() {
    Embedding table = new Embedding(5, 4);
    Tensor words = Tensor.of(new float[] {3, 0, 3, 1, 4, 3}, 2, 3);
    Tensor vectors = table.forward(words);
    assertThat(vectors.shape()).isEqualTo(Shape.of(2, 3, 4));
    assertThat(vectors.toFloatArray()).isEqualTo(table.forward(Indices.of(WORDS)).toFloatArray());
    assertThatThrownBy(() -> table.forward(Tensor.of(new float[] {1, 2.5f})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("indices: 2.5 at place 1 of an array of shape [2] is not a whole number");
  }

  @Test
  void weight_startsNormal() {
    Embedding table = new Embedding(100, 100);
    assertThat(table.stateDict().keySet()).containsExactly("weight");
    assertThat(table.weight().shape()).isEqualTo(Shape.of(100, 100));
    double squares = 0;
    for (float value : table.weight().toFloatArray()) {
      squares += value * value;
    }
    // The square of a normal number has variance 2; five deviations of a mean of 10,000.
    assertThat(squares / 1e4).isCloseTo(1, within(5 * Math.sqrt(2 / 1e4)));
  }

  @Test
  void errors_areSentences() {
    assertThatThrownBy(() -> new Embedding(5, 4).forward(Indices.of(new int[] {1, 5})))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("index 5 at place 1");
    assertThatThrownBy(() -> new Embedding(5, 4, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("padding word 5 is not from 0 to 4");
    assertThatThrownBy(() -> new Embedding(5, 4, -1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Embedding(0, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an embedding of 0 words in 4 numbers has a size that is not positive");
  }
}
