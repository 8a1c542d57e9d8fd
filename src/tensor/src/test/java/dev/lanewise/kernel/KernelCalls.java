package dev.lanewise.kernel;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A call of every kernel, so that what must hold for all of them is checked on this one list. A
 * kernel that no call reaches fails {@link CompilationTest}.
 */
final class KernelCalls {
  /** Five whole vectors and a tail: each loop of each kernel takes part. */
  static final int N = 5 * Simd.LANES + 3;

  private static final int ROWS = 3;

  /** Results that nothing else reads, so that no compiler drops the work. */
  private static volatile float sum;

  private static volatile boolean finite;

  private final List<KernelCall> calls = new ArrayList<>();
  private final int n;

  /** One kernel on operands of its own. */
  record KernelCall(String name, Runnable call) {
    @Override
    public String toString() {
      return name;
    }
  }

  private KernelCalls(int n) {
    this.n = n;
    addMaps();
    addRows();
    addReductions();
    addEpilogues();
    addUpdates();
    addTiles();
    addProducts();
    addPacked();
    addNarrow();
    addNorms();
    addWindows();
  }

  /** Every kernel on rows of {@link #N} elements. */
  static List<KernelCall> all() {
    return all(N);
  }

  /** Every kernel on rows of {@code n} elements. */
  static List<KernelCall> all(int n) {
    return List.copyOf(new KernelCalls(n).calls);
  }

  private void add(String name, Runnable call) {
    calls.add(new KernelCall(name + " " + n, call));
  }

  private MemorySegment input(long seed) {
    return Floats.of(Floats.random(ROWS * n, 0.1, 0.9, seed));
  }

  private MemorySegment output() {
    return Floats.empty((long) ROWS * n);
  }

  private void addMaps() {
    MemorySegment x = input(1);
    MemorySegment y = input(2);
    MemorySegment z = output();
    MemorySegment w = output();
    for (Kernels.Map1 map : Kernels.UNARY) {
      add(map.name(), () -> map.kernel().run(x, 0, z, 0, n));
    }
    for (Kernels.Map2 map : Kernels.BINARY) {
      add(map.name(), () -> map.kernel().run(x, 0, y, 0, z, 0, n));
    }
    add("select", () -> Pointwise.select(x, 0, y, 0, x, 0, z, 0, n));
    add("lerp", () -> Elementwise.lerp(0.25f, x, 0, z, 0, n));
    add("swap", () -> Elementwise.swap(z, 0, w, 0, n));
    add("fill", () -> Elementwise.fill(z, 0, 1, n));
    add("copy2d, transposed", () -> Elementwise.copy2d(x, 0, 1, ROWS, z, 0, ROWS, n));
    add("copy2d, by rows", () -> Elementwise.copy2d(x, 0, n, 1, z, 0, ROWS, n - 1));
    add("copy2d, broadcast", () -> Elementwise.copy2d(x, 0, 1, 0, z, 0, ROWS, n));
  }

  private void addRows() {
    MemorySegment x = input(3);
    MemorySegment y = input(4);
    MemorySegment z = output();
    MemorySegment labels = Floats.ints(0, 1, 2);
    add("softmax", () -> SoftmaxRows.softmax(x, 0, z, 0, ROWS, n));
    MemorySegment unseen = Floats.empty((long) ROWS * n);
    Elementwise.fill(unseen, 0, Float.NEGATIVE_INFINITY, (long) ROWS * n);
    add("softmax of nothing", () -> SoftmaxRows.softmax(unseen, 0, z, 0, ROWS, n, true));
    add("logSoftmax", () -> SoftmaxRows.logSoftmax(x, 0, z, 0, ROWS, n));
    add("softmaxGrad", () -> SoftmaxRows.softmaxGrad(y, 0, x, 0, z, 0, ROWS, n));
    add("logSoftmaxGrad", () -> SoftmaxRows.logSoftmaxGrad(y, 0, x, 0, z, 0, ROWS, n));
    add("crossEntropyRows", () -> SoftmaxRows.crossEntropyRows(x, 0, labels, 0, z, 0, ROWS, n));
    add(
        "crossEntropyRowsGrad",
        () -> SoftmaxRows.crossEntropyRowsGrad(x, 0, labels, 0, z, 0, ROWS, n, 0.5f));
  }

  private void addNorms() {
    MemorySegment x = input(19);
    MemorySegment dy = input(20);
    MemorySegment w = input(21);
    MemorySegment y = output();
    MemorySegment dw = output();
    // A mean larger than the deviation asks for a second pass.
    add("layer", () -> NormRows.layer(x, 0, null, 0, null, 0, y, 0, ROWS, n, 1e-5));
    add("layer, affine", () -> NormRows.layer(x, 0, w, 0, w, 0, y, 0, ROWS, n, 1e-5));
    add("rms", () -> NormRows.rms(x, 0, w, 0, y, 0, ROWS, n, 1e-5));
    add(
        "layerGrad",
        () -> NormRows.layerGrad(x, 0, w, 0, dy, 0, y, 0, dw, 0, true, dw, n, true, ROWS, n, 1e-5));
    add("rmsGrad", () -> NormRows.rmsGrad(x, 0, w, 0, dy, 0, y, 0, dw, 0, true, ROWS, n, 1e-5));
  }

  /** Convolutions and poolings of images that are {@code n} wide. */
  private void addWindows() {
    for (int stride : new int[] {1, 2}) {
      Windows windows =
          new Windows(
              Extent.of(3), Extent.of(stride), Extent.of(1), Extent.of(1), new Extent(4, n));
      addConvolution("unfolded", new Convolution(windows, 2, 2, 6, 1));
      addConvolution("depthwise", new Convolution(windows, 1, 3, 3, 3));
      MemorySegment x = Floats.of(Floats.random(4 * n, -1, 1, 22));
      MemorySegment y = Floats.empty(windows.places());
      MemorySegment dx = Floats.empty(4L * n);
      MaxPooling pooling = new MaxPooling(windows, 1);
      add("max pooling of stride " + stride, () -> pooling.output(x, 0, y, 0));
      add(
          "max pooling's gradient of stride " + stride,
          () -> pooling.inputGrad(x, 0, y, 0, y, 0, dx, 0, false));
    }
    for (int width : new int[] {3, n}) {
      int stride = width == n ? 3 : 1;
      Windows windows =
          new Windows(
              Extent.of(3), Extent.of(stride), Extent.of(1), Extent.of(1), new Extent(4, width));
      addConvolution("unfolded, wide by " + width, new Convolution(windows, 2, 2, 6, 1));
    }
    Windows planes =
        new Windows(Extent.of(1), Extent.of(1), Extent.of(0), Extent.of(1), new Extent(8, 8));
    addConvolution("plain", new Convolution(planes, 1, 6, 8, 1));
  }

  private void addConvolution(String name, Convolution sizes) {
    Windows windows = sizes.windows();
    int in = sizes.images() * sizes.channels();
    int out = sizes.images() * sizes.filters() * windows.places();
    MemorySegment x =
        Floats.of(Floats.random(Math.toIntExact(in * windows.planeSize()), -1, 1, 23));
    MemorySegment w = Floats.of(Floats.random(sizes.filters() * sizes.filterSize(), -1, 1, 24));
    MemorySegment y = Floats.of(Floats.random(out, -1, 1, 25));
    MemorySegment dx = Floats.copy(x);
    MemorySegment dw = Floats.copy(w);
    MemorySegment b = Floats.empty(sizes.filters());
    String full = name + " convolution of stride " + windows.stride() + ", ";
    add(full + "Y", () -> sizes.output(x, 0, w, 0, b, 0, y, 0));
    add(full + "dX", () -> sizes.inputGrad(dx, 0, w, 0, y, 0, false));
    add(full + "dW", () -> sizes.weightGrad(x, 0, dw, 0, y, 0, false));
  }

  private void addReductions() {
    MemorySegment x = input(5);
    MemorySegment y = input(6);
    MemorySegment z = output();
    add("sum", () -> sum = Reduction.sum(x, 0, n));
    add("sumOfSquares", () -> sum = Reduction.sumOfSquares(x, 0, n));
    add("dot", () -> sum = Reduction.dot(x, 0, y, 0, n));
    add("squaredDifference", () -> sum = Reduction.squaredDifference(x, 0, y, 0, n));
    add("max", () -> sum = Reduction.max(x, 0, n));
    add("allFinite", () -> finite = Reduction.allFinite(x, 0, n));
    add("rowSums", () -> Reduction.rowSums(x, 0, ROWS, n, z, 0));
    add("columnSums", () -> Reduction.columnSums(x, 0, n, ROWS, n, z, 0, false));
    add("argmaxRows", () -> Reduction.argmaxRows(x, 0, ROWS, n, z, 0));
    add("maxOfRows", () -> RowKernels.max(x, 0, ROWS, n, z, 0));
    add("product", () -> RowKernels.product(x, 0, ROWS, n, z, 0));
    add("productGrad", () -> RowKernels.productGrad(x, 0, y, 0, ROWS, n, z, 0));
    add("cumulativeSum", () -> RowKernels.cumulativeSum(x, 0, ROWS, n, true, z, 0));
  }

  private void addEpilogues() {
    MemorySegment x = input(7);
    MemorySegment y = input(8);
    MemorySegment z = output();
    MemorySegment w = output();
    for (Activation act : Activation.values()) {
      add("apply " + act, () -> Epilogue.apply(act, z, 0, n, ROWS, n - 1, y, 0));
      if (act.gradientFromOutput()) {
        add(
            "backward " + act,
            () -> Epilogue.backward(act, y, 0, x, 0, z, 0, ROWS, n, w, 0, false));
      }
    }
  }

  private void addUpdates() {
    MemorySegment p = input(9);
    MemorySegment g = input(10);
    MemorySegment v = output();
    MemorySegment w = output();
    add("sgd", () -> Update.sgd(p, 0, g, 0, null, 0, n, 1e-3, 0, 0, false, false));
    add("momentum", () -> Update.sgd(p, 0, g, 0, v, 0, n, 1e-3, 0.9, 0, true, false));
    add(
        "adam",
        () -> Update.adam(p, 0, g, 0, v, 0, w, 0, n, 1e-3, 0.9, 0.99, 1e-8, 0.1, true, 0.5, 0.5));
    for (Updates.Rule rule : Updates.ALL) {
      MemorySegment[] states = rule.zeros(n);
      add(rule.name(), () -> rule.step(p, g, states, n, 8));
    }
  }

  /** Each tile, also those of another vector width. */
  private void addTiles() {
    int width = 8 * Simd.LANES;
    long row = 4L * width;
    MemorySegment a = Floats.of(Floats.random(Blocking.MR * n, -1, 1, 14));
    MemorySegment b = Floats.of(Floats.random(n * width, -1, 1, 15));
    MemorySegment c = Floats.empty((long) Blocking.MR * width);
    long aRow = 4L * n;
    for (boolean more : new boolean[] {false, true}) {
      String name = more ? "add " : "zero ";
      for (int vectors = 1; vectors <= 4; vectors++) {
        int v = vectors;
        int most = MicroKernel.rows(v, more, Blocking.MR);
        for (int rows : IntStream.of(2, 3, 4, most).filter(r -> r <= most).distinct().toArray()) {
          add(
              name + "tile of " + rows + " rows by " + v + " vectors",
              () -> MicroKernel.tile(v, more, a, 0, aRow, b, 0, row, c, 0, row, rows, n));
        }
      }
      for (int vectors : new int[] {1, 3, 4, 6, 8}) {
        add(
            name + "row of " + vectors + " vectors",
            () -> MicroKernel.row(vectors, more, a, 0, b, 0, row, row / 2, c, 0, n));
      }
    }
    add("sweep of a row", () -> Gemv.row(a, 0, 4, b, 0, row, n, width, c, 0));
    add("sweep of two rows", () -> Gemv.twoRows(a, 0, aRow, 4, b, 0, row, n, width, c, 0, row));
    add("zero tile of a dense B", () -> ZeroTiles.dense4x4(a, 0, aRow, b, 0, c, 0, row, 4, n));
  }

  private void addPacked() {
    int cols = Blocking.NR + 3 * Simd.LANES + 2;
    int rows = 2 * Blocking.MR + 1;
    MemorySegment a = Floats.of(Floats.random(rows * n, -1, 1, 16));
    MemorySegment b = Floats.of(Floats.random(n * cols, -1, 1, 17));
    MemorySegment bias = Floats.of(Floats.random(cols, -1, 1, 18));
    MemorySegment c = Floats.empty((long) rows * cols);
    PackedMatrix packed = new PackedMatrix(n, cols);
    add("pack by rows", () -> packed.pack(b, 0, cols, 1));
    add("pack transposed", () -> packed.pack(b, 0, 1, n));
    for (int m : new int[] {1, rows}) {
      add(
          "packed product of " + m + " rows",
          () -> packed.multiply(m, a, 0, n, c, 0, cols, bias, 0, Activation.RELU));
    }
  }

  private void addNarrow() {
    int cols = NarrowMatrix.PANEL + 5 * Simd.LANES + 2;
    int rows = 11;
    MemorySegment a = Floats.of(Floats.random(rows * n, -1, 1, 26));
    MemorySegment b = Floats.of(Floats.random(n * cols, -1, 1, 27));
    MemorySegment bias = Floats.of(Floats.random(cols, -1, 1, 28));
    MemorySegment c = Floats.empty((long) rows * cols);
    for (Weights weights : new Weights[] {Weights.BFLOAT16, Weights.INT8}) {
      NarrowMatrix narrow = new NarrowMatrix(n, cols, weights);
      add("pack " + weights, () -> narrow.pack(b, 0, 1, n));
      for (int m : new int[] {1, 2, rows}) {
        add(
            weights + " product of " + m + " rows",
            () -> narrow.multiply(m, a, 0, n, c, 0, cols, bias, 0, Activation.RELU));
      }
    }
    // The tiles of four rows, also where the registers are too few to choose them.
    long cRow = 16L * Simd.LANES;
    MemorySegment words = Floats.of(Floats.random(n * NarrowMatrix.PANEL, -1, 1, 29));
    for (boolean bfloats : new boolean[] {false, true}) {
      long bRow = (bfloats ? 2L : 1L) * NarrowMatrix.PANEL;
      add(
          (bfloats ? "bfloat16" : "byte") + " tile of 4 rows",
          () -> NarrowKernel.tile(bfloats, 4, a, 0, 4L * n, words, 0, bRow, c, 0, cRow, 4, n));
    }
  }

  private void addProducts() {
    int strip = Blocking.NR + 3 * Simd.LANES + 2;
    int row = 13 * Simd.LANES + 2;
    // Two rows by more of B than the second-level cache holds: they are swept.
    addProduct(false, false, 2, Pack.wholeVectors((int) (Caches.L2 / (4L * n)) + 1), n, 1);
    for (boolean ta : new boolean[] {false, true}) {
      for (boolean tb : new boolean[] {false, true}) {
        for (float beta : new float[] {0, 1}) {
          addProduct(ta, tb, 1, row, n, beta);
          addProduct(ta, tb, 3, 9, n, beta);
          addProduct(ta, tb, Blocking.MR + 1, strip, n, beta);
          addProduct(ta, tb, strip, Blocking.NR + 9, n, beta);
        }
      }
    }
    addProduct(false, false, n, 1, n, 0.5f);
    addProduct(false, true, 2, n, 0, 0);
    // Columns of four vectors have dot products of their own.
    addProduct(false, true, 2, n, 4 * Simd.LANES, 0);
  }

  private void addProduct(boolean ta, boolean tb, int m, int cols, int k, float beta) {
    MemorySegment a = Floats.of(Floats.random(m * k, -1, 1, 11));
    MemorySegment b = Floats.of(Floats.random(k * cols, -1, 1, 12));
    MemorySegment bias = Floats.of(Floats.random(cols, -1, 1, 13));
    MemorySegment c = Floats.empty((long) m * cols);
    long aRow = ta ? 1 : k;
    long aCol = ta ? m : 1;
    long bRow = tb ? 1 : cols;
    long bCol = tb ? k : 1;
    String name = (ta ? "T" : "N") + (tb ? "T " : "N ") + m + "x" + cols + "x" + k + " + " + beta;
    calls.add(
        new KernelCall(
            "product " + name + " C",
            () ->
                Gemm.multiply(
                    m,
                    cols,
                    k,
                    1,
                    a,
                    0,
                    aRow,
                    aCol,
                    b,
                    0,
                    bRow,
                    bCol,
                    beta,
                    c,
                    0,
                    cols,
                    bias,
                    0,
                    Activation.SIGMOID)));
  }
}
