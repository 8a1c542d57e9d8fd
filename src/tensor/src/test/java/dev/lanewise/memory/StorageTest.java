package dev.lanewise.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Blocks of floats and their owners. */
final class StorageTest {
  @Test
  void allocate_holdsItsFloats() {
    Storage storage = Storage.allocate(1000);
    assertThat(storage.size()).isEqualTo(1000);
    assertThat(storage.segment().byteSize())
        .isGreaterThanOrEqualTo(4 * (storage.offset() + storage.size()));
    assertThat(storage.isAlive()).isTrue();
    assertThat(storage.owner()).isNull();
  }

  @Test
  void allocate_nothing_isABlock() {
    assertThat(Storage.allocate(0).size()).isZero();
    assertThat(Storage.persistent(0).isAlive()).isTrue();
    try (Scope scope = Scope.open()) {
      assertThat(Storage.allocate(0).owner()).isSameAs(scope);
    }
  }

  @Test
  void allocate_negativeOrBeyondAllAddresses_isRefused() {
    assertThatThrownBy(() -> Storage.allocate(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a block cannot hold -1 floats");
    assertThatThrownBy(() -> Storage.persistent(Long.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void allocate_tooLargeForAScope_isRefused() {
    try (Scope _ = Scope.open()) {
      assertThatThrownBy(() -> Storage.allocate(1L << 45)).isInstanceOf(MemoryLimitException.class);
      assertThat(Storage.allocate(1).isAlive()).isTrue();
    }
  }

  @Test
  void persistent_isZeroed_evenWhereMemoryIsReused() {
    try (Scope _ = Scope.open()) {
      Storage dirty = Storage.allocate(100);
      dirty.segment().asSlice(4 * dirty.offset(), 400).fill((byte) -1);
      assertThat(Storage.persistent(100).segment().toArray(ValueLayout.JAVA_FLOAT)).containsOnly(0);
    }
  }

  @Test
  void beside_livesAsLongAsTheOther() {
    Storage collected = Storage.allocate(1);
    try (Scope outer = Scope.open()) {
      Storage block = Storage.allocate(1);
      Storage besideBlock;
      try (Scope _ = Scope.open()) {
        besideBlock = Storage.beside(block, 5);
        assertThat(Storage.beside(collected, 5).owner()).isNull();
      }
      assertThat(besideBlock.owner()).isSameAs(outer);
      assertThat(besideBlock.isAlive()).isTrue();
      assertThat(besideBlock.size()).isEqualTo(5);
      Storage elsewhere = CompletableFuture.supplyAsync(() -> Storage.beside(block, 5)).join();
      assertThat(elsewhere.owner()).as("not bumped by another thread").isNull();
    }
  }

  @Test
  void beside_whatWasFreed_takesNoSlab() {
    Storage freed;
    try (Scope _ = Scope.open()) {
      freed = Storage.allocate(1);
    }
    assertThat(Storage.beside(freed, 5).isAlive()).isTrue();
    try (Scope _ = Scope.open()) {
      assertThat(Storage.allocate(1).segment().address()).isEqualTo(freed.segment().address());
    }
  }

  @Test
  void touch_countsWrites() {
    Storage storage = Storage.allocate(1);
    assertThat(storage.version()).isZero();
    storage.touch();
    storage.touch();
    assertThat(storage.version()).isEqualTo(2);
  }

  @Test
  void isAlive_endsWithItsScope() {
    Storage storage;
    try (Scope _ = Scope.open()) {
      storage = Storage.allocate(1);
      assertThat(storage.isAlive()).isTrue();
    }
    assertThat(storage.isAlive()).isFalse();
  }

  @Test
  void over_memoryFromElsewhere() {
    long before = Memory.inUse();
    MemorySegment memory = Arena.ofAuto().allocate(28, 64).asSlice(4);
    Storage storage = Storage.over(memory);
    assertThat(Memory.inUse()).isLessThanOrEqualTo(before);
    assertThat(storage.size()).isEqualTo(6);
    assertThat(storage.segment().address()).isEqualTo(memory.address());
    assertThat(storage.isAlive()).isTrue();
    assertThat(storage.owner()).isNull();
    MemorySegment odd = memory.asSlice(2, 4);
    assertThatThrownBy(() -> Storage.over(odd)).isInstanceOf(IllegalArgumentException.class);
    MemorySegment cut = memory.asSlice(0, 6);
    assertThatThrownBy(() -> Storage.over(cut)).isInstanceOf(IllegalArgumentException.class);
    MemorySegment onHeap = MemorySegment.ofArray(new float[6]);
    assertThatThrownBy(() -> Storage.over(onHeap))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a block of floats lies off-heap, 4-byte aligned");
  }
}
