package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.NATIVE;

import dev.lanewise.memory.Scratch;
import dev.lanewise.memory.Slots;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A convolution of few filters a group, such as a depthwise one, as sums of shifted planes: a
 * matrix product of so few rows would not repay unfolding its other operand.
 *
 * <p>Planes are laid out in the phases of {@link Windows}, where a tap is one distance for all
 * positions. Backward, dX is the sum of dY's planes shifted the other way, phase by phase, and an
 * element of dW the dot product of a plane of dY with a shifted one of X.
 */
final class DirectConvolution extends ConvolutionCall {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final Slots<DirectConvolution> CALLS = new Slots<>(64, DirectConvolution::new);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private static final int PLANES = 0;
  private static final int OUTPUT = 1;
  private static final int DISTANCES = 2;
  private static final int WEIGHTS = 3;

  /** The filters of a group up to which this pays. */
  private static final int FEW = 4;

  /** The floats of the channels that are laid out at a time. */
  private static final long BLOCK = Caches.L2 / 8;

  private DirectConvolution() {}

  static boolean pays(Convolution sizes) {
    return sizes.groupFilters() <= FEW && sizes.windows().taps() > 1;
  }

  static DirectConvolution take(Convolution sizes) {
    DirectConvolution call = CALLS.take();
    call.sizes = sizes;
    return call;
  }

  @Override
  void give() {
    CALLS.give(this);
  }

  @Override
  int outputUnits() {
    return Math.multiplyExact(sizes.images(), sizes.groups());
  }

  @Override
  int inputGradUnits() {
    return outputUnits();
  }

  @Override
  void output(int unit, Scratch scratch) {
    Windows windows = sizes.windows();
    int group = unit % sizes.groups();
    int image = unit / sizes.groups();
    int filters = sizes.groupFilters();
    int k = sizes.filterSize();
    int most = mostRows();
    for (int first = 0; first < windows.outHeight(); first += most) {
      int rows = Math.min(most, windows.outHeight() - first);
      MemorySegment planes = layOut(scratch, group, image, first, rows);
      MemorySegment distances = distances(scratch, rows);
      MemorySegment sums = scratch.floats(OUTPUT, Taps.room(windows.positions(rows)));
      for (int f = 0; f < filters; f++) {
        long weights = 4 * (wo + sizes.inW(group) + (long) f * k);
        float start = bias(group * filters + f);
        int n = windows.positions(rows);
        Taps.sums(planes, 0, distances, 0, k, w, weights, start, sums, 0, n);
        Rectangles.copy(
            sums,
            0,
            4L * windows.pitch(),
            y,
            inY(group, image, f, first),
            4L * windows.outWidth(),
            rows,
            windows.outWidth());
      }
    }
  }

  @Override
  void weightGrad(int group, Scratch scratch) {
    Windows windows = sizes.windows();
    int filters = sizes.groupFilters();
    int k = sizes.filterSize();
    int most = mostRows();
    for (int image = 0; image < sizes.images(); image++) {
      for (int first = 0; first < windows.outHeight(); first += most) {
        int rows = Math.min(most, windows.outHeight() - first);
        int n = windows.positions(rows);
        MemorySegment planes = layOut(scratch, group, image, first, rows);
        MemorySegment distances = distances(scratch, rows);
        MemorySegment dy = scratch.floats(OUTPUT, (long) rows * windows.pitch());
        Elementwise.fill(dy, 0, 0, n);
        for (int f = 0; f < filters; f++) {
          layOutY(group, image, f, first, rows, dy, 0);
          long weights = 4 * (wo + sizes.inW(group) + (long) f * k);
          addDots(planes, distances, k, dy, n, w, weights);
        }
      }
    }
  }

  /** {@code dw[t] += dot(planes + distance[t], dy)}. */
  private static void addDots(
      MemorySegment planes,
      MemorySegment distances,
      int taps,
      MemorySegment dy,
      int n,
      MemorySegment dw,
      long dwo) {
    for (int t = 0; t < taps; t++) {
      float dot = Reduction.dotOf(planes, distances.get(LONG, 8L * t), dy, 0, n);
      long at = dwo + 4L * t;
      dw.set(FLOAT, at, dw.get(FLOAT, at) + dot);
    }
  }

  @Override
  void inputGrad(int unit, Scratch scratch) {
    Windows windows = sizes.windows();
    int group = unit % sizes.groups();
    int image = unit / sizes.groups();
    int filters = sizes.groupFilters();
    int rows = windows.outHeight();
    int phaseSize = windows.phaseSize(rows);
    // Zeros before the first plane, and what is beyond the places of each, stand for no place.
    int front = windows.shift(windows.kernel().height() - 1, windows.kernel().width() - 1);
    long room = front + (long) filters * phaseSize + Taps.SPAN;
    MemorySegment dy = scratch.floats(OUTPUT, room);
    Elementwise.fill(dy, 0, 0, room);
    for (int f = 0; f < filters; f++) {
      layOutY(group, image, f, 0, rows, dy, 4 * (front + (long) f * phaseSize));
    }
    MemorySegment distances = scratch.floats(DISTANCES, 2L * filters * windows.taps());
    MemorySegment weights = scratch.floats(WEIGHTS, (long) filters * windows.taps());
    MemorySegment planes = scratch.floats(PLANES, windows.size(rows) + Taps.SPAN);
    for (int c = 0; c < sizes.groupChannels(); c++) {
      int phases = windows.stride().height() * windows.stride().width();
      for (int phase = 0; phase < phases; phase++) {
        int taps = tapsOf(phase, group, c, front, distances, weights);
        long to = 4L * phase * phaseSize;
        Taps.sums(dy, 0, distances, 0, taps, weights, 0, 0, planes, to, phaseSize);
      }
      long plane = xo + sizes.inX(image, group) + c * windows.planeSize();
      windows.collect(planes, 0, 0, rows, x, 4 * plane);
    }
  }

  /** Lists the taps of all filters that see a phase of a channel, and returns their number. */
  private int tapsOf(
      int phase,
      int group,
      int channel,
      int front,
      MemorySegment distances,
      MemorySegment weights) {
    distances = NATIVE.cast(distances);
    weights = NATIVE.cast(weights);
    MemorySegment filters = NATIVE.cast(w);
    Windows windows = sizes.windows();
    int phaseSize = windows.phaseSize(windows.outHeight());
    int found = 0;
    for (int f = 0; f < sizes.groupFilters(); f++) {
      long tap = wo + sizes.inW(group) + (long) f * sizes.filterSize();
      tap += (long) channel * windows.taps();
      for (int p = 0; p < windows.kernel().height(); p++) {
        for (int q = 0; q < windows.kernel().width(); q++) {
          if (windows.phase(p, q) == phase) {
            long distance = front + (long) f * phaseSize - windows.shift(p, q);
            distances.set(LONG, 8L * found, 4 * distance);
            weights.set(FLOAT, 4L * found, filters.get(FLOAT, 4 * tap));
            found++;
          }
          tap++;
        }
      }
    }
    return found;
  }

  private int mostRows() {
    return sizes.windows().rowsWithin(BLOCK / Math.max(1, sizes.groupChannels()));
  }

  private MemorySegment distances(Scratch scratch, int rows) {
    MemorySegment distances = scratch.floats(DISTANCES, 2L * sizes.filterSize());
    sizes.windows().distances(sizes.groupChannels(), rows, distances);
    return distances;
  }

  /** Returns what some rows of places see of each channel of a group. */
  private MemorySegment layOut(Scratch scratch, int group, int image, int first, int rows) {
    Windows windows = sizes.windows();
    int channels = sizes.groupChannels();
    long size = windows.size(rows);
    MemorySegment planes = scratch.floats(PLANES, channels * size + Taps.SPAN);
    Elementwise.fill(planes, 0, 0, channels * size);
    for (int c = 0; c < channels; c++) {
      long from = xo + sizes.inX(image, group) + c * windows.planeSize();
      windows.spread(x, 4 * from, first, rows, planes, 4L * c * size);
    }
    return planes;
  }

  /** Lays rows of places of Y out at the pitch of a phase. */
  private void layOutY(
      int group, int image, int filter, int first, int rows, MemorySegment dst, long d) {
    Windows windows = sizes.windows();
    Rectangles.copy(
        y,
        inY(group, image, filter, first),
        4L * windows.outWidth(),
        dst,
        d,
        4L * windows.pitch(),
        rows,
        windows.outWidth());
  }

  private long inY(int group, int image, int filter, int first) {
    Windows windows = sizes.windows();
    long plane = sizes.inY(image, group) + (long) filter * windows.places();
    return 4 * (yo + plane + (long) first * windows.outWidth());
  }
}
