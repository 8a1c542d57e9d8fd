package dev.lanewise.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OperationCaseTest {
  private static OperationCase named(String operation) {
    OperationCase named = new OperationCase();
    named.operation = operation;
    return named;
  }

  @Test
  void inputs_imagesAndFilters() {
    assertThat(named("conv2d 2x5x8x9 to 4").inputs())
        .extracting(OperationCase.Input::shape)
        .containsExactly(new int[] {2, 5, 8, 9}, new int[] {4, 5, 3, 3}, new int[] {4});
  }

  @Test
  void labels_areBelowTheNumberOfClasses() {
    assertThat(named("crossEntropy 4x10").labels()).containsExactly(0, 7, 4, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "softmax", "sigmoid 4x16"})
  void anUnknownOperationIsNamed(String operation) {
    assertThatThrownBy(named(operation)::kind)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there is no operation '" + operation + "'");
  }

  @Test
  void anUnknownPassIsNamed() {
    OperationCase backward = named("softmax 4x16");
    backward.pass = "backward";
    assertThatThrownBy(backward::isBackward)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there is no pass 'backward'");
  }
}
