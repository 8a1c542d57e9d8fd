package dev.lanewise.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jmh.runner.BenchmarkListEntry;

class SuiteOptionsTest {
  @Test
  void full_everyGroup() {
    List<Selection> all =
        Arrays.stream(Group.values()).flatMap(group -> group.full().stream()).toList();
    assertThat(SuiteOptions.full(List.of()).selections()).isEqualTo(all);
  }

  @Test
  void full_oneGroupBesideTheRoofline() {
    SuiteOptions options = SuiteOptions.full(List.of("map", "--json", "x/y.json"));
    assertThat(options.selections()).startsWith(Group.ROOFLINE.full().getFirst());
    assertThat(options.selections()).endsWith(Group.MAP.full().getFirst()).hasSize(2);
    assertThat(options.json()).isEqualTo(Path.of("x/y.json"));
  }

  @Test
  void quick_somethingOfEveryGroup() {
    SuiteOptions options = SuiteOptions.quick(List.of());
    assertThat(options.selections()).hasSameSizeAs(Group.values());
    assertThat(options.json().toString())
        .matches("bench-results.\\d{4}-\\d\\d-\\d\\d-\\d{4}-quick.json");
  }

  @Test
  void everyBenchmarkBelongsToAGroup() {
    for (BenchmarkListEntry benchmark : Suite.benchmarks()) {
      assertThat(Group.values())
          .as(benchmark.getUsername())
          .anySatisfy(group ->
              assertThat(benchmark.getUsername())
                  .containsPattern(Pattern.compile(group.quick().include())));
    }
  }

  /** With the peers where this build has them; callers and mixed set up for a minute besides. */
  @Test
  void quick_isShort_andFullIsNotLong() {
    List<BenchmarkListEntry> benchmarks = Suite.benchmarks();
    Duration quick = Suite.time(SuiteOptions.quick(List.of()).selections(), benchmarks);
    Duration full = Suite.time(SuiteOptions.full(List.of()).selections(), benchmarks);
    assertThat(quick).isLessThan(Duration.ofMinutes(4).plusSeconds(30));
    assertThat(full).isLessThan(Duration.ofMinutes(60));
  }

  /** A name or a parameter that no benchmark has would select nothing, silently. */
  @ParameterizedTest
  @EnumSource
  void everySelectionSelects(Group group) {
    List<BenchmarkListEntry> benchmarks = Suite.benchmarks();
    for (Selection selection : group.full()) {
      assertSelects(selection, benchmarks);
    }
    assertSelects(group.quick(), benchmarks);
  }

  private static void assertSelects(Selection selection, List<BenchmarkListEntry> benchmarks) {
    assertThat(Suite.cases(selection, benchmarks)).isNotEmpty();
    Pattern include = Pattern.compile(selection.include());
    for (String param : selection.params().keySet()) {
      assertThat(benchmarks)
          .as("%s of %s", param, selection.names())
          .anyMatch(b ->
              include.matcher(b.getUsername()).find()
                  && b.getParams().orElse(Map.of()).containsKey(param));
    }
  }

  @Test
  void theShapeSetIsWhole() {
    List<String> products = Group.SGEMM.full().getFirst().params().get("product");
    assertThat(products)
        .doesNotHaveDuplicates()
        .contains(
            "NN 16x16x16",
            "NN 2048x2048x2048",
            "NN 1x1x64",
            "NN 1024x4096x1024",
            "NN 64x64x16384",
            "TT 512x512x512",
            "NT 256x512x784",
            "TN 1024x1024x32")
        .allSatisfy(product -> assertThat(Product.of(product).flops()).isPositive());
    // Cubes; rows by columns and depths; the deep one; transposed cubes; linear layers. Three of
    // the
    // second set are named by another too: 64 and 1024 cubed, and 32x1024x1024.
    assertThat(products).hasSize(18 + 9 * 8 + 1 + 9 + 6 - 3);
  }
}
