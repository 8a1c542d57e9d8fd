package dev.lanewise.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Scopes: their order, their memory, and the threads around them. */
final class ScopeTest {
  @Test
  void scopes_nest() {
    assertThat(Scope.current()).isNull();
    try (Scope outer = Scope.open()) {
      Storage before = Storage.allocate(1);
      Storage within;
      try (Scope inner = Scope.open()) {
        within = Storage.allocate(1);
        assertThat(Scope.current()).isSameAs(inner);
        assertThat(within.owner()).isSameAs(inner);
      }
      Storage after = Storage.allocate(1);
      assertThat(within.isAlive()).isFalse();
      assertThat(before.isAlive()).isTrue();
      assertThat(after.owner()).isSameAs(outer);
      assertThat(outer.isOpen()).isTrue();
    }
    assertThat(Scope.current()).isNull();
    assertThat(Storage.allocate(1).owner()).isNull();
  }

  @Test
  void close_outOfOrder_isRefused() {
    Scope outer = Scope.open();
    try (Scope inner = Scope.open()) {
      assertThatThrownBy(outer::close)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("scopes close in the reverse order of opening")
          .hasMessageContaining("close_outOfOrder_isRefused(ScopeTest.java:");
      assertThat(outer.isOpen()).isTrue();
      assertThat(Scope.current()).isSameAs(inner);
    } finally {
      outer.close();
    }
    assertThat(Scope.current()).isNull();
  }

  @Test
  void close_byAnotherThread_isRefused() throws InterruptedException {
    try (Scope scope = Scope.open()) {
      CompletableFuture<Void> closing = CompletableFuture.runAsync(scope::close);
      assertThatThrownBy(closing::get)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("a scope is closed by the thread that opened it")
          .hasMessageContaining("ScopeTest.java:");
      assertThat(scope.isOpen()).isTrue();
    }
  }

  @Test
  void close_twice_doesNothing() {
    try (Scope outer = Scope.open()) {
      Scope inner = Scope.open();
      inner.close();
      inner.close();
      assertThat(Scope.current()).isSameAs(outer);
    }
  }

  @Test
  void openedAt_namesTheCaller() {
    try (Scope scope = Scope.open()) {
      assertThat(scope.openedAt())
          .startsWith("dev.lanewise.memory.ScopeTest.openedAt_namesTheCaller(ScopeTest.java:");
    }
  }

  @Test
  void scope_isOfOneThread() {
    try (Scope _ = Scope.open()) {
      Storage elsewhere = CompletableFuture.supplyAsync(() -> Storage.allocate(1)).join();
      assertThat(elsewhere.owner()).isNull();
    }
  }

  @Test
  void blocks_areAlignedAndApart() {
    try (Scope _ = Scope.open()) {
      List<Storage> blocks = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        Storage block = Storage.allocate(i);
        assertThat((block.segment().address() + 4 * block.offset()) % Memory.ALIGNMENT).isZero();
        fill(block, i);
        blocks.add(block);
      }
      for (int i = 0; i < 200; i++) {
        assertHolds(blocks.get(i), i);
      }
    }
  }

  @Test
  void manySmallSteps_takeNoMoreMemory() {
    step(1000);
    Memory.resetPeak();
    long before = Memory.peak();
    for (int i = 0; i < 100_000; i++) {
      step(1000);
    }
    assertThat(Memory.peak()).isLessThanOrEqualTo(before);
  }

  @Test
  void nestedSteps_ofChangingSizes_takeNoMoreMemory() {
    for (int i = 0; i < 64; i++) {
      nestedStep(i);
    }
    Memory.resetPeak();
    long before = Memory.peak();
    for (int i = 0; i < 2000; i++) {
      nestedStep(i);
    }
    assertThat(Memory.peak()).isLessThanOrEqualTo(before);
  }

  private static void nestedStep(int i) {
    try (Scope _ = Scope.open()) {
      Storage outer = Storage.allocate((i % 64) * 20_000L);
      try (Scope _ = Scope.open()) {
        Storage inner = Storage.allocate((i * 7 % 64) * 20_000L);
        assertThat(inner.isAlive()).isTrue();
      }
      assertThat(outer.isAlive()).isTrue();
    }
  }

  @Test
  void bigBlocks_spanSlabs() {
    try (Scope _ = Scope.open()) {
      List<Storage> blocks = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        Storage block = Storage.allocate(300_000L << i);
        assertThat(block.segment().byteSize())
            .isGreaterThanOrEqualTo(4 * (block.offset() + block.size()));
        set(block, 0, i);
        set(block, block.size() - 1, -i);
        blocks.add(block);
      }
      for (int i = 0; i < 6; i++) {
        assertThat(get(blocks.get(i), 0)).isEqualTo(i);
        assertThat(get(blocks.get(i), blocks.get(i).size() - 1)).isEqualTo(-i);
      }
    }
  }

  @Test
  void slabs_areReusedByTheNextScope() {
    long address;
    try (Scope _ = Scope.open()) {
      address = Storage.allocate(10).segment().address();
    }
    try (Scope _ = Scope.open()) {
      assertThat(Storage.allocate(10).segment().address()).isEqualTo(address);
    }
  }

  @Test
  void trim_givesUnusedSlabsBack() {
    try (Scope _ = Scope.open()) {
      assertThat(Storage.allocate(16L << 20).size()).isEqualTo(16L << 20);
    }
    long before = Memory.inUse();
    Memory.trim();
    assertThat(MemoryTest.waitFor(() -> Memory.inUse() <= before - (64L << 20))).isTrue();
  }

  @Test
  void outside_allocatesForTheCollector_andReturnsToTheScope() {
    try (Scope scope = Scope.open()) {
      Storage kept =
          Scope.outside(() -> {
            assertThat(Scope.current()).isNull();
            try (Scope fresh = Scope.open()) {
              assertThat(Storage.allocate(1).owner()).isSameAs(fresh);
            }
            return Storage.allocate(3);
          });
      assertThat(kept.owner()).isNull();
      assertThat(Scope.current()).isSameAs(scope);
      assertThatThrownBy(() ->
              Scope.outside(() -> {
                throw new IllegalArgumentException("thrown inside");
              }))
          .hasMessage("thrown inside");
      assertThat(Scope.current()).isSameAs(scope);
    }
  }

  @Test
  void persistent_ignoresTheScope() {
    try (Scope _ = Scope.open()) {
      assertThat(Storage.persistent(1).owner()).isNull();
    }
  }

  @Test
  void manyThreads_neverShareMemory() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
      check(pool);
    }
  }

  @Test
  void virtualThreads_neverShareMemory() throws Exception {
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      check(pool);
    }
  }

  private static void check(ExecutorService pool) throws Exception {
    List<Callable<Boolean>> steps = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      int mark = i;
      steps.add(() -> markedStep(mark));
    }
    for (Future<Boolean> step : pool.invokeAll(steps)) {
      assertThat(step.get()).isTrue();
    }
  }

  private static boolean markedStep(int mark) {
    try (Scope _ = Scope.open()) {
      Storage first = Storage.allocate(3000);
      fill(first, mark);
      LockSupport.parkNanos(1000);
      try (Scope _ = Scope.open()) {
        Storage second = Storage.allocate(3000);
        fill(second, -mark);
        LockSupport.parkNanos(1000);
        assertHolds(second, -mark);
      }
      assertHolds(first, mark);
      return true;
    }
  }

  private static void step(int floats) {
    try (Scope _ = Scope.open()) {
      Storage block = Storage.allocate(floats);
      set(block, floats - 1L, 1);
    }
  }

  private static void fill(Storage block, float value) {
    for (long i = 0; i < block.size(); i++) {
      set(block, i, value);
    }
  }

  private static void assertHolds(Storage block, float value) {
    for (long i = 0; i < block.size(); i++) {
      if (get(block, i) != value) {
        throw new AssertionError("float " + i + " is " + get(block, i) + ", not " + value);
      }
    }
  }

  private static void set(Storage block, long i, float value) {
    block.segment().setAtIndex(ValueLayout.JAVA_FLOAT, block.offset() + i, value);
  }

  private static float get(Storage block, long i) {
    return block.segment().getAtIndex(ValueLayout.JAVA_FLOAT, block.offset() + i);
  }
}
