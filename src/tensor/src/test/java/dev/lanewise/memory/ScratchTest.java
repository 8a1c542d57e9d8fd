package dev.lanewise.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Work space that is kept. */
final class ScratchTest {
  @Test
  void floats_isKeptFromCallToCall() {
    try (Scratch scratch = Scratch.borrow()) {
      MemorySegment block = scratch.floats(0, 100_000);
      assertThat(block.byteSize()).isGreaterThanOrEqualTo(400_000);
      assertThat(block.address() % Memory.ALIGNMENT).isZero();
      assertThat(scratch.floats(0, 99_999).address()).isEqualTo(block.address());
    }
  }

  @Test
  void blocks_areApart() {
    try (Scratch scratch = Scratch.borrow()) {
      for (int i = 0; i < 4; i++) {
        for (int j = 0; j < i; j++) {
          assertThat(scratch.floats(i, 10).address()).isNotEqualTo(scratch.floats(j, 10).address());
        }
      }
      assertThatThrownBy(() -> scratch.floats(4, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void borrow_again_takesNoMoreMemory() {
    use();
    Memory.resetPeak();
    long before = Memory.peak();
    for (int i = 0; i < 10_000; i++) {
      use();
    }
    assertThat(Memory.peak()).isLessThanOrEqualTo(before);
  }

  @Test
  void borrow_twice_givesTwoWorkSpaces() {
    try (Scratch first = Scratch.borrow();
        Scratch second = Scratch.borrow()) {
      assertThat(first.floats(0, 10).address()).isNotEqualTo(second.floats(0, 10).address());
      try (Scratch third = CompletableFuture.supplyAsync(Scratch::borrow).join()) {
        assertThat(third.floats(0, 10).address())
            .isNotEqualTo(first.floats(0, 10).address())
            .isNotEqualTo(second.floats(0, 10).address());
      }
    }
  }

  @Test
  void floats_inAScope_outlivesIt() {
    try (Scratch scratch = Scratch.borrow()) {
      MemorySegment block;
      try (Scope _ = Scope.open()) {
        block = scratch.floats(3, 1_000_000);
      }
      assertThat(scratch.floats(3, 1_000_000).address()).isEqualTo(block.address());
    }
  }

  private static void use() {
    try (Scratch scratch = Scratch.borrow()) {
      assertThat(scratch.floats(1, 50_000).byteSize()).isGreaterThanOrEqualTo(200_000);
    }
  }
}
