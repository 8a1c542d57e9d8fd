package dev.lanewise.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * The table at the end of a run: Lanewise's scores, each beside its limit and beside the best peer,
 * both measured in the same run.
 */
final class Summary {
  private final List<Score> scores;

  private Summary(List<Score> scores) {
    this.scores = scores;
  }

  /**
   * One result: the counter that says most; the median of sampled times; else JMH's own score.
   *
   * @param benchmark the class without {@code Benchmark} and {@code Peers}
   * @param lessIsBetter whether the score is a time
   */
  record Score(
      String benchmark,
      boolean peer,
      String method,
      Map<String, String> params,
      double value,
      String unit,
      boolean lessIsBetter) {
    private static final Map<String, String> COUNTERS = new LinkedHashMap<>();

    static {
      COUNTERS.put("gigabytes", "GB/s");
      COUNTERS.put("gflops", "GFLOPS");
      COUNTERS.put("gelements", "G elements/s");
      COUNTERS.put("calls", "calls/s");
    }

    static Score of(RunResult result) {
      String name = result.getParams().getBenchmark();
      int dot = name.lastIndexOf('.');
      String type = name.substring(name.lastIndexOf('.', dot - 1) + 1, dot);
      String stem = type.replaceFirst("(Peers)?Benchmark$", "");
      Map<String, String> params = new LinkedHashMap<>();
      for (String key : result.getParams().getParamsKeys()) {
        params.put(key, result.getParams().getParam(key));
      }
      Result<?> best = result.getPrimaryResult();
      boolean sampled = result.getParams().getMode() == Mode.SampleTime;
      double value = sampled ? best.getStatistics().getPercentile(50) : best.getScore();
      String unit = best.getScoreUnit();
      boolean time = !unit.startsWith("ops/");
      for (Map.Entry<String, String> counter : COUNTERS.entrySet()) {
        Result<?> counted = result.getSecondaryResults().get(counter.getKey());
        if (counted != null) {
          value = counted.getScore();
          unit = counter.getValue();
          time = false;
          break;
        }
      }
      return new Score(
          stem,
          type.endsWith("PeersBenchmark"),
          name.substring(dot + 1),
          params,
          value,
          unit,
          time);
    }

    /** Returns the parameters as a person reads them; one thread is not worth a word. */
    String work() {
      return params.entrySet().stream()
          .filter(param -> !(param.getKey().equals("threads") && param.getValue().equals("1")))
          .map(param -> param.getKey() + " " + param.getValue())
          .collect(Collectors.joining(", "));
    }

    boolean sameWork(Score other) {
      return benchmark.equals(other.benchmark) && params.equals(other.params);
    }

    String threads() {
      return params.getOrDefault("threads", "1");
    }

    /** Returns how much better this is than {@code other}, 1 where they are equal. */
    double ratioTo(Score other) {
      return lessIsBetter ? other.value / value : value / other.value;
    }
  }

  /** Returns the lines of the table. */
  static List<String> of(Collection<RunResult> results) {
    return table(results.stream().map(Score::of).toList());
  }

  /** Returns the lines of the table of {@code scores}. */
  static List<String> table(List<Score> scores) {
    Summary summary = new Summary(scores);
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of("benchmark", "of", "score", "unit", "beside its limit", "beside the best peer"));
    for (Score score : scores) {
      if (!score.peer()) {
        rows.add(
            List.of(
                score.benchmark() + "." + score.method(),
                score.work(),
                number(score.value()),
                score.unit(),
                summary.besideLimit(score),
                summary.besidePeer(score)));
      }
    }
    return aligned(rows);
  }

  private String besideLimit(Score score) {
    return switch (score.benchmark()) {
      case "Sgemm" ->
          percent(score, find("Roofline", "fma", Map.of("threads", score.threads())), "the peak");
      case "Gemv" -> {
        String level = level(score).name();
        Map<String, String> params = Map.of("level", level, "threads", score.threads());
        yield percent(score, find("Bandwidth", "read", params), level + "'s bandwidth");
      }
      case "Adam" ->
          score.method().equals("traffic")
              ? "-"
              : percent(score, find("Adam", "traffic", score.params()), "its traffic");
      case "Narrow" -> percent(score, find(score, "weights", "FLOAT32"), "float32");
      case "Callers" -> percent(score, find(score, "callers", "1"), "one caller");
      case "Mixed" -> percent(score, find(score, "profile", "clean"), "clean");
      default -> "-";
    };
  }

  private static CacheLevel level(Score gemv) {
    long bytes = Float.BYTES;
    for (String side : gemv.params().getOrDefault("size", "").split("x", -1)) {
      bytes *= Long.parseLong(side);
    }
    return CacheLevel.holding(bytes);
  }

  private String besidePeer(Score score) {
    return scores.stream()
        .filter(other -> other.peer() && other.sameWork(score) && score.method().equals("lanewise"))
        .min(Comparator.comparingDouble(score::ratioTo))
        .map(peer -> besidePeer(score, peer))
        .orElse("-");
  }

  private static String besidePeer(Score score, Score peer) {
    String ratio = number(score.value() / peer.value());
    return ratio + " of " + peer.method() + (score.lessIsBetter() ? "'s time" : "");
  }

  private Optional<Score> find(Score like, String param, String value) {
    Map<String, String> params = new LinkedHashMap<>(like.params());
    boolean itself = value.equals(params.put(param, value));
    return itself ? Optional.empty() : find(like.benchmark(), like.method(), params);
  }

  private Optional<Score> find(String benchmark, String method, Map<String, String> params) {
    return scores.stream()
        .filter(score -> !score.peer() && score.benchmark().equals(benchmark))
        .filter(score -> score.method().equals(method) && score.params().equals(params))
        .findFirst();
  }

  private static String percent(Score score, Optional<Score> limit, String name) {
    return limit
        .map(of -> String.format(Locale.ROOT, "%.0f%% of %s", 100 * score.ratioTo(of), name))
        .orElse("-");
  }

  private static String number(double value) {
    int decimals = value >= 1000 ? 0 : value >= 100 ? 1 : value >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  private static List<String> aligned(List<List<String>> rows) {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String padding = " ".repeat(widths[i] - row.get(i).length());
        boolean right = i == 2; // the scores
        line.append(right ? padding + row.get(i) : row.get(i) + padding).append("  ");
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
