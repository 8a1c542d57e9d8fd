package dev.lanewise.bench.report;

import dev.lanewise.bench.Distribution;
import dev.lanewise.bench.coldstart.ColdStarts;
import dev.lanewise.bench.report.Group.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The tables of a report, in Markdown. */
final class Tables {
  private static final String THREADS = "threads";

  private final Limits limits;
  private final Machine machine;

  Tables(Limits limits, Machine machine) {
    this.limits = limits;
    this.machine = machine;
  }

  /** A column of ratios, and the sentence under the table that sums it up. */
  private record Ratios(
      String head, Function<Row, OptionalDouble> of, DoubleFunction<String> written) {
    String cell(Row row) {
      OptionalDouble ratio = of.apply(row);
      return ratio.isPresent() ? written.apply(ratio.getAsDouble()) : "";
    }

    String summary(Group group) {
      List<Double> ratios = group.ratios(of);
      return Character.toUpperCase(head.charAt(0))
          + head.substring(1)
          + ": geometric mean "
          + written.apply(Numbers.geometricMean(ratios))
          + ", from "
          + written.apply(Numbers.min(ratios))
          + " to "
          + written.apply(Numbers.max(ratios))
          + ".\n";
    }
  }

  /** The measured peaks and bandwidths. */
  String limits() {
    if (limits.all().isEmpty()) {
      return "This run measured neither the FMA peak nor the bandwidths, so no column shows a share"
          + " of them.\n\n";
    }
    Table table = new Table(List.of("limit", "threads", "measured"));
    for (Measurement measurement : limits.all()) {
      Figure figure = measurement.figure();
      String level = measurement.params().getOrDefault("level", "");
      table.row(
          List.of(
              level.isEmpty() ? measurement.method() : level + ", " + measurement.method(),
              measurement.params().getOrDefault(THREADS, "1"),
              figure.spread() + " " + figure.unit()));
    }
    return table.toString();
  }

  /** A group's tables, one for each number of threads. */
  String of(Group group) {
    if (!group.isComparison()) {
      return plain(group);
    }
    if (group.isSampled()) {
      return percentiles(group);
    }
    if (!group.varied().contains(THREADS)) {
      return comparison(group, group);
    }
    return group.values(THREADS).stream()
        .map(threads ->
            "### Threads: " + threads + "\n\n" + comparison(group.with(THREADS, threads), group))
        .collect(Collectors.joining());
  }

  /** A table for each percentile of the times of single calls. */
  private String percentiles(Group group) {
    StringBuilder text =
        new StringBuilder(
            "Times of single calls. A percentile is a fork's, taken over all its calls; figures are"
                + " the median of the forks.\n\n");
    for (Percentile percentile : Percentile.values()) {
      Group shown = percentile == Percentile.P50 ? group : group.at(percentile);
      text.append("### ").append(percentile.words()).append("\n\n");
      text.append(comparison(shown, shown));
    }
    return text.toString();
  }

  private String comparison(Group group, Group whole) {
    List<String> params = group.varied();
    List<Ratios> ofLimit = ratios(group, limit(group));
    List<Ratios> toOthers = new ArrayList<>();
    toOthers.addAll(ratios(group, toPeer(group)));
    for (String param : group.isSampled() ? List.<String>of() : List.of(THREADS, "callers")) {
      toOthers.addAll(
          ratios(
              group,
              new Ratios(
                  "to 1 " + param.substring(0, param.length() - 1),
                  row -> whole.toOwn(row, param, "1"),
                  Numbers::ratio)));
    }
    toOthers.addAll(
        ratios(
            group,
            new Ratios(
                "to FLOAT32", row -> whole.toOwn(row, "weights", "FLOAT32"), Numbers::ratio)));
    List<String> others = new ArrayList<>(group.ours());
    others.remove(Group.LANEWISE);
    others.addAll(group.peers());
    others.removeIf(
        method -> group.rows().stream().noneMatch(row -> row.measured().containsKey(method)));
    boolean heap =
        group.rows().stream()
            .flatMap(row -> row.measured().values().stream())
            .anyMatch(Measurement::countsHeap);

    List<String> heads = new ArrayList<>(params);
    heads.add(Group.label(Group.LANEWISE));
    ofLimit.forEach(ratio -> heads.add(ratio.head));
    others.forEach(method -> heads.add(Group.label(method)));
    toOthers.forEach(ratio -> heads.add(ratio.head));
    if (heap) {
      heads.add("heap B/op");
    }
    Table table = new Table(heads);
    for (Row row : group.rows()) {
      List<String> cells = new ArrayList<>();
      params.forEach(param -> cells.add(row.params().getOrDefault(param, "")));
      cells.add(spread(row, Group.LANEWISE));
      ofLimit.forEach(ratio -> cells.add(ratio.cell(row)));
      others.forEach(method -> cells.add(spread(row, method)));
      toOthers.forEach(ratio -> cells.add(ratio.cell(row)));
      if (heap) {
        Measurement own = row.measured().get(Group.LANEWISE);
        cells.add(own == null ? "" : own.heap());
      }
      table.row(cells);
    }

    StringBuilder text = new StringBuilder(introduction(group)).append(table);
    List<Ratios> summed = new ArrayList<>(ofLimit);
    summed.addAll(toOthers);
    summed.forEach(ratio -> text.append("- ").append(ratio.summary(group)));
    text.append(summed.isEmpty() ? "" : "\n");
    String words = Limits.words(group.name());
    if (!words.isEmpty() && ofLimit.isEmpty()) {
      text.append("Its limit was not measured in this run: no column says how much ")
          .append(words)
          .append(" it reached.\n\n");
    }
    if (others.stream().noneMatch(group.peers()::contains)) {
      text.append("No peer ran beside it.\n\n");
    }
    return text.toString();
  }

  private Ratios limit(Group group) {
    return new Ratios(
        Limits.words(group.name()),
        row -> limits.share(group.name(), row, machine),
        Numbers::percent);
  }

  private static Ratios toPeer(Group group) {
    boolean time =
        group.rows().stream()
            .flatMap(row -> row.figure(Group.LANEWISE).stream())
            .anyMatch(Figure::isTime);
    String peer = group.peers().size() == 1 ? "peer" : "better peer";
    return new Ratios(
        time ? "of the " + peer + "'s time" : "to the " + peer,
        group::toBetterPeer,
        Numbers::ratio);
  }

  /** The column, unless it would be empty. */
  private static List<Ratios> ratios(Group group, Ratios column) {
    return group.ratios(column.of).isEmpty() ? List.of() : List.of(column);
  }

  private static String spread(Row row, String method) {
    return row.figure(method).map(Figure::spread).orElse("");
  }

  private static String introduction(Group group) {
    StringBuilder text = new StringBuilder();
    String units =
        group.rows().stream()
            .flatMap(row -> row.measured().values().stream())
            .map(m -> m.figure().unit())
            .distinct()
            .collect(Collectors.joining(", "));
    text.append("In ").append(units);
    for (String param : group.fixed()) {
      text.append("; ").append(param).append(' ').append(group.values(param).getFirst());
    }
    text.append(". ").append(protocols(group)).append('.');
    String explanation = Limits.explanation(group.name());
    text.append(explanation.isEmpty() ? "" : " " + explanation);
    return text.append("\n\n").toString();
  }

  private static String protocols(Group group) {
    return group.rows().stream()
        .flatMap(row -> row.measured().values().stream())
        .map(Tables::protocol)
        .distinct()
        .collect(Collectors.joining("; "));
  }

  private static String protocol(Measurement measurement) {
    Measurement.Protocol protocol = measurement.protocol();
    int forks = measurement.score().forks().size();
    return forks
        + (forks == 1 ? " fork, " : " forks, ")
        + protocol.warmup()
        + " of warm-up, "
        + protocol.measured()
        + " measured"
        + (protocol.threads() == 1 ? "" : ", " + protocol.threads() + " threads of JMH");
  }

  /** A table of what stands beside nothing. */
  private static String plain(Group group) {
    List<String> params = group.varied();
    boolean sampled =
        group.rows().stream()
            .flatMap(row -> row.measured().values().stream())
            .anyMatch(Measurement::isSampled);
    boolean heap =
        group.rows().stream()
            .flatMap(row -> row.measured().values().stream())
            .anyMatch(Measurement::countsHeap);
    List<String> heads = new ArrayList<>(List.of("method"));
    heads.addAll(params);
    heads.add("median");
    heads.add("unit");
    if (sampled) {
      heads.add("99th percentile");
    }
    if (heap) {
      heads.add("heap B/op");
    }
    Table table = new Table(heads);
    List<String> methods = new ArrayList<>(group.ours());
    methods.addAll(group.peers());
    for (String method : methods) {
      for (Row row : group.rows()) {
        Measurement measurement = row.measured().get(method);
        if (measurement != null) {
          Figure figure = measurement.figure();
          List<String> cells = new ArrayList<>(List.of(Group.label(method)));
          params.forEach(param -> cells.add(row.params().getOrDefault(param, "")));
          cells.add(figure.spread());
          cells.add(figure.unit());
          if (sampled) {
            cells.add(measurement.isSampled() ? Numbers.figure(figure.quantile(0.99)) : "");
          }
          if (heap) {
            cells.add(measurement.heap());
          }
          table.row(cells);
        }
      }
    }
    return introduction(group) + table;
  }

  /** The times from process start. */
  static String of(ColdStarts coldStarts) {
    Table table =
        new Table(List.of("", "first prediction, ms", "thousandth prediction, ms", "runs"));
    for (ColdStarts.Contender contender : coldStarts.contenders()) {
      table.row(
          List.of(
              contender.name(),
              range(contender.firstMillis()),
              range(contender.thousandthMillis()),
              Integer.toString(contender.firstMillis().size())));
    }
    StringBuilder text =
        new StringBuilder(
            "From the start of a fresh JVM ("
                + coldStarts.jdk()
                + ") to the first correct prediction of the network "
                + coldStarts.network()
                + " at batch 1 and to the thousandth: the median of the runs, and in brackets the"
                + " least and the greatest.\n\n");
    text.append(table);
    coldStarts.leftOut().forEach(sentence -> text.append("- ").append(sentence).append('\n'));
    return text.append(coldStarts.leftOut().isEmpty() ? "" : "\n").toString();
  }

  private static String range(List<Double> millis) {
    return Numbers.figure(Distribution.of(millis).median())
        + " ["
        + Numbers.figure(Numbers.min(millis))
        + ", "
        + Numbers.figure(Numbers.max(millis))
        + "]";
  }

  /** The flags of each kind of benchmark, as {@code flags: benchmarks}. */
  static String flags(List<Measurement> measurements) {
    Map<String, List<String>> byFlags =
        measurements.stream()
            .collect(
                Collectors.groupingBy(
                    m -> m.jvm().flags().isEmpty() ? "none" : String.join(" ", m.jvm().flags()),
                    LinkedHashMap::new,
                    Collectors.mapping(Measurement::benchmark, Collectors.toList())));
    return byFlags.entrySet().stream()
        .map(entry ->
            "`"
                + entry.getKey()
                + "`"
                + (byFlags.size() == 1
                    ? ""
                    : " ("
                        + entry.getValue().stream().distinct().collect(Collectors.joining(", "))
                        + ")"))
        .collect(Collectors.joining("; "));
  }
}
