package dev.lanewise.bench.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * One kind of work, by us and by the peers.
 *
 * @param name the benchmark's class without its ending
 * @param ours our methods
 * @param peers the peers' methods
 */
record Group(String name, List<Row> rows, List<String> ours, List<String> peers) {
  /** The method that the peers' stand beside. */
  static final String LANEWISE = "lanewise";

  private static final Map<String, String> TITLES =
      Map.ofEntries(
          Map.entry("Sgemm", "SGEMM, C = A B"),
          Map.entry("Gemv", "GEMV, a vector times a matrix of weights"),
          Map.entry("Narrow", "Linear layers with narrow weights"),
          Map.entry("Inference", "Inference of a multilayer perceptron"),
          Map.entry("Predictor", "Latencies of a predictor"),
          Map.entry("TrainingStep", "A training step: forward, mean squared error, backward, Adam"),
          Map.entry("Map", "Functions of each element, and softmax"),
          Map.entry("Operation", "Operations on tensors, and their gradients"),
          Map.entry("Adam", "A step of Adam"),
          Map.entry("Region", "An empty parallel region"),
          Map.entry("Callers", "Many callers at once"),
          Map.entry("Mixed", "After the JVM has seen many shapes"));

  private static final Map<String, String> SHORT_TITLES =
      Map.of(
          "Sgemm",
          "SGEMM",
          "Gemv",
          "GEMV",
          "Narrow",
          "Narrow weights",
          "TrainingStep",
          "Training step",
          "Map",
          "Functions",
          "Operation",
          "Operations");

  /** How parameters stand in a table, whose rows are sorted from left to right. */
  private static final List<String> PARAMS =
      List.of(
          "product",
          "network",
          "function",
          "operation",
          "weights",
          "work",
          "profile",
          "size",
          "elements");

  private static final Map<String, String> NAMES =
      Map.of(
          LANEWISE,
          "Lanewise",
          "mkl",
          "MKL",
          "openblas",
          "OpenBLAS",
          "vml",
          "MKL VML",
          "onednn",
          "oneDNN",
          "onnxruntime",
          "ONNX Runtime",
          "djl",
          "DJL",
          "dl4j",
          "DL4J");

  /** What all measured with one set of parameters, by method. */
  record Row(Map<String, String> params, Map<String, Measurement> measured) {
    Optional<Figure> figure(String method) {
      return Optional.ofNullable(measured.get(method)).map(Measurement::figure);
    }

    private Row at(Percentile percentile) {
      Map<String, Measurement> all = new LinkedHashMap<>();
      measured.forEach((method, measurement) -> all.put(method, measurement.at(percentile)));
      return new Row(params, all);
    }

    /** A parameter, or "1" where there is none: what has no threads runs on one. */
    String param(String name) {
      return params.getOrDefault(name, "1");
    }
  }

  static Group of(String name, List<Measurement> measurements) {
    Map<Map<String, String>, Map<String, Measurement>> rows = new LinkedHashMap<>();
    List<String> ours = new ArrayList<>();
    List<String> peers = new ArrayList<>();
    // Ours first: the order of the rows is that of our benchmark.
    for (boolean peer : new boolean[] {false, true}) {
      for (Measurement measurement : measurements) {
        if (measurement.isPeers() == peer) {
          rows.computeIfAbsent(measurement.params(), _ -> new LinkedHashMap<>())
              .put(measurement.method(), measurement);
          List<String> methods = peer ? peers : ours;
          if (!methods.contains(measurement.method())) {
            methods.add(measurement.method());
          }
        }
      }
    }
    Group asTheyCome =
        new Group(
            name,
            rows.entrySet().stream().map(row -> new Row(row.getKey(), row.getValue())).toList(),
            ours,
            peers);
    return asTheyCome.sorted();
  }

  /** The same rows, by the first parameter, then by the next; values in the order they came. */
  private Group sorted() {
    Comparator<Row> order = Comparator.comparingInt(_ -> 0);
    for (String param : names()) {
      List<String> values = values(param);
      order = order.thenComparingInt(row -> values.indexOf(row.params.getOrDefault(param, "")));
    }
    return new Group(name, rows.stream().sorted(order).toList(), ours, peers);
  }

  /** The words for a method: a library's name as it writes itself. */
  static String label(String method) {
    return NAMES.getOrDefault(method, method);
  }

  String title() {
    return TITLES.getOrDefault(name, name);
  }

  /** A word or two for it. */
  String shortTitle() {
    return SHORT_TITLES.getOrDefault(name, name);
  }

  /** Whether it is the work of Lanewise that others may stand beside. */
  boolean isComparison() {
    return ours.contains(LANEWISE);
  }

  /** Lanewise, then the peers. */
  List<String> contenders() {
    List<String> all = new ArrayList<>(List.of(LANEWISE));
    all.addAll(peers);
    return all;
  }

  /** The parameters that have more than one value. */
  List<String> varied() {
    return names().stream().filter(name -> values(name).size() > 1).toList();
  }

  /** The parameters that have one value. */
  List<String> fixed() {
    return names().stream().filter(name -> values(name).size() == 1).toList();
  }

  private List<String> names() {
    return rows.stream()
        .flatMap(row -> row.params.keySet().stream())
        .distinct()
        .sorted(
            Comparator.comparingInt(
                    (String name) -> PARAMS.contains(name) ? PARAMS.indexOf(name) : PARAMS.size())
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  /** The values of a parameter as they come. */
  List<String> values(String param) {
    return rows.stream().map(row -> row.params.getOrDefault(param, "")).distinct().toList();
  }

  /** Whether single calls were timed. */
  boolean isSampled() {
    return rows.stream()
        .flatMap(row -> row.measured.values().stream())
        .anyMatch(Measurement::isSampled);
  }

  /** The same with a percentile of each fork in place of its times. */
  Group at(Percentile percentile) {
    return new Group(name, rows.stream().map(row -> row.at(percentile)).toList(), ours, peers);
  }

  /** The rows whose parameter has that value. */
  Group with(String param, String value) {
    return new Group(
        name,
        rows.stream().filter(row -> row.params.getOrDefault(param, "").equals(value)).toList(),
        ours,
        peers);
  }

  /** The ratios of all rows that have one. */
  List<Double> ratios(Function<Row, OptionalDouble> ratio) {
    return rows.stream().map(ratio).flatMap(r -> r.stream().boxed()).toList();
  }

  /** Lanewise's rate to the better peer's, or its time to that of the better peer. */
  OptionalDouble toBetterPeer(Row row) {
    Optional<Figure> own = row.figure(LANEWISE);
    List<Double> others =
        peers.stream().flatMap(peer -> row.figure(peer).stream()).map(Figure::median).toList();
    if (own.isEmpty() || others.isEmpty()) {
      return OptionalDouble.empty();
    }
    Figure figure = own.get();
    double better = figure.isTime() ? Numbers.min(others) : Numbers.max(others);
    return OptionalDouble.of(figure.median() / better);
  }

  /** Lanewise's rate to its own with another value of a parameter, all else equal. */
  OptionalDouble toOwn(Row row, String param, String value) {
    if (!row.params.containsKey(param) || row.param(param).equals(value)) {
      return OptionalDouble.empty();
    }
    Map<String, String> base = new LinkedHashMap<>(row.params);
    base.put(param, value);
    for (Row other : rows) {
      if (other.params.equals(base)) {
        Optional<Figure> from = other.figure(LANEWISE);
        Optional<Figure> to = row.figure(LANEWISE);
        if (from.isPresent() && to.isPresent()) {
          double ratio = to.get().median() / from.get().median();
          return OptionalDouble.of(to.get().isTime() ? 1 / ratio : ratio);
        }
      }
    }
    return OptionalDouble.empty();
  }
}
