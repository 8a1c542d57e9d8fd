package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.kernel.Kernels.Map1;
import dev.lanewise.kernel.Kernels.Map2;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sweeps long enough to be shared: the same bits on any number of threads, and no garbage. */
class SweepTest {
  private static final int[] SIZES = {
    Sweep.SHARED_FROM - 1,
    Sweep.SHARED_FROM,
    Sweep.SHARED_FROM + 1,
    5 * Sweep.SHARED_FROM / 2 + 3 * Sweep.GRAIN + 7,
  };

  static List<Map1> unary() {
    return Kernels.UNARY;
  }

  static List<Map2> binary() {
    return Kernels.BINARY;
  }

  @AfterEach
  void defaultThreads() {
    Workers.setThreads(Runtime.getRuntime().availableProcessors());
  }

  @ParameterizedTest
  @MethodSource("unary")
  void unary_sameBitsOnAnyThreads(Map1 map) {
    for (int n : SIZES) {
      MemorySegment x = Floats.of(Floats.random(n, -12, 12, n));
      MemorySegment wanted = Floats.empty(n);
      Workers.setThreads(1);
      map.kernel().run(x, 0, wanted, 0, n);
      for (int threads : new int[] {2, 3, 8}) {
        Workers.setThreads(threads);
        MemorySegment got = Floats.empty(n);
        map.kernel().run(x, 0, got, 0, n);
        assertThat(got.mismatch(wanted)).as("%s of %d on %d", map, n, threads).isEqualTo(-1);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("binary")
  void binary_sameBitsOnAnyThreads(Map2 map) {
    for (int n : SIZES) {
      MemorySegment a = Floats.of(Floats.random(n, -2, 2, n));
      MemorySegment b = Floats.of(Floats.random(n, -2, 2, n + 1));
      MemorySegment wanted = Floats.empty(n);
      Workers.setThreads(1);
      map.kernel().run(a, 0, b, 0, wanted, 0, n);
      for (int threads : new int[] {2, 3, 8}) {
        Workers.setThreads(threads);
        MemorySegment got = Floats.empty(n);
        map.kernel().run(a, 0, b, 0, got, 0, n);
        assertThat(got.mismatch(wanted)).as("%s of %d on %d", map, n, threads).isEqualTo(-1);
      }
    }
  }

  @Test
  void adam_sameBitsOnAnyThreads() {
    for (int n : SIZES) {
      MemorySegment wanted = adam(1, n);
      for (int threads : new int[] {2, 3, 8}) {
        assertThat(adam(threads, n).mismatch(wanted)).as("%d on %d", n, threads).isEqualTo(-1);
      }
    }
  }

  /** The parameter and both moments after two steps. */
  private static MemorySegment adam(int threads, int n) {
    Workers.setThreads(threads);
    MemorySegment all = Floats.of(Floats.random(3 * n, 0, 1, n));
    MemorySegment g = Floats.of(Floats.random(n, -1, 1, n + 1));
    for (int t = 1; t <= 2; t++) {
      adamStep(all, g, n, t);
    }
    return all;
  }

  private static void adamStep(MemorySegment all, MemorySegment g, int n, int t) {
    Update.adam(
        all,
        0,
        g,
        0,
        all,
        n,
        all,
        2L * n,
        n,
        0.01,
        0.9,
        0.999,
        1e-8,
        0.1,
        true,
        1 - Math.pow(0.9, t),
        1 - Math.pow(0.999, t));
  }

  @Test
  void shared_allocatesNothing() {
    Workers.setThreads(2);
    int n = Sweep.SHARED_FROM;
    MemorySegment x = Floats.of(Floats.random(n, -2, 2, n));
    MemorySegment y = Floats.empty(n);
    MemorySegment all = Floats.empty(3L * n);
    assertThat(Allocations.perCall(() -> VectorMath.exp(x, 0, y, 0, n))).isZero();
    assertThat(Allocations.perCall(() -> VectorMath.tanhGrad(x, 0, x, 0, y, 0, n))).isZero();
    assertThat(Allocations.perCall(() -> adamStep(all, x, n, 1))).isZero();
  }
}
