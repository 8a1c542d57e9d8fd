package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Fills and copies; arithmetic is in MapKernelsTest, strided copies in StridedCopyTest. */
class ElementwiseTest {
  @Test
  void fill_exactlyTheElements() {
    for (int n : Floats.sizes()) {
      MemorySegment x = Floats.empty(n + 2);
      Elementwise.fill(x, 1, 3.5f, n);
      assertThat(Floats.get(x, 0)).isEqualTo(0);
      assertThat(Floats.get(x, n + 1)).isEqualTo(0);
      assertThat(Floats.array(x.asSlice(4, 4L * n))).doesNotContain(0);
    }
    assertThatThrownBy(() -> Elementwise.fill(Floats.empty(4), 1, 0, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void copy2d_refusesWhatItMustNotTouch() {
    MemorySegment twelve = Floats.empty(12);
    assertThatThrownBy(() -> Elementwise.copy2d(twelve, 1, 1, 3, Floats.empty(12), 0, 3, 4))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage(
            "source, 3 rows by 4 columns from offset 1 with strides 1 and 3, does not lie within"
                + " a segment of 12 elements");
    assertThatThrownBy(() -> Elementwise.copy2d(twelve, 0, 1, 3, Floats.empty(11), 0, 3, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
