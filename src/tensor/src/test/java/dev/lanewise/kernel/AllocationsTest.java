package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.kernel.KernelCalls.KernelCall;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No kernel allocates on the heap once it is warm. */
class AllocationsTest {
  private static int[] boxed = {};

  static List<KernelCall> kernels() {
    return KernelCalls.all();
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void warmKernel_allocatesNothing(KernelCall kernel) {
    assertThat(Allocations.perCall(kernel.call())).as("bytes per call of %s", kernel).isZero();
  }

  /** The measure sees what it is there to see. */
  @Test
  void perCall_seesAnAllocation() {
    assertThat(Allocations.perCall(() -> boxed = new int[100], 50_000_000)).isBetween(400L, 600L);
    assertThat(boxed).hasSize(100);
  }
}
