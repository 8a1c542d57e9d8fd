package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class SimdTest {
  @Test
  void widths_agree() {
    assertThat(Simd.F.vectorBitSize()).isEqualTo(Simd.BITS);
    assertThat(Simd.I.vectorBitSize()).isEqualTo(Simd.BITS);
    assertThat(Simd.LANES * 32).isEqualTo(Simd.BITS);
    String forced = System.getProperty(Simd.PROPERTY);
    assertThat(Simd.forced()).isEqualTo(forced != null);
    if (forced != null) {
      assertThat(Simd.BITS).isEqualTo(Integer.parseInt(forced));
      assertThat(Simd.why()).isEqualTo("forced by -Ddev.lanewise.vectorBits");
    } else {
      assertThat(Simd.why()).isEqualTo("preferred by this machine");
    }
  }

  @Test
  void chooseBits_preferredButNotWiderThan512() {
    assertThat(Simd.chooseBits(null, 256)).isEqualTo(256);
    assertThat(Simd.chooseBits(null, 2048)).isEqualTo(512);
    assertThat(Simd.chooseBits("128", 256)).isEqualTo(128);
    assertThat(Simd.chooseBits("256", 256)).isEqualTo(256);
  }

  @Test
  void chooseBits_refuses() {
    assertThatThrownBy(() -> Simd.chooseBits("512", 256))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "-Ddev.lanewise.vectorBits=512 asks for more than the 256 bits this machine prefers");
    for (String wrong : new String[] {"64", "", "1024", " 128", "x"}) {
      assertThatThrownBy(() -> Simd.chooseBits(wrong, 512))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("-Ddev.lanewise.vectorBits must be 128, 256 or 512, not '" + wrong + "'");
    }
  }

  @Test
  void checkMatrix_strides() {
    MemorySegment twelve = Floats.empty(12);
    assertThatCode(() -> Simd.checkMatrix("A", twelve, 0, 3, 4, 4, 1)).doesNotThrowAnyException();
    assertThatCode(() -> Simd.checkMatrix("A", twelve, 0, 4, 1, 3, 4)).doesNotThrowAnyException();
    assertThatCode(() -> Simd.checkMatrix("A", twelve, 11, 3, -4, 4, -1))
        .doesNotThrowAnyException();
    assertThatCode(() -> Simd.checkMatrix("A", twelve, 11, 9, 0, 9, 0)).doesNotThrowAnyException();
    assertThatCode(() -> Simd.checkMatrix("A", twelve, 12, 0, 4, 4, 1)).doesNotThrowAnyException();
    assertThatThrownBy(() -> Simd.checkMatrix("A", twelve, 1, 3, 4, 4, 1))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage(
            "A, 3 rows by 4 columns from offset 1 with strides 4 and 1, does not lie within a"
                + " segment of 12 elements");
    assertThatThrownBy(() -> Simd.checkMatrix("A", twelve, 10, 3, -4, 4, -1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Simd.checkMatrix("A", twelve, 0, 3, Long.MAX_VALUE / 2 + 1, 4, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Simd.checkMatrix("A", twelve, 0, -3, 4, 4, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a matrix of -3 rows and 4 columns cannot be");
    assertThatThrownBy(
            () -> Simd.checkMatrix("A", MemorySegment.ofArray(new float[12]), 0, 3, 4, 4, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernels want native segments, not one on the heap");
  }

  @Test
  void area_overflow() {
    assertThatThrownBy(() -> Simd.area(1L << 40, 1L << 40))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Simd.area(1L << 32, 1L << 31))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Simd.area(1L << 31, 1L << 31)).isEqualTo(1L << 62);
  }

  @Test
  void activation_gradientFromOutput() {
    for (Activation act : Activation.values()) {
      assertThat(act.gradientFromOutput()).isEqualTo(act != Activation.GELU);
    }
  }
}
