package dev.lanewise.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.options.TimeValue;

class TurnsTest {
  private static final TimeValue SHORT = TimeValue.milliseconds(1);

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @Test
  void eachHasItsTurns_andALine() {
    Selection adam = Selection.of("Adam").with("parameters", "16", "32");
    List<RunResult> results = run(new Turns(3, SHORT, SHORT, SHORT), adam);
    assertThat(results).hasSize(2 * 2);
    for (RunResult result : results) {
      assertThat(result.getBenchmarkResults()).hasSize(1);
      BenchmarkResult fork = result.getBenchmarkResults().iterator().next();
      assertThat(fork.getIterationResults()).hasSize(3);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("Adam.lanewise")
        .contains("parameters 32")
        .contains("% of its traffic");
  }

  @Test
  void oneThatCannotRun_isToldOf_andTheOthersRun() {
    Selection gemm = Selection.of("Sgemm").with("product", "NN of nothing", "NN 2x3x4");
    assertThat(run(new Turns(1, SHORT, SHORT, SHORT), gemm)).hasSize(1);
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("JMH could not run")
        .contains("NN of nothing");
  }

  private List<RunResult> run(Turns turns, Selection selection) {
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    List<BenchmarkListEntry> ours =
        Suite.benchmarks().stream()
            .filter(benchmark -> !benchmark.getUsername().contains(".peers."))
            .toList();
    Map<String, TurnJvm> jvms = new TreeMap<>();
    try {
      return Suite.works(selection, ours).stream()
          .flatMap(work -> turns.run(work, jvms, out).stream())
          .toList();
    } finally {
      jvms.values().forEach(TurnJvm::close);
    }
  }
}
