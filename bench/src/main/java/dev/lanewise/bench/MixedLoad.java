package dev.lanewise.bench;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.infer.Predictor;
import dev.lanewise.kernel.Gemm;
import dev.lanewise.kernel.Roofline;
import dev.lanewise.kernel.Simd;
import dev.lanewise.kernel.Workers;
import dev.lanewise.memory.Scope;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Gelu;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Sequential;
import dev.lanewise.nn.Tanh;
import dev.lanewise.optim.Sgd;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * What a long-lived service has run before the call that matters, so that the compilers' profiles
 * have seen it: products of many shapes, transposed and strided, on one thread and on several, in
 * memory of every kind of arena, of a mapped file, and of the heap; several models, trained and
 * asked, inside scopes and without; views of arrays, and tensors from heap and from native memory.
 *
 * <p>Kinds of memory matter most: a vector load's profile tells them apart, and a kernel compiled
 * for several of them checks at each load which it has.
 */
final class MixedLoad {
  private static final int LARGEST = 200;
  private static final int[] SIZES = {1, 3, 16, 33, 64, 100, LARGEST};
  private static final int PADDING = 3;
  private static final int FLOATS = LARGEST * (LARGEST + PADDING);
  private static final List<String> NETWORKS =
      List.of("8-64-64-64-1", "64-128-128-64-10", "17-31-5", "100-40-40-3");

  private MixedLoad() {}

  /** Runs all of it in turns until {@code nanos} nanoseconds have passed, at least once. */
  static void run(long nanos) {
    long start = System.nanoTime();
    List<Mlp> models = NETWORKS.stream().map(name -> new Mlp(Mlp.sizes(name))).toList();
    int most = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, Workers.MAX);
    try (Arena shared = Arena.ofShared();
        Arena confined = Arena.ofConfined()) {
      List<MemorySegment> anyThread =
          List.of(
              Arena.ofAuto().allocate(4L * FLOATS, 64),
              Arena.global().allocate(4L * FLOATS, 64),
              shared.allocate(4L * FLOATS, 64),
              shared.allocate(4L * FLOATS + 4, 64).asSlice(4),
              mapped(shared));
      MemorySegment own = confined.allocate(4L * FLOATS, 64);
      MemorySegment ownToo = confined.allocate(4L * FLOATS, 64);
      do {
        Workers.setThreads(1);
        products(own, own, ownToo);
        onHeap();
        for (int threads : new int[] {1, most}) {
          Workers.setThreads(threads);
          for (int i = 0; i < anyThread.size(); i++) {
            MemorySegment a = anyThread.get(i);
            MemorySegment b = anyThread.get((i + 1) % anyThread.size());
            products(a, b, anyThread.get((i + 2) % anyThread.size()));
            tensors(a);
          }
          for (Mlp model : models) {
            calls(model);
          }
          others();
        }
      } while (System.nanoTime() - start < nanos);
    }
  }

  private static MemorySegment mapped(Arena arena) {
    try {
      Path file = Files.createTempFile("lanewise-mixed", ".bin");
      try (FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE)) {
        return channel.map(FileChannel.MapMode.READ_WRITE, 0, 4L * FLOATS, arena);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void products(MemorySegment a, MemorySegment b, MemorySegment c) {
    for (int m : SIZES) {
      for (int n : SIZES) {
        int k = SIZES[(m + n) % SIZES.length];
        for (int transposed = 0; transposed < 4; transposed++) {
          boolean ta = (transposed & 1) != 0;
          boolean tb = (transposed & 2) != 0;
          long aRow = ta ? 1 : k + PADDING;
          long aCol = ta ? m + PADDING : 1;
          long bRow = tb ? 1 : n + PADDING;
          long bCol = tb ? k + PADDING : 1;
          float alpha = transposed == 3 ? 0.5f : 1;
          Gemm.multiply(
              m, n, k, alpha, a, 0, aRow, aCol, b, 0, bRow, bCol, (float) (n % 2) / 2, c, 0, n + 1);
        }
      }
    }
    c.fill((byte) 0);
  }

  /** Vectors over heap arrays, as an application's own code has them. */
  private static void onHeap() {
    MemorySegment heap = MemorySegment.ofArray(Inputs.floats(1 << 12, 1));
    MemorySegment sink = MemorySegment.ofArray(new float[Simd.LANES]);
    for (int i = 0; i < 100; i++) {
      Roofline.read(heap, 0, 1 << 14, sink, 0);
    }
  }

  private static void tensors(MemorySegment memory) {
    NDArray copy = NDArray.empty(Shape.of(40, 50));
    MemorySegment.copy(memory, 0, copy.segment(), 4 * copy.offset(), 4 * copy.size());
    copy.touch();
    NDArray other = NDArray.of(Inputs.floats(2000, 2), 50, 40);
    for (NDArray x : List.of(copy, other.transpose(), copy.slice(1, 10, 30), copy.slice(0, 3, 9))) {
      x.affine(2, 1).add(x).mul(x).sum(new int[] {0}, true);
      x.matmul(x.transpose()).copy();
      Tensor tensor = Tensor.of(x);
      tensor.softmax(1).tanh().exp().sum();
      tensor.transpose().gelu().sigmoid().mean(0);
    }
  }

  private static void calls(Mlp model) {
    int[] sizes = {
      model.layers().getFirst().weight().shape().dim(1),
      model.layers().getLast().weight().shape().dim(0)
    };
    Predictor predictor = model.predictor();
    for (int rows : new int[] {1, 7, 32}) {
      Tensor x = Tensor.of(Inputs.floats(rows * sizes[0], 1), rows, sizes[0]);
      Tensor y = Tensor.of(Inputs.floats(rows * sizes[1], 2), rows, sizes[1]);
      model.train(x, y);
      try (Scope _ = Scope.open()) {
        model.train(x, y);
      }
      try (NoGrad _ = NoGrad.open()) {
        model.forward(x).toFloatArray();
      }
      new Prediction(predictor, rows).predict();
    }
  }

  /** A model of other layers than the rest, a classifier trained by another optimizer. */
  private static void others() {
    Sequential model =
        new Sequential(
            new Linear(20, 30), new Tanh(), new Dropout(0.1), new Linear(30, 9), new Gelu());
    Sgd optimizer = new Sgd(model.parameters(), 0.01);
    Tensor logits = model.forward(Tensor.of(Inputs.floats(60, 1), 3, 20));
    Losses.crossEntropy(logits, 1, 8, 0).backward();
    optimizer.step();
  }
}
