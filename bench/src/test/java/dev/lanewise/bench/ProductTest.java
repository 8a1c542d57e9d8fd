package dev.lanewise.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProductTest {
  @Test
  void readsTranspositionsAndSizes() {
    assertThat(Product.of("NT 256x512x784")).isEqualTo(new Product(false, true, 256, 512, 784));
    assertThat(Product.of("TN 5x6x7").flops()).isEqualTo(420);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "512", "NN 512", "NX 1x2x3", "NN 1x2x3x4", "NN -1x2x3"})
  void refusesAnythingElse(String name) {
    assertThatThrownBy(() -> Product.of(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "'" + name + "' is not a product such as 'NT 512x256x784': transpositions, MxNxK");
  }
}
