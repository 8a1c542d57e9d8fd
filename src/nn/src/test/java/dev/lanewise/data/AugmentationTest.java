package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AugmentationTest {
  private final Random random = new Random(1);

  @ParameterizedTest
  @CsvSource({"3,4,1,1", "3,4,2,3", "1,1,3,1", "5,3,1,3", "2,7,2,0"})
  void shift_isEveryShiftWithinReach(int rows, int cols, int channels, int most) {
    float[] image = ascending(channels * rows * cols);
    Set<String> expected = new HashSet<>();
    for (int down = -most; down <= most; down++) {
      for (int right = -most; right <= most; right++) {
        expected.add(Arrays.toString(shifted(image, rows, cols, down, right)));
      }
    }
    Transform shift = Augmentation.shift(rows, cols, most, -1);
    Set<String> seen = new HashSet<>();
    // So many draws miss one of 49 shifts with a probability below 1e-16.
    for (int i = 0; i < 2000; i++) {
      float[] moved = image.clone();
      shift.apply(moved, random);
      seen.add(Arrays.toString(moved));
    }
    assertThat(seen).isEqualTo(expected);
  }

  private static float[] shifted(float[] image, int rows, int cols, int down, int right) {
    float[] moved = new float[image.length];
    for (int i = 0; i < image.length; i++) {
      int row = i / cols % rows - down;
      int col = i % cols - right;
      boolean inside = row >= 0 && row < rows && col >= 0 && col < cols;
      moved[i] = inside ? image[i - down * cols - right] : -1;
    }
    return moved;
  }

  @Test
  void flip_mirrorsEveryLine() {
    float[] image = ascending(2 * 2 * 3);
    Augmentation.flip(2, 3, 1).apply(image, random);
    assertThat(image).containsExactly(3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10);
    float[] even = ascending(4);
    Augmentation.flip(1, 4, 1).apply(even, random);
    assertThat(even).containsExactly(4, 3, 2, 1);
    Augmentation.flip(1, 4, 0).apply(even, random);
    assertThat(even).containsExactly(4, 3, 2, 1);
  }

  @Test
  void flip_asOftenAsItsProbability() {
    Transform flip = Augmentation.flip(1, 2, 0.3);
    int flipped = 0;
    for (int i = 0; i < 10_000; i++) {
      float[] image = ascending(2);
      flip.apply(image, random);
      flipped += image[0] == 2 ? 1 : 0;
    }
    // Five standard deviations of the binomial distribution, sqrt(10000 * 0.3 * 0.7).
    assertThat(flipped).isCloseTo(3000, within(230));
  }

  @Test
  void noise_hasItsDeviation() {
    float[] features = new float[100_000];
    Arrays.fill(features, 7);
    Augmentation.noise(0.5).apply(features, random);
    double sum = 0;
    double squares = 0;
    for (float feature : features) {
      sum += feature - 7;
      squares += (feature - 7) * (feature - 7);
    }
    // Five standard deviations: of the mean, 0.5 / sqrt(n), and of the variance, 0.25 sqrt(2 / n).
    assertThat(sum / features.length).isCloseTo(0, within(0.008));
    assertThat(squares / features.length).isCloseTo(0.25, within(0.0056));
    float[] still = ascending(3);
    Augmentation.noise(0).apply(still, random);
    assertThat(still).containsExactly(1, 2, 3);
  }

  @Test
  void augmentation_refusesWhatCannotBe() {
    assertThatThrownBy(() -> Augmentation.shift(2, 3, 3, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an image of 2 x 3 cannot be shifted by up to 3");
    assertThatThrownBy(() -> Augmentation.shift(2, 3, -1, 0))
        .hasMessage("an image of 2 x 3 cannot be shifted by up to -1");
    assertThatThrownBy(() -> Augmentation.flip(2, 3, 1.5))
        .hasMessage("a flip wants 0 <= p <= 1, not 1.5");
    assertThatThrownBy(() -> Augmentation.noise(-1))
        .hasMessage("noise cannot have the deviation -1.0");
    assertThatThrownBy(() -> Augmentation.shift(2, 3, 1, 0).apply(new float[7], random))
        .hasMessage("a shift of images of 2 x 3 cannot be applied to a sample of 7 features");
    assertThatThrownBy(() -> Augmentation.flip(0, 3, 1).apply(new float[3], random))
        .hasMessage("a flip of images of 0 x 3 cannot be applied to a sample of 3 features");
  }

  private static float[] ascending(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i + 1;
    }
    return values;
  }
}
