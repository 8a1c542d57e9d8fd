package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

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
  void lerp_goesAPartOfTheWay() {
    for (int n : Floats.sizes()) {
      float[] x = Floats.random(n, -1, 1, n);
      float[] y = Floats.random(n, -1, 1, n + 1);
      MemorySegment got = Floats.of(y);
      Elementwise.lerp(0.3f, Floats.of(x), 0, got, 0, n);
      for (int i = 0; i < n; i++) {
        double exact = y[i] + (double) 0.3f * ((double) x[i] - y[i]);
        // The difference, below 2, is rounded before the product, and the sum, below 1, after it.
        assertThat((double) Floats.get(got, i)).isCloseTo(exact, within(0x1p-24 * (0.3 * 2 + 1)));
      }
    }
  }

  @Test
  void swap_exchangesExactlyTheElements() {
    for (int n : Floats.sizes()) {
      float[] a = Floats.random(n + 2, -1, 1, n);
      float[] b = Floats.random(n + 1, -1, 1, n + 1);
      MemorySegment first = Floats.of(a);
      MemorySegment second = Floats.of(b);
      Elementwise.swap(first, 1, second, 1, n);
      for (int i = 0; i < n; i++) {
        assertThat(Floats.get(first, i + 1)).isEqualTo(b[i + 1]);
        assertThat(Floats.get(second, i + 1)).isEqualTo(a[i + 1]);
      }
      assertThat(Floats.get(first, 0)).isEqualTo(a[0]);
      assertThat(Floats.get(first, n + 1)).isEqualTo(a[n + 1]);
      assertThat(Floats.get(second, 0)).isEqualTo(b[0]);
    }
  }

  @Test
  void lerpClampSwap_refuseWhatTheyMustNotTouch() {
    MemorySegment ten = Floats.empty(10);
    MemorySegment nine = Floats.empty(9);
    assertThatThrownBy(() -> Elementwise.lerp(0.5f, nine, 0, ten, 0, 10))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Elementwise.lerp(0.5f, ten, 0, nine, 0, 10))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Elementwise.swap(nine, 0, ten, 0, 10))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Elementwise.swap(ten, 0, nine, 0, 10))
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
