package dev.lanewise.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What JMH measured of one method with one set of parameters.
 *
 * @param benchmark the simple name of the class
 * @param params the parameters' values by name
 * @param mode JMH's short name of the mode, such as thrpt
 * @param counters the other quantities by name
 */
record Measurement(
    String benchmark,
    String method,
    Map<String, String> params,
    String mode,
    Metric score,
    Map<String, Metric> counters,
    Protocol protocol,
    Jvm jvm) {

  private static final String ALLOCATED = "gc.alloc.rate.norm";

  /** How a benchmark was run, in the words of its table. */
  record Protocol(int forks, String warmup, String measured, int threads) {}

  /** The Java that ran a benchmark. */
  record Jvm(String jdk, String vm, List<String> flags, String jmh) {}

  static Measurement of(Json json) {
    String[] name = json.string("benchmark").split("\\.", -1);
    if (name.length < 2) {
      throw new Failure(json.where() + " names no class and method as its benchmark");
    }
    Map<String, String> params = new TreeMap<>();
    json.objectOrEmpty("params")
        .fields()
        .forEach((key, value) -> params.put(key, value.toString()));
    Map<String, Metric> counters = new LinkedHashMap<>();
    Json secondary = json.objectOrEmpty("secondaryMetrics");
    for (String counter : secondary.fields().keySet()) {
      Json metric = secondary.object(counter);
      // Profilers also write quantities of the whole run, which have no forks.
      if (metric.has("rawData") && !metric.list("rawData").isEmpty()) {
        counters.put(counter, Metric.of(metric));
      }
    }
    return new Measurement(
        name[name.length - 2],
        name[name.length - 1],
        params,
        json.string("mode"),
        Metric.of(json.object("primaryMetric")),
        counters,
        new Protocol(
            json.integer("forks"),
            json.integer("warmupIterations") + " x " + json.string("warmupTime"),
            json.integer("measurementIterations") + " x " + json.string("measurementTime"),
            json.integer("threads")),
        new Jvm(
            json.string("jdkVersion"),
            json.string("vmName") + " " + json.string("vmVersion"),
            json.strings("jvmArgs"),
            json.string("jmhVersion")));
  }

  /** Whether both measured the same work. */
  boolean sameWork(Measurement other) {
    return benchmark.equals(other.benchmark)
        && method.equals(other.method)
        && params.equals(other.params)
        && mode.equals(other.mode);
  }

  /** This measurement with the forks of {@code other} after its own. */
  Measurement and(Measurement other) {
    Map<String, Metric> all = new LinkedHashMap<>(counters);
    other.counters.forEach((name, metric) -> all.merge(name, metric, Metric::and));
    return new Measurement(
        benchmark, method, params, mode, score.and(other.score), all, protocol, jvm);
  }

  /** Whether single calls were timed, so that it has percentiles. */
  boolean isSampled() {
    return mode.equals("sample");
  }

  /** This measurement with a percentile of each fork in place of its times. */
  Measurement at(Percentile percentile) {
    return new Measurement(
        benchmark, method, params, mode, score.at(percentile), Map.of(), protocol, jvm);
  }

  /** What a table shows of it. */
  Figure figure() {
    List<Figure> counted = new ArrayList<>();
    for (Figure.Counter counter : Figure.Counter.values()) {
      Metric metric = counters.get(counter.field());
      if (metric != null) {
        counted.add(Figure.counted(counter, metric));
      }
    }
    return counted.isEmpty() ? Figure.of(mode, score) : counted.getFirst();
  }

  /** The heap that one operation allocated, or a blank where it was not measured. */
  String heap() {
    Metric metric = counters.get(ALLOCATED);
    return metric == null ? "" : Numbers.bytes(metric.all().median());
  }

  boolean countsHeap() {
    return counters.containsKey(ALLOCATED);
  }

  boolean isPeers() {
    return benchmark.endsWith("PeersBenchmark");
  }

  /** What is measured, whoever does it: the class without its ending. */
  String group() {
    return benchmark.replaceFirst("(Peers)?Benchmark$", "");
  }
}
