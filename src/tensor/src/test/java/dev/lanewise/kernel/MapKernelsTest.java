package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.kernel.Kernels.Map1;
import dev.lanewise.kernel.Kernels.Map2;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every kernel that maps arrays element by element. */
class MapKernelsTest {
  static List<Map1> unary() {
    return Kernels.UNARY;
  }

  static List<Map2> binary() {
    return Kernels.BINARY;
  }

  /** Over one bit pattern in two thousand, of the whole range. */
  @ParameterizedTest
  @MethodSource("unary")
  void unary_staysWithinItsBound(Map1 map) {
    float[] x = Floats.patterns(2048);
    MemorySegment dst = Floats.empty(x.length);
    map.kernel().run(Floats.of(x), 0, dst, 0, x.length);
    double worst = 0;
    float at = 0;
    for (int i = 0; i < x.length; i++) {
      double ulps = Reference.ulps(Floats.get(dst, i), map.exact().applyAsDouble(x[i]));
      if (!(ulps <= worst)) {
        worst = ulps;
        at = x[i];
      }
    }
    assertThat(worst).as("ulps of %s(%s)", map, at).isLessThanOrEqualTo(map.ulps());
  }

  @ParameterizedTest
  @MethodSource("unary")
  void unary_specialValues(Map1 map) {
    for (float x : Floats.SPECIAL) {
      MemorySegment dst = Floats.empty(1);
      map.kernel().run(Floats.of(x), 0, dst, 0, 1);
      assertThat(Reference.ulps(Floats.get(dst, 0), map.exact().applyAsDouble(x)))
          .as("ulps of %s(%s) = %s", map, x, Floats.get(dst, 0))
          .isLessThanOrEqualTo(map.ulps());
    }
  }

  /** The lanes of a whole vector, of the last one and of one alone agree bit by bit. */
  @ParameterizedTest
  @MethodSource("unary")
  void unary_valueDoesNotDependOnPosition(Map1 map) {
    float[] x = mixed(4 * Simd.LANES, 1);
    int[] alone = new int[x.length];
    for (int i = 0; i < x.length; i++) {
      MemorySegment dst = Floats.empty(1);
      map.kernel().run(Floats.of(x[i]), 0, dst, 0, 1);
      alone[i] = Float.floatToIntBits(Floats.get(dst, 0));
    }
    MemorySegment src = Floats.of(x);
    for (int from = 0; from < x.length; from++) {
      for (int n = 0; n <= x.length - from; n++) {
        MemorySegment dst = Floats.empty(n);
        map.kernel().run(src, from, dst, 0, n);
        for (int i = 0; i < n; i++) {
          if (Float.floatToIntBits(Floats.get(dst, i)) != alone[from + i]) {
            assertThat(Floats.get(dst, i))
                .as("%s(%s) at %d of %d", map, x[from + i], i, n)
                .isEqualTo(Float.intBitsToFloat(alone[from + i]));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("unary")
  void unary_everySizeInPlaceAndNothingElse(Map1 map) {
    for (int n : Floats.sizes()) {
      float[] x = mixed(n, 2);
      MemorySegment dst = Floats.empty(n);
      map.kernel().run(Floats.of(x), 0, dst, 0, n);
      MemorySegment framed = Floats.empty(n + 2);
      Elementwise.fill(framed, 0, -77, n + 2);
      MemorySegment.copy(Floats.of(x), 0, framed, 4, 4L * n);
      map.kernel().run(framed, 1, framed, 1, n);
      assertThat(framed.asSlice(4, 4L * n).mismatch(dst))
          .as("%s in place of %d", map, n)
          .isEqualTo(-1);
      assertThat(Floats.get(framed, 0)).isEqualTo(-77);
      assertThat(Floats.get(framed, n + 1)).isEqualTo(-77);
    }
  }

  @ParameterizedTest
  @MethodSource("unary")
  void unary_refusesWhatItMustNotTouch(Map1 map) {
    MemorySegment ten = Floats.empty(10);
    MemorySegment nine = Floats.empty(9);
    assertThatThrownBy(() -> map.kernel().run(ten, 0, nine, 0, 10))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("10 elements from offset 0 do not lie within a segment of 9 elements");
    assertThatThrownBy(() -> map.kernel().run(nine, 0, ten, 0, 10))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> map.kernel().run(ten, 1, ten, 1, 10))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> map.kernel().run(ten, -1, ten, 0, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> map.kernel().run(ten, 0, ten, 0, -1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> map.kernel().run(ten, Long.MAX_VALUE, ten, 0, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    MemorySegment heap = MemorySegment.ofArray(new float[10]);
    assertThatThrownBy(() -> map.kernel().run(heap, 0, ten, 0, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kernels want native segments, not one on the heap");
    assertThatThrownBy(() -> map.kernel().run(ten, 0, heap, 0, 10))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @MethodSource("binary")
  void binary_staysWithinItsBoundAtEverySize(Map2 map) {
    for (int n : Floats.sizes()) {
      float[] a = Floats.random(n, -1, 1, n);
      float[] b = Floats.random(n, -2, 2, n + 1);
      MemorySegment dst = Floats.empty(n);
      map.kernel().run(Floats.of(a), 0, Floats.of(b), 0, dst, 0, n);
      for (int i = 0; i < n; i++) {
        double exact = map.exact().applyAsDouble(a[i], b[i]);
        double room = map.ulps() * Math.ulp((float) exact) + map.absolute() * Math.abs(b[i]);
        if (!(Math.abs(Floats.get(dst, i) - exact) <= room)) {
          assertThat((double) Floats.get(dst, i))
              .as("%s(%s, %s) at %d of %d", map, a[i], b[i], i, n)
              .isCloseTo(exact, within(room));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("binary")
  void binary_specialValues(Map2 map) {
    for (float a : Floats.SPECIAL) {
      for (float b : new float[] {1, -0.5f}) {
        MemorySegment dst = Floats.empty(1);
        map.kernel().run(Floats.of(a), 0, Floats.of(b), 0, dst, 0, 1);
        double exact = map.exact().applyAsDouble(a, b);
        float got = Floats.get(dst, 0);
        assertThat(
                Reference.ulps(got, exact) <= map.ulps() || Math.abs(got - exact) <= map.absolute())
            .as("%s(%s, %s) = %s, exactly %s", map, a, b, got, exact)
            .isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("binary")
  void binary_valueDoesNotDependOnPosition(Map2 map) {
    float[] a = mixed(3 * Simd.LANES, 3);
    float[] b = mixed(3 * Simd.LANES, 4);
    for (int from = 0; from < a.length; from++) {
      int n = a.length - from;
      MemorySegment dst = Floats.empty(n);
      map.kernel().run(Floats.of(a), from, Floats.of(b), from, dst, 0, n);
      for (int i = 0; i < n; i++) {
        MemorySegment one = Floats.empty(1);
        map.kernel().run(Floats.of(a[from + i]), 0, Floats.of(b[from + i]), 0, one, 0, 1);
        if (Float.floatToIntBits(Floats.get(one, 0)) != Float.floatToIntBits(Floats.get(dst, i))) {
          assertThat(Floats.get(dst, i))
              .as("%s at %d of %d", map, i, n)
              .isEqualTo(Floats.get(one, 0));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("binary")
  void binary_inPlaceOfTheSecond(Map2 map) {
    for (int n : Floats.sizes()) {
      MemorySegment a = Floats.of(Floats.random(n, -1, 1, n));
      MemorySegment b = Floats.of(Floats.random(n, -2, 2, n + 1));
      if (map.name().equals("mulAdd")) {
        continue;
      }
      MemorySegment dst = Floats.empty(n);
      map.kernel().run(a, 0, b, 0, dst, 0, n);
      map.kernel().run(a, 0, b, 0, b, 0, n);
      assertThat(b.mismatch(dst)).as("%s in place of %d", map, n).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @MethodSource("binary")
  void binary_refusesWhatItMustNotTouch(Map2 map) {
    MemorySegment ten = Floats.empty(10);
    MemorySegment nine = Floats.empty(9);
    MemorySegment heap = MemorySegment.ofArray(new float[10]);
    assertThatThrownBy(() -> map.kernel().run(nine, 0, ten, 0, ten, 0, 10))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> map.kernel().run(ten, 0, nine, 0, ten, 0, 10))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> map.kernel().run(ten, 0, ten, 0, nine, 0, 10))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> map.kernel().run(heap, 0, ten, 0, ten, 0, 10))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> map.kernel().run(ten, 0, heap, 0, ten, 0, 10))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> map.kernel().run(ten, 0, ten, 0, heap, 0, 10))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Ordinary numbers, with every special value among them. */
  private static float[] mixed(int n, long seed) {
    float[] values = Floats.random(n, -12, 12, seed);
    for (int i = 0; i < n; i += 3) {
      values[i] = Floats.SPECIAL[i / 3 % Floats.SPECIAL.length];
    }
    return values;
  }
}
