package dev.lanewise.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) throws Exception {
    return Main.run(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        args);
  }

  private void assertRefused(String sentence, String... args) throws Exception {
    assertThat(run(args)).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(sentence, "See --help.");
    assertThat(out.size()).isZero();
  }

  @Test
  void helpListsTheCommandsAndTheGroups() throws Exception {
    assertThat(run("--help")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("quick [--json FILE]", "full [--json FILE] [GROUP...]", Group.words());
  }

  @Test
  void withoutACommandItHelpsAndRunsNothing() throws Exception {
    assertThat(run()).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("Usage:");
  }

  @Test
  void anUnknownGroupIsNamedBesideTheKnownOnes() throws Exception {
    assertRefused(
        "full has no group 'gemm'; its groups are roofline, sgemm, gemv, narrow, inference,"
            + " predictor, training, map, operations, adam, region, callers, mixed",
        "full",
        "sgemm",
        "gemm");
  }

  @Test
  void anUnknownOptionIsNamedBesideTheKnownOne() throws Exception {
    assertRefused("full has no option --csv; its only one is --json FILE", "full", "--csv", "x");
  }

  @Test
  void aFileIsMissing() throws Exception {
    assertRefused("--json wants the name of a file after it", "quick", "--json");
  }

  @Test
  void quickTakesNoGroup() throws Exception {
    assertRefused(
        "quick runs something of every group, so it takes no 'sgemm'; full takes the names of"
            + " groups",
        "quick",
        "sgemm");
  }
}
