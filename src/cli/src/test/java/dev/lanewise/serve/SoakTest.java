package dev.lanewise.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.memory.Memory;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service under load while its model is replaced again and again. */
final class SoakTest {
  private static final int CLIENTS = 6;
  private static final int ROWS = 5;
  private static final int FACTORS = 16;

  /**
   * What the heap may differ by without a leak: classes and compiled code's data that come late,
   * buffers of the client and of the server.
   */
  private static final long HEAP_SLACK = 12L << 20;

  /** Versions until everything that stays is there. */
  private static final int EARLY_VERSIONS = 20;

  /** Answers that the client may lose: in some twenty runs it lost one. */
  private static final long MOST_LOST = 5;

  /** A work space, of which there are four for each processor, keeps the version it ran last. */
  private static final long MEMORY_SLACK = (4L << 14) * Runtime.getRuntime().availableProcessors();

  @TempDir private Path folder;

  /** Eight seconds with many new versions, and ten minutes with one a second if {@code -Dlong}. */
  @Test
  void soak() throws Exception {
    if (System.getProperty("long") == null) {
      soak(Duration.ofSeconds(8), Duration.ofMillis(40));
    } else {
      soak(Duration.ofMinutes(10), Duration.ofSeconds(1));
    }
  }

  private void soak(Duration length, Duration between) throws Exception {
    AtomicLong calls = new AtomicLong();
    AtomicLong lost = new AtomicLong();
    ConcurrentSkipListSet<Integer> factors = new ConcurrentSkipListSet<>();
    try (Served served = Served.start(folder);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      long end = System.nanoTime() + length.toNanos();
      List<Future<?>> done = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        int mine = client;
        done.add(
            clients.submit(() -> {
              while (System.nanoTime() < end) {
                try {
                  factors.add(ask(served, mine));
                  calls.incrementAndGet();
                } catch (IOException e) {
                  if (!lostByTheClient(e)) {
                    throw e;
                  }
                  lost.incrementAndGet();
                }
              }
              return null;
            }));
      }
      long heap = 0;
      long memory = 0;
      int version = 1;
      while (System.nanoTime() < end) {
        version++;
        Thread.sleep(between);
        Served.write(served.file, 1 + version % FACTORS);
        served.model.refresh(served.told::add); // sooner than it would be seen by itself
        assertThat(served.model.version()).isEqualTo(version);
        if (version == EARLY_VERSIONS) {
          heap = heap();
          memory = settledMemory(Long.MAX_VALUE);
        }
      }
      for (Future<?> one : done) {
        one.get();
      }
      assertThat(version).isGreaterThan(2 * EARLY_VERSIONS);
      assertThat(factors).hasSize(FACTORS);
      assertThat(Long.parseLong(served.metric("lanewise_requests_total{status=\"200\"}")))
          .isBetween(calls.get(), calls.get() + lost.get());
      assertThat(lost.get()).as("answers that the client lost").isLessThan(MOST_LOST);
      assertThat(served.metric("lanewise_model_reload_failures_total")).isEqualTo("0");
      assertThat(served.told).hasSize(version - 1).allMatch(line -> line.startsWith("took"));
      assertThat(heap()).as("heap").isLessThan(heap + HEAP_SLACK);
      long most = memory + MEMORY_SLACK;
      assertThat(settledMemory(most)).as("off-heap memory").isLessThan(most);
    }
  }

  /**
   * Says whether the JDK's client closed the connection on which an answer came, as the watch over
   * its idle connections sometimes does to one that was just taken from among them (JDK-8357639).
   */
  private static boolean lostByTheClient(IOException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if ("Data received while in pool".equals(cause.getMessage())) {
        return true;
      }
    }
    return false;
  }

  /** Returns the factor of the version that answered some rows, all of which must be its. */
  private static int ask(Served served, int client) throws IOException, InterruptedException {
    ByteBuffer rows = ByteBuffer.allocate(ROWS * Served.WIDTH * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < ROWS; row++) {
      rows.putFloat(client * ROWS + row + 1).putFloat(1).putFloat(2).putFloat(3);
    }
    HttpResponse<byte[]> answer =
        served.client.send(
            served
                .to("/predict")
                .header("Content-Type", Served.FLOATS)
                .POST(BodyPublishers.ofByteArray(rows.array()))
                .build(),
            BodyHandlers.ofByteArray());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).hasSize(ROWS * Served.OUT * 4);
    ByteBuffer outputs = ByteBuffer.wrap(answer.body()).order(ByteOrder.LITTLE_ENDIAN);
    float first = outputs.getFloat(0) / Served.answer(1, client * ROWS + 7);
    int factor = (int) Math.round(Math.sqrt(first));
    for (int row = 0; row < ROWS; row++) {
      for (int i = 0; i < Served.OUT; i++) {
        assertThat(outputs.getFloat())
            .as("row %d of the version of factor %d", row, factor)
            .isEqualTo(Served.answer(factor, client * ROWS + row + 7));
      }
    }
    return factor;
  }

  private static long heap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** The least off-heap memory in use that a few collections come to, as cleaners take a while. */
  private static long settledMemory(long enough) throws InterruptedException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 20 && (i < 5 || least > enough); i++) {
      System.gc();
      Thread.sleep(50);
      least = Math.min(least, Memory.inUse());
    }
    return least;
  }
}
