package dev.lanewise.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Reports of JMH's own output. The JSON under the resources was measured; the names of its
 * benchmarks and parameters are those of this suite, some percentiles and counters are cut away.
 */
class ReportCommandTest {
  private static final Machine MACHINE =
      new Machine(
          "a processor",
          2,
          Map.copyOf(new TreeMap<>(Map.of("L1", 32L << 10))),
          "16.0 GB",
          "a system");

  @TempDir private Path folder;

  private record Run(int code, String out, String err) {}

  private Run run(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>();
    for (Object arg : args) {
      all.add(arg.toString());
    }
    int code = ReportCommand.run(all, MACHINE, new PrintWriter(out), new PrintWriter(err));
    return new Run(code, out.toString(), err.toString());
  }

  private Run report(Object... args) {
    List<Object> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--out", out(), "--date", "2026-01-31"));
    return run(all.toArray());
  }

  private Path out() {
    return folder.resolve("reports");
  }

  private String text() throws IOException {
    return Files.readString(out().resolve("2026-01-31-kernels.md"));
  }

  private static Path resource(String name) {
    return Path.of("src/test/resources/dev/lanewise/bench/report", name);
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  /** One of JMH's results, of one fork with one iteration. */
  private static String entry(String name, String params, String counter, double perNanosecond) {
    return """
    {"jmhVersion":"1.37","benchmark":"dev.lanewise.bench.%s","mode":"thrpt","threads":1,"forks":1,
     "jvmArgs":[],"jdkVersion":"25.0.3","vmName":"VM","vmVersion":"25","warmupIterations":1,
     "warmupTime":"1 s","measurementIterations":1,"measurementTime":"1 s","params":{%s},
     "primaryMetric":{"scoreUnit":"ops/ns","rawData":[[0.5]]},
     "secondaryMetrics":{"%s":{"scoreUnit":"ops/ns","rawData":[[%s]]}}}\
    """
        .formatted(name, params, counter, perNanosecond);
  }

  /** One of JMH's results of single calls: of each fork, times and how often they were seen. */
  private static String sampled(String method, String callers, String... forks) {
    return """
    {"jmhVersion":"1.37","benchmark":"dev.lanewise.bench.%s","mode":"sample","threads":1,
     "forks":1,"jvmArgs":[],"jdkVersion":"25.0.3","vmName":"VM","vmVersion":"25",
     "warmupIterations":1,"warmupTime":"1 s","measurementIterations":1,"measurementTime":"1 s",
     "params":{"network":"8-1","batch":"1","callers":"%s","pressure":"none"},
     "primaryMetric":{"scoreUnit":"us/op","rawDataHistogram":[%s]},
     "secondaryMetrics":{"gc.alloc.rate.norm":{"scoreUnit":"B/op","rawData":[[0.001]]}}}\
    """
        .formatted(method, callers, String.join(",", forks));
  }

  @Test
  void predictor_percentilesBesideThePeer() throws IOException {
    String[] ours = {"[[[1.0,900],[3.0,95],[20.0,5]]]", "[[[1.2,900],[5.0,95],[40.0,5]]]"};
    String theirs = "[[[10.0,900],[20.0,95],[60.0,5]]]";
    Path json =
        file(
            "predictor.json",
            "["
                + String.join(
                    ",",
                    sampled("PredictorBenchmark.lanewise", "1", ours),
                    sampled("PredictorBenchmark.lanewise", "8", ours),
                    sampled("PredictorPeersBenchmark.onnxruntime", "1", theirs),
                    sampled("PredictorPeersBenchmark.onnxruntime", "8", theirs))
                + "]");
    assertThat(report(json).code()).isZero();
    assertThat(text())
        .contains("## Latencies of a predictor\n\nTimes of single calls. ")
        .contains(
            """
            | callers | Lanewise | ONNX Runtime | of the peer's time | heap B/op |
            |---|---|---|---|---|
            | 1 | 1.20 [1.00, 1.20] | 10.0 [10.0] | 0.12 | 0 |
            | 8 | 1.20 [1.00, 1.20] | 10.0 [10.0] | 0.12 | 0 |
            """)
        .contains("### p99\n\n")
        .contains("| 1 | 4.00 [3.00, 5.00] | 20.0 [20.0] | 0.20 |\n")
        .contains("### p99.9\n\n")
        .contains("| 1 | 30.0 [20.0, 40.0] | 60.0 [60.0] | 0.50 |\n")
        .contains("(2026-01-31-kernels/predictor.png)")
        .contains("Predictor beside the better peer=0.12\n")
        .contains("Predictor p99.9 beside the better peer=0.50\n");
    assertChart("predictor", 1, 1);
  }

  @Test
  void sgemm_besideThePeakAndThePeers() throws IOException {
    assertThat(report(resource("sgemm.json")).code()).isZero();
    assertThat(text())
        .contains("| fma | 1 | 117.0 [117.0, 117.1, 117.0] GFLOPS |")
        .contains(
            "### Threads: 1\n\n"
                + "In GFLOPS; threads 1. 3 forks, 5 x 1 s of warm-up, 5 x 1 s measured.\n\n"
                + "| product | Lanewise | of the FMA peak | MKL | OpenBLAS | to the better peer |\n"
                + "|---|---|---|---|---|---|\n"
                + "| NN 256x256x256 | 109.1 [107.3, 109.6, 109.1] | 93%"
                + " | 100.8 [101.3, 100.8, 100.5] | 99.6 [100.0, 99.5, 99.6] | 1.08 |\n")
        .contains("- Of the FMA peak: geometric mean 91%, from 88% to 93%.\n")
        .contains("- To the better peer: geometric mean 1.06, from 1.03 to 1.08.\n")
        .contains("| Lanewise | to 1 thread |\n|---|---|\n| 201.0 [206.6, 196.3] | 1.96 |\n")
        .contains("<!-- headlines\nSGEMM of the FMA peak=0.91\n");
  }

  @Test
  void trainingStep_inTimesAndHeap() throws IOException {
    assertThat(report(resource("training.json")).code()).isZero();
    assertThat(text())
        .contains("In us; network 64-128-128-64-10; threads 1. 3 forks,")
        .contains(
            """
            | batch | Lanewise | libtorch | of the peer's time | heap B/op |
            |---|---|---|---|---|
            | 1 | 29.5 [29.1, 29.6, 29.6] | 297.1 [294.5, 303.2, 297.1] | 0.10 | 2,928 |
            """)
        .contains("Training step beside the better peer=0.17\n");
  }

  @Test
  void operations_besideThePeerInBothPasses() throws IOException {
    assertThat(report(resource("operations.json")).code()).isZero();
    assertThat(text())
        .contains("## Operations on tensors, and their gradients\n\nIn us. 1 fork, ")
        .contains(
            """
            | operation | pass | Lanewise | libtorch | of the peer's time |
            |---|---|---|---|---|
            | layerNorm 256x512 | forward | 67.4 [67.4] | 116.9 [116.9] | 0.58 |
            | layerNorm 256x512 | forward+backward | 256.6 [256.6] | 300.1 [300.1] | 0.85 |
            | softmax 256x512 | forward | 121.7 [121.7] | 141.9 [141.9] | 0.86 |
            | softmax 256x512 | forward+backward | 208.4 [208.4] | 188.8 [188.8] | 1.10 |
            """)
        .contains("- Of the peer's time: geometric mean 0.83, from 0.58 to 1.10.\n")
        .contains("(2026-01-31-kernels/operations.png)")
        .contains("Operations beside the better peer=0.83\n");
    assertChart("operations", 1, 1);
  }

  @Test
  void operationsWithoutAPeer_haveNoChart() throws IOException {
    Path json =
        file(
            "alone.json",
            "["
                + entry("OperationBenchmark.lanewise", "\"operation\":\"a 1x1\"", "other", 1)
                + "]");
    assertThat(report(json).code()).isZero();
    assertThat(text()).contains("No peer ran beside it.").doesNotContain("operations.png");
  }

  @Test
  void filesOfOneRun_giveTheirForksToEachOther() throws IOException {
    assertThat(report(resource("sgemm.json"), resource("training.json")).code()).isZero();
    assertThat(text()).contains("117.0 [117.0, 117.1, 117.0, 117.2, 116.9, 117.2] GFLOPS");
  }

  @Test
  void gemv_besideTheBandwidthOfTheCacheThatHoldsIt() throws IOException {
    Path json =
        file(
            "gemv.json",
            "["
                + String.join(
                    ",",
                    entry("BandwidthBenchmark.read", "\"level\":\"L1\"", "gigabytes", 200),
                    entry("BandwidthBenchmark.read", "\"level\":\"DRAM\"", "gigabytes", 20),
                    entry("GemvBenchmark.lanewise", "\"size\":\"64x64\"", "gigabytes", 100),
                    entry("GemvBenchmark.lanewise", "\"size\":\"512x512\"", "gigabytes", 19))
                + "]");
    assertThat(report(json).code()).isZero();
    assertThat(text())
        .contains("| 64x64 | 100.0 [100.0] | 50% |\n")
        .contains("| 512x512 | 19.0 [19.0] | 95% |\n")
        .contains("No peer ran beside it.");
  }

  @Test
  void narrow_besideFloat32OfTheSameWork() throws IOException {
    List<String> entries = new ArrayList<>();
    for (String batch : List.of("1", "4")) {
      double flops = Double.parseDouble(batch);
      for (String weights : List.of("FLOAT32", "INT8")) {
        String params = "\"batch\":\"" + batch + "\",\"weights\":\"" + weights + "\"";
        entries.add(entry("NarrowBenchmark.lanewise", params, "gflops", flops));
        flops *= 3;
      }
    }
    assertThat(report(file("narrow.json", "[" + String.join(",", entries) + "]")).code()).isZero();
    assertThat(text())
        .contains("## Linear layers with narrow weights\n")
        .contains("| FLOAT32 | 4 | 4.00 [4.00] |  |\n")
        .contains("| INT8 | 4 | 12.0 [12.0] | 3.00 |\n");
  }

  @Test
  void withoutLimits_aSentenceSaysSo() throws IOException {
    Path json =
        file(
            "alone.json",
            "[" + entry("SgemmBenchmark.lanewise", "\"product\":\"NN 8x8x8\"", "gflops", 7) + "]");
    assertThat(report(json).code()).isZero();
    assertThat(text())
        .contains("This run measured neither the FMA peak nor the bandwidths")
        .contains("no column says how much of the FMA peak it reached")
        .contains("| Lanewise |\n|---|\n| 7.00 [7.00] |\n");
  }

  @Test
  void sampledTimesAndUnknownBenchmarks_areShownPlain() throws IOException {
    Path json = file("odd.json", "[" + entry("OddBenchmark.thing", "", "other", 1) + "]");
    assertThat(report(resource("region.json"), json).code()).isZero();
    assertThat(text())
        .contains("| afterIdle | 62,144 [62,144, 62,144] | ns | 60,162,048 |\n")
        .contains("## Odd\n")
        .contains("| thing | 500,000,000 [500,000,000] | ops/s |\n");
  }

  @Test
  void coldStarts_haveATableAndAChart() throws IOException {
    Path json =
        file(
            "cold.json",
            """
            {"coldStart":{"network":"1-1","jdk":"25","leftOut":["X is left out: it is not built in."],
             "contenders":[{"name":"Lanewise","firstMillis":[30,10,20],"thousandthMillis":[50,40,60]},
              {"name":"libtorch","firstMillis":[80],"thousandthMillis":[90]}]}}
            """);
    assertThat(report(json).code()).isZero();
    assertThat(text())
        .contains("| Lanewise | 20.0 [10.0, 30.0] | 50.0 [40.0, 60.0] | 3 |\n")
        .contains("- X is left out: it is not built in.\n")
        .contains("Cold start beside the quicker peer=0.25\n")
        .contains("(2026-01-31-kernels/coldstart.png)");
    assertChart("coldstart", 1, 1);
  }

  @Test
  void charts_haveTheirSizeAndSomethingOnThem() throws IOException {
    assertThat(report(resource("sgemm.json"), resource("training.json")).code()).isZero();
    assertChart("sgemm-square", 1, 1);
    assertChart("training", 1, 1);
  }

  private void assertChart(String name, int across, int down) throws IOException {
    BufferedImage image =
        ImageIO.read(out().resolve("2026-01-31-kernels/" + name + ".png").toFile());
    assertThat(image.getWidth()).isEqualTo(across * Drawing.WIDTH);
    assertThat(image.getHeight()).isEqualTo(down * Drawing.HEIGHT);
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    // Text and lines have shades; a blank picture has one.
    assertThat(java.util.Arrays.stream(pixels).distinct().count()).isGreaterThan(20);
  }

  @Test
  void notes_standInTheirPlaces() throws IOException {
    Path notes =
        file(
            "notes.md",
            "## What was tried\n\nMuch.\n\n### More\n\n## Question\n\nWhy?\n\n## Verdict\n\nSo.\n");
    assertThat(report(resource("sgemm.json"), "--notes", notes, "--commit", "abc").code()).isZero();
    assertThat(text())
        .startsWith("# Kernels\n\n## Question\n\nWhy?\n\n## Machine and run\n\n")
        .contains("- **processor** a processor\n")
        .contains("- **caches** L1 32 KB\n")
        .contains("- **commit** abc\n")
        .contains("## Verdict\n\nSo.\n\n## What was tried\n\nMuch.\n\n### More\n\n<!-- headlines");
  }

  @Test
  void theSameInput_makesTheSameFiles() throws IOException {
    assertThat(report(resource("sgemm.json"), resource("training.json")).code()).isZero();
    Map<String, byte[]> first = files();
    assertThat(first).hasSizeGreaterThanOrEqualTo(4);
    assertThat(report(resource("sgemm.json"), resource("training.json")).code()).isZero();
    Map<String, byte[]> second = files();
    assertThat(second.keySet()).isEqualTo(first.keySet());
    second.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(first.get(name)));
  }

  @Test
  void aChartThatTheReportNoLongerShows_goes() throws IOException {
    assertThat(report(resource("sgemm.json")).code()).isZero();
    assertThat(report(resource("region.json")).code()).isZero();
    assertThat(files().keySet()).containsExactly("2026-01-31-kernels.md", "README.md");
  }

  private Map<String, byte[]> files() throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(out())) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(out().relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  @Test
  void index_listsAllReportsWithTheLatestFigures() throws IOException {
    Files.createDirectories(out());
    Files.writeString(out().resolve("2025-12-01-first.md"), "# The first\n\nBy hand.\n");
    Files.writeString(
        out().resolve("2026-01-01-older.md"),
        """
        # Older

        <!-- headlines
        SGEMM of the FMA peak=0.80
        GEMV of the read bandwidth=0.70
        -->
        """);
    Files.writeString(out().resolve("notes.md"), "# No report\n");
    assertThat(report(resource("sgemm.json")).code()).isZero();
    String index = Files.readString(out().resolve("README.md"));
    assertThat(index)
        .contains("| SGEMM of the FMA peak | 0.91 | [Kernels](2026-01-31-kernels.md) |\n")
        .contains("| GEMV of the read bandwidth | 0.70 | [Older](2026-01-01-older.md) |\n")
        .contains(
            "| date | report | SGEMM of the FMA peak | SGEMM beside the better peer"
                + " | GEMV of the read bandwidth |\n|---|---|---|---|---|\n"
                + "| 2026-01-31 | [Kernels](2026-01-31-kernels.md) | 0.91 | 1.06 |  |\n"
                + "| 2026-01-01 | [Older](2026-01-01-older.md) | 0.80 |  | 0.70 |\n"
                + "| 2025-12-01 | [The first](2025-12-01-first.md) |  |  |  |\n")
        .doesNotContain("No report");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "''; is empty, not a JSON file",
        "not json; is not a JSON file: Unrecognized token",
        "[1; is not a JSON file: Unexpected end",
        "[] []; is not a JSON file: more follows",
        "{}; is neither JMH's JSON (-rf json) nor that of coldstart --json",
        "[]; holds no results",
        "[1]; result 1 should be an object",
        "[{}]; result 1 has no benchmark that is a string",
        "[{\"benchmark\":\"a.b\",\"mode\":\"thrpt\",\"primaryMetric\":{\"rawData\":[[]]}}];"
            + " has a fork without a measurement",
        "{\"coldStart\":{\"contenders\":[]}}; holds no runs",
      })
  void badFile_isNamedAndNothingIsWritten(String content, String sentence) throws IOException {
    Path bad = file("bad.json", content);
    Run run = report(resource("sgemm.json"), bad);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).startsWith("report: " + bad).contains(sentence);
    assertThat(out()).doesNotExist();
  }

  @Test
  void missingFileAndBadNotes_areFailures() throws IOException {
    assertThat(report(folder.resolve("none.json")).err()).contains("there is no file");
    Path notes = file("notes.md", "## Answer\n\n42\n");
    Run run = report(resource("sgemm.json"), "--notes", notes);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("'## Answer' should be one of [Question, Verdict, What was tried]");
    assertThat(out()).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--frob; there is no option --frob",
        "--out; --out should be followed by its value",
        "a.json --name A/B; --name should be small letters",
        "a.json --date 31.1.2026; --date should be like 2026-01-31",
        "a.json --commit a --commit b; --commit should be given once",
        "--name a; no JSON file is named",
      })
  void badUsage_isExplained(String args, String sentence) {
    Run run = run((Object[]) args.split(" ", -1));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(sentence).contains("usage: report");
  }
}
