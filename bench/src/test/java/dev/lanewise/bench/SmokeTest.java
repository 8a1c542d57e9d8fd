package dev.lanewise.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.kernel.Workers;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark of ours runs, on little work; how fast is no test's business. */
class SmokeTest {
  private static final String PEERS = "dev\\.lanewise\\.bench\\.peers\\.";
  private static final String IGNORE_LOCK = "jmh.ignoreLock";

  /** The least work of each parameter. A parameter that is not named here runs with all values. */
  private static final Map<String, String> LITTLE =
      Map.of(
          "level", "L1",
          "product", "TT 5x6x7",
          "size", "512x256",
          "network", "8-64-64-64-1",
          "batch", "1",
          "elements", "4096",
          "parameters", "1048576",
          "callers", "2",
          "pressure", "garbage",
          "profile", "mixed");

  private static final String[] LITTLE_OPERATIONS = {
    "layerNorm 4x16",
    "softmax 4x16",
    "crossEntropy 4x10",
    "conv2d 2x1x5x5 to 3",
    "attention 1x2x8x4",
    "causalAttention 1x2x8x4"
  };

  private final int threads = Workers.threads();

  @BeforeEach
  void runBesideOtherBenchmarks() {
    System.setProperty(IGNORE_LOCK, "true");
  }

  @AfterEach
  void restore() {
    System.clearProperty(IGNORE_LOCK);
    Workers.setThreads(threads);
  }

  @Test
  void everyBenchmarkRunsOnce() throws RunnerException {
    ChainedOptionsBuilder once =
        new OptionsBuilder()
            .exclude(PEERS)
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(10))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    LITTLE.forEach(once::param);
    once.param("operation", LITTLE_OPERATIONS);
    Collection<RunResult> results = new Runner(once.build()).run();
    List<String> ours =
        Suite.benchmarks().stream()
            .map(BenchmarkListEntry::getUsername)
            .filter(name -> !name.matches(PEERS + ".*"))
            .toList();
    assertThat(ours).hasSizeGreaterThanOrEqualTo(Group.values().length);
    assertThat(results.stream().map(r -> r.getParams().getBenchmark()).distinct())
        .containsExactlyInAnyOrderElementsOf(ours);
    assertThat(results).allSatisfy(r -> assertThat(r.getPrimaryResult().getScore()).isPositive());
    assertThat(Summary.of(results)).hasSize(1 + results.size());
  }
}
