package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Pooled planes against plain loops. A maximum has no rounding; its gradient is a sum, of which
 * each addition is rounded by half an ulp of the terms' magnitudes at most.
 */
class MaxPoolingTest {
  @AfterEach
  void defaultThreads() {
    Workers.setThreads(Runtime.getRuntime().availableProcessors());
  }

  private static MaxPooling of(
      int planes, Extent kernel, Extent stride, Extent padding, Extent plane) {
    return new MaxPooling(new Windows(kernel, stride, padding, Extent.of(1), plane), planes);
  }

  /** Few values, so that many are equal, minus infinity and NaN among them. */
  private static float[] values(int n, Random random) {
    float[] few = {0, -0f, 1, 2, 3, -1, Float.NEGATIVE_INFINITY, 5};
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextInt(40) == 0 ? Float.NaN : few[random.nextInt(few.length)];
    }
    return values;
  }

  @Property(tries = 300)
  void outputAndGrad_againstLoops(@ForAll long seed) {
    Random random = new Random(seed);
    Extent kernel = new Extent(1 + random.nextInt(4), 1 + random.nextInt(4));
    Extent padding =
        new Extent(random.nextInt(kernel.height() / 2 + 1), random.nextInt(kernel.width() / 2 + 1));
    Extent stride = new Extent(1 + random.nextInt(4), 1 + random.nextInt(4));
    Extent plane =
        new Extent(
            kernel.height() + random.nextInt(9),
            kernel.width() + random.nextInt(2 * Simd.LANES + 2));
    check(of(random.nextInt(4), kernel, stride, padding, plane), random);
  }

  @Test
  void outputAndGrad_againstLoops_largePlanes() {
    Random random = new Random(1);
    Extent plane = new Extent(61, 130);
    check(of(2, Extent.of(2), Extent.of(2), Extent.of(0), plane), random);
    check(of(2, Extent.of(3), Extent.of(2), Extent.of(1), plane), random);
    check(of(2, Extent.of(3), Extent.of(1), Extent.of(1), plane), random);
    check(of(2, new Extent(1, 7), new Extent(1, 5), new Extent(0, 3), plane), random);
  }

  private static void check(MaxPooling sizes, Random random) {
    Windows windows = sizes.windows();
    Extent plane = windows.plane();
    int ins = sizes.planes() * plane.height() * plane.width();
    int outs = sizes.planes() * windows.outHeight() * windows.outWidth();
    float[] x = values(ins, random);
    float[] dy = Floats.random(outs, -1, 1, 5);
    MemorySegment in = Floats.of(x);
    MemorySegment y = Floats.empty(outs);
    sizes.output(in, 0, y, 0);
    float[] before = Floats.random(ins, -1, 1, 6);
    MemorySegment added = Floats.of(before);
    sizes.inputGrad(in, 0, y, 0, Floats.of(dy), 0, added, 0, true);
    double[] dx = new double[ins];
    double[] room = new double[ins];
    for (int i = 0; i < ins; i++) {
      dx[i] = before[i];
      room[i] = Math.abs(before[i]);
    }
    int out = 0;
    for (int p = 0; p < sizes.planes(); p++) {
      for (int i = 0; i < windows.outHeight(); i++) {
        for (int j = 0; j < windows.outWidth(); j++, out++) {
          int at = greatest(windows, x, p, i, j);
          // Zeros of either sign are equal.
          assertThat(Floats.get(y, out) + 0f)
              .as("%s at %s", sizes, out)
              .isEqualTo(Float.valueOf(x[at] + 0f));
          dx[at] += dy[out];
          room[at] += Math.abs(dy[out]);
        }
      }
    }
    int most = windows.kernel().height() * windows.kernel().width();
    for (int i = 0; i < ins; i++) {
      assertThat((double) Floats.get(added, i))
          .as("dx[%s] of %s", i, sizes)
          .isCloseTo(dx[i], within(most * 0x1p-24 * room[i]));
    }
  }

  /** The index in x of the first of the greatest that a window sees, or of the first NaN. */
  private static int greatest(Windows windows, float[] x, int p, int i, int j) {
    Extent plane = windows.plane();
    int found = -1;
    for (int h = 0; h < plane.height(); h++) {
      for (int w = 0; w < plane.width(); w++) {
        int row = h + windows.padding().height() - i * windows.stride().height();
        int col = w + windows.padding().width() - j * windows.stride().width();
        boolean seen = row >= 0 && row < windows.kernel().height();
        seen &= col >= 0 && col < windows.kernel().width();
        int at = (p * plane.height() + h) * plane.width() + w;
        if (seen
            && (found < 0 || x[at] > x[found] || (Float.isNaN(x[at]) && !Float.isNaN(x[found])))) {
          found = at;
        }
      }
    }
    return found;
  }

  @Test
  void grad_overwrites() {
    MaxPooling sizes = of(1, Extent.of(2), Extent.of(2), Extent.of(0), new Extent(2, 3));
    MemorySegment x = Floats.of(1, 4, 9, 4, 2, 9);
    MemorySegment y = Floats.empty(1);
    sizes.output(x, 0, y, 0);
    MemorySegment dx = Floats.of(7, 7, 7, 7, 7, 7);
    sizes.inputGrad(x, 0, y, 0, Floats.of(3), 0, dx, 0, false);
    assertThat(Floats.array(dx)).containsExactly(0, 3, 0, 0, 0, 0);
  }

  @Test
  void outputAndGrad_sameBitsOnAnyThreads() {
    MaxPooling sizes = of(37, Extent.of(3), Extent.of(2), Extent.of(1), new Extent(41, 39));
    MemorySegment x = Floats.of(Floats.random(37 * 41 * 39, -1, 1, 1));
    int outs = 37 * sizes.windows().places();
    MemorySegment dy = Floats.of(Floats.random(outs, -1, 1, 2));
    Workers.setThreads(1);
    MemorySegment y = Floats.empty(outs);
    MemorySegment dx = Floats.empty(37 * 41 * 39);
    sizes.output(x, 0, y, 0);
    sizes.inputGrad(x, 0, y, 0, dy, 0, dx, 0, false);
    for (int threads : new int[] {2, 5}) {
      Workers.setThreads(threads);
      MemorySegment again = Floats.empty(outs);
      MemorySegment dxAgain = Floats.empty(37 * 41 * 39);
      sizes.output(x, 0, again, 0);
      sizes.inputGrad(x, 0, again, 0, dy, 0, dxAgain, 0, false);
      assertThat(again.mismatch(y)).isEqualTo(-1);
      assertThat(dxAgain.mismatch(dx)).isEqualTo(-1);
    }
  }

  @Test
  void whatDoesNotFit_isRefused() {
    MaxPooling sizes = of(2, Extent.of(2), Extent.of(2), Extent.of(0), new Extent(4, 4));
    MemorySegment x = Floats.empty(32);
    MemorySegment y = Floats.empty(8);
    assertThatThrownBy(() -> sizes.output(x, 1, y, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> sizes.output(x, 0, y, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> sizes.inputGrad(x, 0, y, 0, y, 0, x, 1, true))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> of(2, Extent.of(3), Extent.of(2), Extent.of(0), new Extent(4, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("plane=4 x 2] are no pooling");
  }
}
