package dev.lanewise.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The account of off-heap memory, and its limit. */
final class MemoryTest {
  private static final long MEGABYTE = 1L << 20;

  private final long limit = Memory.limit();

  @AfterEach
  void restoreLimit() {
    Memory.setLimit(limit);
  }

  @Test
  void limitPassed_endsInASentence_andTakesNothing() {
    settle();
    long before = Memory.inUse();
    Memory.setLimit(before + 8 * MEGABYTE);
    long bytes = 64 * MEGABYTE;

    assertThatThrownBy(() -> Storage.allocate(bytes / 4))
        .isInstanceOf(MemoryLimitException.class)
        .hasMessageStartingWith(
            (bytes + Storage.SLACK) + " bytes of off-heap memory were asked for with ")
        .hasMessageContaining(" in use; the limit is " + (before + 8 * MEGABYTE))
        .hasMessageEndingWith("(-Ddev.lanewise.memoryLimit)");
    assertThat(Memory.inUse()).isLessThanOrEqualTo(before);

    Storage small = Storage.allocate(MEGABYTE / 4);
    assertThat(small.size()).as("there is room for less").isEqualTo(MEGABYTE / 4);
  }

  @Test
  void limitPassed_inAScope_leavesTheScopeUsable() {
    settle();
    Memory.trim();
    settle();
    Memory.setLimit(Memory.inUse() + 8 * MEGABYTE);
    try (Scope scope = Scope.open()) {
      Storage first = Storage.allocate(100);
      assertThatThrownBy(() -> Storage.allocate(64 * MEGABYTE))
          .isInstanceOf(MemoryLimitException.class);
      Storage second = Storage.allocate(100);
      assertThat(first.isAlive()).isTrue();
      assertThat(second.owner()).isSameAs(scope);
    }
  }

  @Test
  void beyondTheJvmsOwnLimit_isRefused() {
    long before = Memory.inUse();
    assertThatThrownBy(() -> Storage.allocate(1L << 42))
        .isInstanceOf(MemoryLimitException.class)
        .hasMessageContaining("raise -XX:MaxDirectMemorySize");
    assertThat(Memory.inUse()).isLessThanOrEqualTo(before);
  }

  @Test
  void unreachableBlocks_areGivenBack() {
    settle();
    long before = Memory.inUse();
    List<Storage> held = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      held.add(Storage.persistent(MEGABYTE / 4));
    }
    assertThat(Memory.inUse()).isGreaterThanOrEqualTo(before + 16 * MEGABYTE);
    assertThat(held).hasSize(16);
    held.clear();

    assertThat(waitFor(() -> Memory.inUse() <= before)).as("all given back").isTrue();
  }

  @Test
  void slice_keepsItsBlock() {
    Storage storage = Storage.persistent(MEGABYTE / 4);
    var slice = storage.segment().asSlice(4096, 64);
    storage = null;
    long before = Memory.inUse();
    System.gc();
    System.gc();
    assertThat(slice.scope().isAlive()).isTrue();
    assertThat(Memory.inUse()).isGreaterThanOrEqualTo(MEGABYTE).isLessThanOrEqualTo(before);
    slice.fill((byte) 1);
  }

  @Test
  void peak_isTheMostSinceItsReset() {
    settle();
    Memory.resetPeak();
    long before = Memory.peak();
    Storage block = Storage.persistent(4 * MEGABYTE);
    assertThat(block.size()).isEqualTo(4 * MEGABYTE);
    assertThat(Memory.peak()).isGreaterThanOrEqualTo(before + 16 * MEGABYTE);
  }

  @Test
  void setLimit_notPositive_isRefused() {
    assertThatThrownBy(() -> Memory.setLimit(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a memory limit must be positive, not 0");
    assertThat(Memory.limit()).isEqualTo(limit);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "4096, 4096",
    "3k, 3072",
    "512m, 536870912",
    "2G, 2147483648",
    "' 7K ', 7168",
    "8589934591g, 9223372035781033984"
  })
  void parseBytes_readsSizes(String text, long bytes) {
    assertThat(Memory.parseBytes(text)).isEqualTo(bytes);
  }

  @Test
  void parseBytes_nothing_isNoLimit() {
    assertThat(Memory.parseBytes(null)).isEqualTo(Long.MAX_VALUE);
    assertThat(Memory.parseBytes(" ")).isEqualTo(Long.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0", "-1", "k", "1.5g", "1t", "8589934592g", "12 m", "9223372036854775808"})
  void parseBytes_malformed_isRefused(String text) {
    assertThatThrownBy(() -> Memory.parseBytes(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "-Ddev.lanewise.memoryLimit="
                + text
                + " is not a positive number of bytes such as 512m");
  }

  @Test
  void take_isAlignedAndZeroed() {
    for (int i = 0; i < 20; i++) {
      Storage storage = Storage.persistent(1 + i);
      assertThat(storage.segment().address() % Memory.ALIGNMENT).isZero();
      assertThat(storage.segment().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
          .containsOnly(0);
    }
  }

  /** Long blocks begin at a page, each as far into it as the others. */
  @Test
  void take_alignsLongBlocksToPages() {
    for (long floats : new long[] {1008, 1024, 1025, 50_000}) {
      assertThat(Storage.persistent(floats).segment().address() % 4096).isZero();
    }
  }

  /** Lets what earlier tests dropped be given back. */
  private static void settle() {
    long[] last = {-1};
    waitFor(() -> {
      long now = Memory.inUse();
      boolean still = now == last[0];
      last[0] = now;
      return still;
    });
  }

  static boolean waitFor(BooleanSupplier condition) {
    for (int i = 0; i < 100; i++) {
      System.gc();
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      if (condition.getAsBoolean()) {
        return true;
      }
    }
    return false;
  }
}
