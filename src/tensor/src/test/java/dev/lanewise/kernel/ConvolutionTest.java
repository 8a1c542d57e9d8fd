package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Convolutions and their gradients against plain loops in double precision.
 *
 * <p>The tolerance is half an ulp of the sum of the terms' magnitudes for each rounding: one a
 * term, one for the bias or what was there before, and one for each of two sums of sums.
 */
class ConvolutionTest {
  private static final double HALF_ULP = 0x1p-24;

  /** Operands lie here in their segments, which end with them. */
  private static final int OFFSET = 3;

  @AfterEach
  void defaultThreads() {
    Workers.setThreads(Runtime.getRuntime().availableProcessors());
  }

  static Stream<Convolution> awkward() {
    int v = Simd.LANES;
    return Stream.of(
        of(1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1),
        of(2, 3, 5, 1, 7, 9, 1, 0, 1, 1, 1),
        of(2, 3, 5, 1, 7, 9, 2, 1, 1, 1, 1),
        of(2, 3, 6, 3, 5, 6, 1, 1, 1, 1, 1),
        of(1, 2, 8, 3, 6, v - 1, 1, 1, 1, 1, 1),
        of(1, 2, 8, 3, 6, v, 1, 1, 1, 1, 1),
        of(1, 2, 8, 3, 6, v + 1, 1, 1, 1, 1, 1),
        of(1, 2, 8, 3, 4, v + 2, 1, 0, 1, 1, 1),
        of(1, 2, 5, 3, 4, 2 * v + 3, 2, 1, 1, 1, 1),
        of(1, 2, 5, 2, 9, 11, 3, 0, 1, 1, 1),
        of(1, 2, 5, 2, 10, 13, 3, 4, 1, 1, 1),
        of(1, 2, 5, 3, 2, 2, 1, 5, 1, 1, 1),
        of(1, 2, 5, 3, 9, 11, 1, 2, 2, 1, 1),
        of(1, 2, 5, 3, 12, 11, 2, 3, 3, 1, 1),
        of(1, 2, 5, 2, 12, 11, 3, 1, 2, 1, 1),
        of(2, 6, 12, 3, 5, 7, 1, 1, 1, 2, 1),
        of(2, 6, 15, 3, 5, 7, 2, 1, 1, 3, 1),
        // Few filters a group: sums of shifted planes.
        of(2, 5, 5, 3, 6, 7, 1, 1, 1, 5, 1),
        of(2, 5, 5, 3, 7, v + 3, 2, 1, 1, 5, 1),
        of(2, 4, 8, 3, 9, 8, 3, 2, 2, 4, 1),
        of(2, 4, 8, 2, 9, 8, 2, 0, 3, 2, 1),
        of(1, 7, 1, 5, 6, 6, 1, 2, 1, 1, 1),
        of(1, 3, 2, 3, 4, 9 * v, 1, 0, 1, 1, 1),
        of(1, 2, 2, 2, 5, 6, 4, 1, 1, 2, 1),
        // None of something.
        of(0, 3, 5, 3, 5, 5, 1, 1, 1, 1, 1),
        of(2, 0, 6, 3, 5, 5, 1, 1, 1, 2, 1),
        of(2, 0, 2, 3, 5, 5, 1, 1, 1, 2, 1),
        of(2, 3, 0, 3, 5, 5, 1, 1, 1, 1, 1),
        of(2, 3, 5, 3, 0, 5, 1, 2, 1, 1, 1),
        // Rows of one tap, as along a sequence; several blocks of rows, and of images.
        of(3, 4, 6, 3, 1, 23, 1, 1, 1, 1, 0),
        of(2, 9, 5, 3, 70, 81, 1, 1, 1, 1, 1),
        of(9, 40, 6, 3, 7, 7, 1, 1, 1, 1, 1),
        of(9, 40, 6, 1, 7, 7, 1, 0, 1, 1, 1),
        of(1, 2, 2, 3, 500, 300, 2, 1, 1, 2, 1));
  }

  /** A kernel, a padding and a plane's height count along the height only where {@code tall}. */
  private static Convolution of(
      int images,
      int channels,
      int filters,
      int kernel,
      int height,
      int width,
      int stride,
      int padding,
      int dilation,
      int groups,
      int tall) {
    Windows windows =
        new Windows(
            new Extent(tall == 1 ? kernel : 1, kernel),
            Extent.of(stride),
            new Extent(tall * padding, padding),
            Extent.of(dilation),
            new Extent(height, width));
    return new Convolution(windows, images, channels, filters, groups);
  }

  @ParameterizedTest
  @MethodSource("awkward")
  void products_againstDoubles(Convolution sizes) {
    new Case(sizes, 1).check();
  }

  @Property(tries = 150)
  void products_againstDoubles_anySizes(@ForAll long seed) {
    Random random = new Random(seed);
    int groups = 1 + random.nextInt(3);
    Extent kernel = new Extent(1 + random.nextInt(4), 1 + random.nextInt(4));
    Extent dilation = new Extent(1 + random.nextInt(3), 1 + random.nextInt(3));
    Extent padding = new Extent(random.nextInt(4), random.nextInt(4));
    Extent stride = new Extent(1 + random.nextInt(4), 1 + random.nextInt(4));
    int h = Math.max(1, dilation.height() * (kernel.height() - 1) + 1 - 2 * padding.height());
    int w = Math.max(1, dilation.width() * (kernel.width() - 1) + 1 - 2 * padding.width());
    Extent plane = new Extent(h + random.nextInt(9), w + random.nextInt(2 * Simd.LANES + 2));
    Windows windows = new Windows(kernel, stride, padding, dilation, plane);
    int images = 1 + random.nextInt(3);
    int channels = groups * (1 + random.nextInt(3));
    int filters = groups * (1 + random.nextInt(9));
    new Case(new Convolution(windows, images, channels, filters, groups), seed).check();
  }

  /** One convolution on random operands, with what plain loops make of them. */
  private static final class Case {
    final Convolution c;
    final Windows windows;
    final float[] x;
    final float[] w;
    final float[] bias;
    final float[] dy;
    final Sums y;
    final Sums dx;
    final Sums dw;

    Case(Convolution c, long seed) {
      this.c = c;
      this.windows = c.windows();
      int ins = c.images() * c.channels() * windows.plane().height() * windows.plane().width();
      int outs = c.images() * c.filters() * windows.outHeight() * windows.outWidth();
      x = Floats.random(ins, -1, 1, seed);
      w = Floats.random(c.filters() * c.filterSize(), -1, 1, seed + 1);
      bias = Floats.random(c.filters(), -1, 1, seed + 2);
      dy = Floats.random(outs, -1, 1, seed + 3);
      y = new Sums(outs);
      dx = new Sums(ins);
      dw = new Sums(w.length);
      for (int out = 0; out < outs; out++) {
        y.add(out, bias[out / c.windows().places() % c.filters()]);
      }
      sum();
    }

    private void sum() {
      Extent kernel = windows.kernel();
      Extent plane = windows.plane();
      int out = 0;
      for (int n = 0; n < c.images(); n++) {
        for (int f = 0; f < c.filters(); f++) {
          int firstChannel = f / Math.max(1, c.groupFilters()) * c.groupChannels();
          for (int i = 0; i < windows.outHeight(); i++) {
            for (int j = 0; j < windows.outWidth(); j++, out++) {
              int weight = f * c.filterSize();
              for (int ch = 0; ch < c.groupChannels(); ch++) {
                for (int p = 0; p < kernel.height(); p++) {
                  for (int q = 0; q < kernel.width(); q++, weight++) {
                    int h = seen(i, p, true);
                    int v = seen(j, q, false);
                    if (h >= 0 && h < plane.height() && v >= 0 && v < plane.width()) {
                      int channel = n * c.channels() + firstChannel + ch;
                      term(out, weight, (channel * plane.height() + h) * plane.width() + v);
                    }
                  }
                }
              }
            }
          }
        }
      }
    }

    private int seen(int place, int tap, boolean row) {
      return row
          ? place * windows.stride().height()
              + tap * windows.dilation().height()
              - windows.padding().height()
          : place * windows.stride().width()
              + tap * windows.dilation().width()
              - windows.padding().width();
    }

    private void term(int out, int weight, int in) {
      y.add(out, (double) w[weight] * x[in]);
      dx.add(in, (double) w[weight] * dy[out]);
      dw.add(weight, (double) x[in] * dy[out]);
    }

    MemorySegment output(boolean biased) {
      MemorySegment out = moved(new float[dy.length], Float.NaN);
      MemorySegment start = biased ? moved(bias, 0) : null;
      c.output(moved(x, 0), OFFSET, moved(w, 0), OFFSET, start, OFFSET, out, OFFSET);
      return out;
    }

    MemorySegment inputGrad(float before) {
      MemorySegment out = moved(new float[x.length], before);
      c.inputGrad(out, OFFSET, moved(w, 0), OFFSET, moved(dy, 0), OFFSET, before == 1);
      return out;
    }

    MemorySegment weightGrad(float before) {
      MemorySegment out = moved(new float[w.length], before);
      c.weightGrad(moved(x, 0), OFFSET, out, OFFSET, moved(dy, 0), OFFSET, before == 1);
      return out;
    }

    void check() {
      y.check("y of " + c, output(true), 0);
      for (float before : new float[] {Float.NaN, 1}) {
        dx.check("dx of " + c, inputGrad(before), before == 1 ? 1 : 0);
        dw.check("dw of " + c, weightGrad(before), before == 1 ? 1 : 0);
      }
    }
  }

  /** Sums in double precision, with what their terms' magnitudes come to. */
  private static final class Sums {
    final double[] sum;
    final double[] magnitude;
    final int[] terms;

    Sums(int n) {
      sum = new double[n];
      magnitude = new double[n];
      terms = new int[n];
    }

    void add(int i, double term) {
      sum[i] += term;
      magnitude[i] += Math.abs(term);
      terms[i]++;
    }

    void check(String what, MemorySegment got, float before) {
      for (int i = 0; i < OFFSET; i++) {
        assertThat(Floats.get(got, i)).as("before %s", what).isEqualTo(7);
      }
      for (int i = 0; i < sum.length; i++) {
        double room = (terms[i] + 3) * HALF_ULP * (magnitude[i] + before);
        double value = Floats.get(got, OFFSET + i);
        if (!(Math.abs(value - sum[i] - before) <= room)) {
          assertThat(value)
              .as("element %s of %s", i, what)
              .isBetween(sum[i] + before - room, sum[i] + before + room);
        }
      }
    }
  }

  /**
   * Returns the values behind {@link #OFFSET} sevens, to the end of the segment; each the same
   * unless {@code each} is 0.
   */
  private static MemorySegment moved(float[] values, float each) {
    float[] all = new float[OFFSET + values.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = i < OFFSET ? 7 : each == 0 ? values[i - OFFSET] : each;
    }
    return Floats.of(all);
  }

  @ParameterizedTest
  @MethodSource("awkward")
  void output_withoutBias_isItLess(Convolution sizes) {
    Case with = new Case(sizes, 5);
    MemorySegment biased = with.output(true);
    MemorySegment plain = with.output(false);
    for (int i = 0; i < with.y.sum.length; i++) {
      float bias = with.bias[i / sizes.windows().places() % sizes.filters()];
      with.y.sum[i] -= bias;
      assertThat(Floats.get(biased, OFFSET + i)).isNotEqualTo(Floats.get(plain, OFFSET + i));
    }
    with.y.check("y of " + sizes, plain, 0);
  }

  @Test
  void products_sameBitsOnAnyThreads() {
    Convolution[] all = {
      of(5, 8, 24, 3, 17, 19, 1, 1, 1, 1, 1),
      of(16, 40, 48, 3, 7, 7, 1, 1, 1, 2, 1),
      of(7, 16, 16, 1, 20, 21, 1, 0, 1, 1, 1),
      of(15, 16, 16, 3, 27, 29, 2, 1, 1, 16, 1),
      of(1, 8, 24, 5, 60, 61, 1, 2, 1, 1, 1)
    };
    for (Convolution sizes : all) {
      assertThat(sizes.isShared()).isTrue();
      Case c = new Case(sizes, 3);
      Workers.setThreads(1);
      MemorySegment y = c.output(true);
      MemorySegment dx = c.inputGrad(Float.NaN);
      MemorySegment dw = c.weightGrad(Float.NaN);
      for (int threads : new int[] {2, 3, 5}) {
        Workers.setThreads(threads);
        assertThat(c.output(true).mismatch(y)).as("%s on %s", sizes, threads).isEqualTo(-1);
        assertThat(c.inputGrad(Float.NaN).mismatch(dx)).as("%s dx", sizes).isEqualTo(-1);
        assertThat(c.weightGrad(Float.NaN).mismatch(dw)).as("%s dw", sizes).isEqualTo(-1);
      }
    }
  }

  @Test
  void operands_tooSmall_areRefused() {
    Convolution c = of(2, 3, 5, 3, 6, 7, 1, 1, 1, 1, 1);
    MemorySegment x = Floats.empty(2 * 3 * 42);
    MemorySegment w = Floats.empty(5 * 27);
    MemorySegment y = Floats.empty(2 * 5 * 42);
    MemorySegment b = Floats.empty(5);
    c.output(x, 0, w, 0, b, 0, y, 0);
    assertThatThrownBy(() -> c.output(x, 1, w, 0, b, 0, y, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> c.output(x, 0, w, 1, b, 0, y, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> c.output(x, 0, w, 0, b, 1, y, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> c.inputGrad(x, 0, w, 0, y, 1, false))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> c.weightGrad(x, 0, w, 0, y, 1, true))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void sizes_thatAreNone_areRefused() {
    assertThatThrownBy(() -> of(1, 3, 4, 3, 5, 5, 1, 0, 1, 2, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("1 images of 3 channels, 4 filters in 2 groups and Windows[");
    assertThatThrownBy(() -> of(1, 3, 4, 3, 5, 2, 1, 0, 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("plane=5 x 2] are no convolution");
    assertThatThrownBy(() -> of(1, 3, 4, 3, 5, 5, 0, 0, 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a window of 3 x 3 taps, stride 0 x 0, padding 0 x 0 and dilation 1 x 1 cannot slide"
                + " over a plane of 5 x 5");
  }
}
