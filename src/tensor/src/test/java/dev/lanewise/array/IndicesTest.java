package dev.lanewise.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Whole numbers with a shape. */
final class IndicesTest {
  @Test
  void of_anArray_takesItsNumbersAndItsShape() {
    NDArray numbers = NDArray.of(new float[] {3, -1, 0, 7, 2, 5}, 2, 3);
    assertThat(Indices.of(numbers)).isEqualTo(Indices.of(new int[] {3, -1, 0, 7, 2, 5}, 2, 3));
    assertThat(Indices.of(numbers.transpose(0, 1)))
        .isEqualTo(Indices.of(new int[] {3, 7, -1, 2, 0, 5}, 3, 2));
    assertThat(Indices.of(NDArray.of(new float[0], 0, 2)).shape()).isEqualTo(Shape.of(0, 2));
    Indices one = Indices.of(NDArray.of(new float[] {4}));
    assertThat(one.toIntArray()).containsExactly(4);
  }

  @Test
  void of_anArrayOfFractions_isRefused() {
    assertThatThrownBy(() -> Indices.of(NDArray.of(new float[] {1, 2, 2.5f, 0}, 2, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("indices: 2.5 at place 2 of an array of shape [2, 2] is not a whole number");
    assertThatThrownBy(() -> Indices.of(NDArray.of(new float[] {Float.NaN}, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("indices: NaN at place 0 of an array of shape [1] is not a whole number");
  }
}
