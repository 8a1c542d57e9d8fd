package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No kernel allocates on the heap once it is warm. */
class AllocationsTest {
  /** Five whole vectors and a tail: every loop of every kernel takes part. */
  private static final int N = 5 * Simd.LANES + 3;

  private static final int ROWS = 3;

  record Warm(String name, Runnable call) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static float sum;
  private static boolean finite;
  private static int[] boxed = {};

  static List<Warm> kernels() {
    MemorySegment x = Floats.of(Floats.random(ROWS * N, 0.1, 2, 1));
    MemorySegment y = Floats.of(Floats.random(ROWS * N, 0.1, 0.9, 2));
    MemorySegment z = Floats.empty((long) ROWS * N);
    MemorySegment v = Floats.empty((long) ROWS * N);
    MemorySegment w = Floats.empty((long) ROWS * N);
    MemorySegment labels = Floats.ints(0, 1, 2);
    List<Warm> calls = new ArrayList<>();
    for (Kernels.Map1 map : Kernels.UNARY) {
      calls.add(new Warm(map.name(), () -> map.kernel().run(x, 0, z, 0, N)));
    }
    for (Kernels.Map2 map : Kernels.BINARY) {
      calls.add(new Warm(map.name(), () -> map.kernel().run(x, 0, y, 0, z, 0, N)));
    }
    calls.add(new Warm("fill", () -> Elementwise.fill(z, 0, 1, N)));
    calls.add(new Warm("copy2d", () -> Elementwise.copy2d(x, 0, 1, ROWS, z, 0, ROWS, N)));
    calls.add(new Warm("softmax", () -> SoftmaxRows.softmax(x, 0, z, 0, ROWS, N)));
    calls.add(new Warm("logSoftmax", () -> SoftmaxRows.logSoftmax(x, 0, z, 0, ROWS, N)));
    calls.add(new Warm("softmaxGrad", () -> SoftmaxRows.softmaxGrad(y, 0, x, 0, z, 0, ROWS, N)));
    calls.add(
        new Warm("logSoftmaxGrad", () -> SoftmaxRows.logSoftmaxGrad(y, 0, x, 0, z, 0, ROWS, N)));
    calls.add(
        new Warm(
            "crossEntropyRows",
            () -> SoftmaxRows.crossEntropyRows(x, 0, labels, 0, z, 0, ROWS, N)));
    calls.add(
        new Warm(
            "crossEntropyRowsGrad",
            () -> SoftmaxRows.crossEntropyRowsGrad(x, 0, labels, 0, z, 0, ROWS, N, 0.5f)));
    calls.add(new Warm("sum", () -> sum = Reduction.sum(x, 0, N)));
    calls.add(new Warm("sumOfSquares", () -> sum = Reduction.sumOfSquares(x, 0, N)));
    calls.add(new Warm("dot", () -> sum = Reduction.dot(x, 0, y, 0, N)));
    calls.add(
        new Warm("squaredDifference", () -> sum = Reduction.squaredDifference(x, 0, y, 0, N)));
    calls.add(new Warm("max", () -> sum = Reduction.max(x, 0, N)));
    calls.add(new Warm("allFinite", () -> finite = Reduction.allFinite(x, 0, N)));
    calls.add(new Warm("rowSums", () -> Reduction.rowSums(x, 0, ROWS, N, z, 0)));
    calls.add(new Warm("columnSums", () -> Reduction.columnSums(x, 0, N, ROWS, N, z, 0, false)));
    calls.add(new Warm("argmaxRows", () -> Reduction.argmaxRows(x, 0, ROWS, N, z, 0)));
    for (Activation act : Activation.values()) {
      calls.add(new Warm("apply " + act, () -> Epilogue.apply(act, z, 0, N, ROWS, N - 1, y, 0)));
      if (act.gradientFromOutput()) {
        calls.add(
            new Warm(
                "backward " + act,
                () -> Epilogue.backward(act, y, 0, x, 0, z, 0, ROWS, N, w, 0, false)));
      }
    }
    calls.add(new Warm("sgd", () -> Update.sgd(z, 0, x, 0, null, 0, N, 1e-3, 0, 0, false, false)));
    calls.add(
        new Warm("momentum", () -> Update.sgd(z, 0, x, 0, v, 0, N, 1e-3, 0.9, 0, true, false)));
    calls.add(
        new Warm(
            "adam",
            () ->
                Update.adam(
                    z, 0, x, 0, v, 0, w, 0, N, 1e-3, 0.9, 0.99, 1e-8, 0.1, true, 0.5, 0.5)));
    return calls;
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void warmKernel_allocatesNothing(Warm warm) {
    assertThat(Allocations.perCall(warm.call())).as("bytes per call of %s", warm).isZero();
  }

  /** The measure sees what it is there to see. */
  @Test
  void perCall_seesAnAllocation() {
    assertThat(Allocations.perCall(() -> boxed = new int[100], 50_000_000)).isBetween(400L, 600L);
    assertThat(boxed).hasSize(100);
  }
}
