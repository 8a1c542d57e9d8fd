package dev.lanewise.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.bench.Summary.Score;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private static final Map<String, String> SGEMM =
      new TreeMap<>(Map.of("product", "NN 8x8x8", "threads", "2"));

  private static Score score(
      String benchmark, String method, Map<String, String> params, double value) {
    return new Score(benchmark, !method.equals("lanewise"), method, params, value, "GFLOPS", false);
  }

  private static Score time(String method, double value) {
    Map<String, String> params = Map.of("batch", "1");
    return new Score("Inference", !method.equals("lanewise"), method, params, value, "us/op", true);
  }

  private static Score ours(
      String benchmark, String method, Map<String, String> params, double value) {
    return new Score(benchmark, false, method, params, value, "GB/s", false);
  }

  private static void assertLastRow(List<Score> scores, String... cells) {
    assertThat(Summary.table(scores).getLast().split("  +", -1)).containsExactly(cells);
  }

  @Test
  void besideThePeakOfAsManyThreadsAndTheBestPeer() {
    assertLastRow(
        List.of(
            ours("Roofline", "fma", Map.of("threads", "1"), 100),
            ours("Roofline", "fma", Map.of("threads", "2"), 200),
            score("Sgemm", "mkl", SGEMM, 150),
            score("Sgemm", "openblas", SGEMM, 160),
            score("Sgemm", "openblas", Map.of("product", "NN 9x9x9", "threads", "2"), 190),
            score("Sgemm", "lanewise", SGEMM, 176)),
        "Sgemm.lanewise",
        "product NN 8x8x8, threads 2",
        "176.0",
        "GFLOPS",
        "88% of the peak",
        "1.10 of openblas");
  }

  @Test
  void aTimeBesideTheShortestOfThePeers() {
    assertLastRow(
        List.of(time("libtorch", 30), time("onnxruntime", 8), time("lanewise", 2)),
        "Inference.lanewise",
        "batch 1",
        "2.00",
        "us/op",
        "-",
        "0.250 of onnxruntime's time");
  }

  @Test
  void aProductWithOneRowBesideTheBandwidthOfItsWeights() {
    assertLastRow(
        List.of(
            ours("Bandwidth", "read", Map.of("level", "L1", "threads", "1"), 400),
            ours("Bandwidth", "read", Map.of("level", "L3", "threads", "1"), 50),
            ours("Gemv", "lanewise", Map.of("size", "2048x1024"), 48)),
        "Gemv.lanewise",
        "size 2048x1024",
        "48.00",
        "GB/s",
        "96% of L3's bandwidth",
        "-");
  }

  @Test
  void severalCallersBesideOne() {
    assertLastRow(
        List.of(
            ours("Callers", "lanewise", Map.of("callers", "1"), 2000),
            ours("Callers", "lanewise", Map.of("callers", "4"), 1000)),
        "Callers.lanewise",
        "callers 4",
        "1,000",
        "GB/s",
        "50% of one caller",
        "-");
  }

  @Test
  void withoutItsLimitAScoreStandsAlone() {
    assertLastRow(
        List.of(ours("Mixed", "sgemm256", Map.of("profile", "mixed"), 90)),
        "Mixed.sgemm256",
        "profile mixed",
        "90.00",
        "GB/s",
        "-",
        "-");
  }
}
