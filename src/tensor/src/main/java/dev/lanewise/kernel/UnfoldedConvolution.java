package dev.lanewise.kernel;

import dev.lanewise.memory.Scratch;
import dev.lanewise.memory.Slots;
import java.lang.foreign.MemorySegment;

/**
 * A convolution as matrix products, block by block (Chellapilla, Puri and Simard, "High Performance
 * Convolutional Neural Networks for Document Processing", 2006).
 *
 * <pre>
 *   U = unfold(X)      [channels x taps, columns]   a column for each place: what its taps see
 *   Y = W U            [filters, columns]
 *   dU = W' dY         dX = fold(dU)                each element added back to where it was seen
 *   dW = dY U'
 * </pre>
 *
 * <p>U repeats X for each tap, so it is never there as a whole: a block of columns, some rows of
 * places of one image or all of several, stays in L2 while it is multiplied. Blocks depend on the
 * shapes alone, and what is summed over several is summed in their order. A filter of one tap needs
 * no U, since X is one.
 */
final class UnfoldedConvolution extends ConvolutionCall {
  private static final Slots<UnfoldedConvolution> CALLS = new Slots<>(64, UnfoldedConvolution::new);

  private static final int PLANES = 0;
  private static final int UNFOLDED = 1;
  private static final int OUTPUT = 2;
  private static final int DISTANCES = 3;

  /** The floats of a block of U and of Y together. */
  private static final long BLOCK = Caches.L2 / 8;

  /** The least columns of a block, which repay reading all the weights. */
  private static final int LEAST = 256;

  private int imagesOfBlock;
  private int rowsOfBlock;
  private int imageBlocks;
  private int rowBlocks;

  private UnfoldedConvolution() {}

  static UnfoldedConvolution take(Convolution sizes) {
    UnfoldedConvolution call = CALLS.take();
    call.sizes = sizes;
    call.plan();
    return call;
  }

  @Override
  void give() {
    CALLS.give(this);
  }

  private void plan() {
    Windows windows = sizes.windows();
    long floats = Math.max(1, (long) sizes.filterSize() + sizes.groupFilters());
    long columns = Math.max(LEAST, BLOCK / floats);
    int places = windows.places();
    imagesOfBlock = even(sizes.images(), columns / places);
    rowsOfBlock = even(windows.outHeight(), columns / windows.outWidth());
    imageBlocks = Math.ceilDiv(sizes.images(), imagesOfBlock);
    rowBlocks = Math.ceilDiv(windows.outHeight(), rowsOfBlock);
  }

  /** Returns the share of {@code total} in even shares of {@code most}, or one, at most. */
  private static int even(int total, long most) {
    if (total <= 1 || most <= 1) {
      return 1;
    }
    int shares = Math.ceilDiv(total, (int) Math.min(most, total));
    return Math.ceilDiv(total, shares);
  }

  @Override
  int outputUnits() {
    return Math.multiplyExact(Math.multiplyExact(imageBlocks, rowBlocks), sizes.groups());
  }

  @Override
  int inputGradUnits() {
    return Math.multiplyExact(imageBlocks, sizes.groups());
  }

  @Override
  void output(int unit, Scratch scratch) {
    int group = unit % sizes.groups();
    int block = unit / sizes.groups();
    int image = block / rowBlocks * imagesOfBlock;
    int first = block % rowBlocks * rowsOfBlock;
    int images = Math.min(imagesOfBlock, sizes.images() - image);
    int rows = rows(first);
    int filters = sizes.groupFilters();
    int k = sizes.filterSize();
    int span = rows * sizes.windows().outWidth();
    int columns = images * span;
    boolean plain = isPlain(images);
    MemorySegment u = plain ? x : unfold(scratch, group, image, images, first, rows);
    MemorySegment sums = scratch.floats(OUTPUT, (long) filters * columns);
    Gemm.multiply(
        filters,
        columns,
        k,
        1,
        w,
        wo + sizes.inW(group),
        k,
        1,
        u,
        plain ? plainX(group, image, first) : 0,
        plain ? sizes.windows().places() : pitch(columns),
        1,
        0,
        sums,
        0,
        columns);
    for (int i = 0; i < images; i++) {
      for (int f = 0; f < filters; f++) {
        long from = (long) f * columns + (long) i * span;
        float start = bias(group * filters + f);
        Elementwise.addScalar(sums, from, start, y, rowOfY(group, image + i, f, first), span);
      }
    }
  }

  @Override
  void inputGrad(int unit, Scratch scratch) {
    int group = unit % sizes.groups();
    int image = unit / sizes.groups() * imagesOfBlock;
    int images = Math.min(imagesOfBlock, sizes.images() - image);
    int filters = sizes.groupFilters();
    int k = sizes.filterSize();
    boolean plain = isPlain(images);
    for (int first = 0; first < sizes.windows().outHeight(); first += rowsOfBlock) {
      int rows = rows(first);
      int columns = images * rows * sizes.windows().outWidth();
      MemorySegment dy = takeOutput(scratch, group, image, images, first, rows);
      int pitch = pitch(columns);
      MemorySegment du = plain ? x : scratch.floats(UNFOLDED, (long) k * pitch);
      Gemm.multiply(
          k,
          columns,
          filters,
          1,
          w,
          wo + sizes.inW(group),
          1,
          k,
          dy,
          images == 1 ? rowOfY(group, image, 0, first) : 0,
          images == 1 ? sizes.windows().places() : columns,
          1,
          plain ? 1 : 0,
          du,
          plain ? plainX(group, image, first) : 0,
          plain ? sizes.windows().places() : pitch);
      if (!plain) {
        fold(scratch, du, group, image, images, first, rows);
      }
    }
  }

  @Override
  void weightGrad(int group, Scratch scratch) {
    int filters = sizes.groupFilters();
    int k = sizes.filterSize();
    for (int image = 0; image < sizes.images(); image += imagesOfBlock) {
      int images = Math.min(imagesOfBlock, sizes.images() - image);
      boolean plain = isPlain(images);
      for (int first = 0; first < sizes.windows().outHeight(); first += rowsOfBlock) {
        int rows = rows(first);
        int columns = images * rows * sizes.windows().outWidth();
        MemorySegment u = plain ? x : unfold(scratch, group, image, images, first, rows);
        MemorySegment dy = takeOutput(scratch, group, image, images, first, rows);
        Gemm.multiply(
            filters,
            k,
            columns,
            1,
            dy,
            images == 1 ? rowOfY(group, image, 0, first) : 0,
            images == 1 ? sizes.windows().places() : columns,
            1,
            u,
            plain ? plainX(group, image, first) : 0,
            1,
            plain ? sizes.windows().places() : pitch(columns),
            1,
            w,
            wo + sizes.inW(group),
            k);
      }
    }
  }

  private int rows(int first) {
    return Math.min(rowsOfBlock, sizes.windows().outHeight() - first);
  }

  /** Returns the floats from one row of U to the next: not a power of two, which caches dislike. */
  private static int pitch(int columns) {
    return Pack.wholeVectors(columns) + Simd.LANES;
  }

  /** Says whether X is the block of U. */
  private boolean isPlain(int images) {
    return images == 1 && sizes.windows().isPlane();
  }

  private long plainX(int group, int image, int first) {
    return xo + sizes.inX(image, group) + (long) first * sizes.windows().outWidth();
  }

  private long rowOfY(int group, int image, int filter, int first) {
    Windows windows = sizes.windows();
    long plane = sizes.inY(image, group) + (long) filter * windows.places();
    return yo + plane + (long) first * windows.outWidth();
  }

  /** Returns the block of U. */
  private MemorySegment unfold(
      Scratch scratch, int group, int image, int images, int first, int rows) {
    Windows windows = sizes.windows();
    int channels = sizes.groupChannels();
    int taps = windows.taps();
    int span = rows * windows.outWidth();
    long uRow = 4L * pitch(images * span);
    long uChannel = taps * uRow;
    MemorySegment u = scratch.floats(UNFOLDED, (long) sizes.filterSize() * pitch(images * span));
    MemorySegment planes = scratch.floats(PLANES, windows.size(rows) + Simd.LANES);
    MemorySegment distances = scratch.floats(DISTANCES, 2L * taps);
    windows.distances(1, rows, distances);
    Elementwise.fill(planes, 0, 0, windows.size(rows));
    for (int i = 0; i < images; i++) {
      long from = 4 * (xo + sizes.inX(image + i, group));
      for (int c = 0; c < channels; c++) {
        windows.spread(x, from + 4L * c * windows.planeSize(), first, rows, planes, 0);
        windows.unfold(planes, distances, rows, u, c * uChannel + 4L * i * span, uRow);
      }
    }
    return u;
  }

  /** Adds the block of dU to dX. */
  private void fold(
      Scratch scratch, MemorySegment du, int group, int image, int images, int first, int rows) {
    Windows windows = sizes.windows();
    int channels = sizes.groupChannels();
    int taps = windows.taps();
    int span = rows * windows.outWidth();
    long uRow = 4L * pitch(images * span);
    long uChannel = taps * uRow;
    MemorySegment planes = scratch.floats(PLANES, windows.size(rows) + Simd.LANES);
    MemorySegment distances = scratch.floats(DISTANCES, 2L * taps);
    windows.distances(1, rows, distances);
    for (int i = 0; i < images; i++) {
      long to = 4 * (xo + sizes.inX(image + i, group));
      for (int c = 0; c < channels; c++) {
        Elementwise.fill(planes, 0, 0, windows.size(rows));
        windows.fold(du, c * uChannel + 4L * i * span, uRow, distances, rows, planes);
        windows.collect(planes, 0, first, rows, x, to + 4L * c * windows.planeSize());
      }
    }
  }

  /** Returns the block of dY: dY itself where it lies in one image. */
  private MemorySegment takeOutput(
      Scratch scratch, int group, int image, int images, int first, int rows) {
    if (images == 1) {
      return y;
    }
    int filters = sizes.groupFilters();
    int span = rows * sizes.windows().outWidth();
    MemorySegment block = scratch.floats(OUTPUT, (long) filters * images * span);
    for (int f = 0; f < filters; f++) {
      for (int i = 0; i < images; i++) {
        long to = ((long) f * images + i) * span;
        Elementwise.copy(y, rowOfY(group, image + i, f, first), block, to, span);
      }
    }
    return block;
  }
}
