package dev.lanewise.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.runner.BenchmarkListEntry;

class SuiteTest {
  @TempDir private Path folder;

  @Test
  void create_makesTheFolderToo() {
    Path json = folder.resolve("new/results.json");
    Suite.create(json);
    assertThat(json).isRegularFile();
  }

  @Test
  void create_refusesAFolder() {
    assertThatThrownBy(() -> Suite.create(folder))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("the results cannot be written to " + folder + ": ");
  }

  @Test
  void cases_oneForEachSetOfParameters() {
    Selection map = Selection.of("Map");
    assertThat(Suite.cases(map.with("function", "exp", "tanh"), ours())).hasSize(2 * 3);
    assertThat(Suite.cases(map, ours())).hasSize(5 * 3);
  }

  @Test
  void cases_theSameWorkSideBySide() {
    Selection adam = Selection.of("Adam").with("parameters", "1", "2");
    assertThat(Suite.cases(adam, ours()))
        .extracting(
            run -> run.method().replaceFirst(".*\\.", "") + " " + run.params().get("parameters"))
        .containsExactly("lanewise 1", "traffic 1", "lanewise 2", "traffic 2");
  }

  private static List<BenchmarkListEntry> ours() {
    return Suite.benchmarks().stream()
        .filter(benchmark -> !benchmark.getUsername().contains(".peers."))
        .toList();
  }
}
