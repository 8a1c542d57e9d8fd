package dev.lanewise.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The pool of reusable objects. */
final class SlotsTest {
  private final AtomicInteger made = new AtomicInteger();

  @Test
  void take_returnsWhatWasGiven() {
    Slots<Held> slots = slots(4);
    Held first = slots.take();
    slots.give(first);
    assertThat(slots.take()).isSameAs(first);
    assertThat(made).hasValue(1);
  }

  @Test
  void take_neverReturnsWhatIsHeld() {
    Slots<Held> slots = slots(2);
    Set<Held> held = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      assertThat(held.add(slots.take())).isTrue();
    }
    assertThat(made).hasValue(10);
  }

  @Test
  void give_pastTheCapacity_leavesItToTheCollector() {
    Slots<Held> slots = slots(2);
    List<Held> held = List.of(slots.take(), slots.take(), slots.take());
    held.forEach(slots::give);
    assertThat(List.of(slots.take(), slots.take())).isSubsetOf(held);
    assertThat(slots.take()).isNotIn(held);
  }

  @Test
  void capacity_notAPowerOfTwo_isRefused() {
    assertThatThrownBy(() -> slots(3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a capacity is a power of two, not 3");
    assertThatThrownBy(() -> slots(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void manyThreads_neverHoldOneObjectTwice() throws Exception {
    Slots<Held> slots = slots(1);
    List<Callable<Boolean>> users = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      users.add(() -> use(slots));
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
      for (Future<Boolean> alone : pool.invokeAll(users)) {
        assertThat(alone.get()).isTrue();
      }
    }
  }

  private static boolean use(Slots<Held> slots) {
    boolean alone = true;
    for (int i = 0; i < 50_000; i++) {
      Held held = slots.take();
      alone &= held.taken.compareAndSet(false, true);
      for (int spin = 0; spin < 100; spin++) {
        Thread.onSpinWait();
      }
      alone &= held.taken.compareAndSet(true, false);
      slots.give(held);
    }
    return alone;
  }

  private Slots<Held> slots(int capacity) {
    return new Slots<>(
        capacity,
        () -> {
          made.incrementAndGet();
          return new Held();
        });
  }

  private static final class Held {
    final AtomicBoolean taken = new AtomicBoolean();
  }
}
