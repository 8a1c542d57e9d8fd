package dev.lanewise.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.io.ChildJvm;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Sequential;
import dev.lanewise.optim.Adam;
import dev.lanewise.optim.CosineSchedule;
import dev.lanewise.optim.Optimizer;
import dev.lanewise.optim.Scheduler;
import dev.lanewise.optim.State;
import dev.lanewise.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while it saves leaves the last snapshot whole. */
final class SnapshotKilledTest {
  private static final int KILLS = 50;
  private static final int LONGEST_LIFE_MILLIS = 60;

  @TempDir Path folder;

  @Test
  void write_killedAtAnyMoment_leavesAWholeSnapshot() throws Exception {
    Path file = folder.resolve("run.safetensors");
    Snapshot.write(file, trained());
    Random random = new Random(7);
    double saved = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Process child = ChildJvm.start(Saver.class, file.toString());
      try {
        awaitSave(child);
        Thread.sleep(random.nextInt(LONGEST_LIFE_MILLIS));
      } finally {
        child.destroyForcibly().waitFor();
      }
      Map<String, State> states = Snapshot.read(file);
      Map<String, Double> run = states.remove("run").numbers();
      assertThat(states.keySet())
          .containsExactlyInAnyOrder("model", "optimizer", "schedule", "dropout");
      assertThat(run.get("checksum")).isEqualTo(checksum(states));
      assertThat(run.get("saves")).isGreaterThan(saved);
      saved = run.get("saves");
    }
    try (var left = Files.list(folder)) {
      assertThat(left.filter(path -> !path.equals(file))).as("kills within a save").isNotEmpty();
    }
  }

  private static void awaitSave(Process child) throws IOException {
    StringBuilder printed = new StringBuilder();
    BufferedReader out = child.inputReader();
    String line;
    do {
      line = out.readLine();
      printed.append(line).append('\n');
    } while (line != null && !line.equals(Saver.SAVED));
    assertThat(line).as(printed.toString()).isNotNull();
  }

  private static double checksum(Map<String, State> states) {
    CRC32 sum = new CRC32();
    new TreeMap<>(states)
        .forEach((name, state) -> {
          new TreeMap<>(state.arrays())
              .forEach((own, array) -> {
                sum.update((name + own + array.shape()).getBytes(StandardCharsets.UTF_8));
                sum.update(bytes(array).asByteBuffer());
              });
          sum.update(new TreeMap<>(state.numbers()).toString().getBytes(StandardCharsets.UTF_8));
        });
    return sum.getValue();
  }

  /** The bytes of an array that came from a file, which is contiguous. */
  private static MemorySegment bytes(NDArray array) {
    return array.segment().asSlice(Float.BYTES * array.offset(), Float.BYTES * array.size());
  }

  /** Every part of a run after a step. */
  private static Map<String, State> trained() {
    Sequential model = new Sequential(new Linear(128, 256), new Dropout(0.1), new Linear(256, 8));
    Optimizer optimizer = new Adam(model.parameters(), 1e-3);
    Scheduler scheduler = new Scheduler(optimizer, new CosineSchedule(1000));
    Tensor x = Tensor.of(NDArray.full(Shape.of(4, 128), 0.5f));
    Losses.mse(model.forward(x), Tensor.of(NDArray.zeros(Shape.of(4, 8)))).backward();
    optimizer.step();
    scheduler.step();
    Map<String, State> states = new LinkedHashMap<>();
    states.put("model", new State(model.stateDict(), Map.of()));
    states.put("optimizer", optimizer.stateDict());
    states.put("schedule", scheduler.stateDict());
    states.put("dropout", DropoutState.of(model));
    states.put("run", new State(Map.of(), Map.of("saves", 0.0)));
    return states;
  }

  /** The process that is killed: it writes other values to every array and saves, until then. */
  static final class Saver {
    static final String SAVED = "saved";

    /** For a parent that dies before it kills. */
    private static final int LONGEST_LIFE_SECONDS = 60;

    private Saver() {}

    public static void main(String[] args) throws IOException {
      Path file = Path.of(args[0]);
      Map<String, State> states = Snapshot.read(file);
      double saves = states.remove("run").numbers().get("saves");
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_LIFE_SECONDS);
      while (System.nanoTime() < end) {
        saves++;
        byte value = (byte) saves;
        states.values().forEach(s -> s.arrays().values().forEach(a -> bytes(a).fill(value)));
        Map<String, Double> run = Map.of("saves", saves, "checksum", checksum(states));
        Map<String, State> whole = new LinkedHashMap<>(states);
        whole.put("run", new State(Map.of(), run));
        Snapshot.write(file, whole);
        System.out.println(SAVED);
      }
    }
  }
}
