package dev.lanewise.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CallersTest {
  @Test
  void count_onlyCallsSinceTheLastLook() throws InterruptedException {
    AtomicInteger busy = new AtomicInteger();
    CountDownLatch made = new CountDownLatch(10);
    try (Callers callers =
        Callers.start(
            List.of(
                () -> {
                  busy.getAndIncrement();
                  made.countDown();
                },
                Thread::yield))) {
      made.await();
      Calls before = new Calls();
      callers.count(before);
      // The caller counts a call after it, and may be in the next.
      assertThat(before.calls).isGreaterThanOrEqualTo(9);
      assertThat(before.slowest).isLessThanOrEqualTo(before.calls);
      int until = busy.get();
      callers.look();
      Calls after = new Calls();
      callers.count(after);
      assertThat(after.slowest).isLessThanOrEqualTo(2L * (busy.get() - until + 1));
    }
    int last = busy.get();
    assertThat(busy.get()).as("nobody calls once it is closed").isEqualTo(last);
  }

  @Test
  void failingCaller_isTold() throws InterruptedException {
    RuntimeException fault = new IllegalStateException("no");
    CountDownLatch called = new CountDownLatch(1);
    Callers callers =
        Callers.start(
            List.of(() -> {
              called.countDown();
              throw fault;
            }));
    called.await();
    callers.close();
    assertThatThrownBy(callers::check)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a caller failed")
        .hasCause(fault);
  }
}
