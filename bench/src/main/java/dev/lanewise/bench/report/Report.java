package dev.lanewise.bench.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A report: its text, and its charts by their names. The same files and options on the same machine
 * make the same report.
 */
record Report(String text, Map<String, byte[]> charts) {
  private static final Map<String, String> CAPTIONS =
      Map.of(
          Charts.SQUARE, "GFLOPS over the size of square matrices",
          Charts.SKINNY, "GFLOPS over M for each N and K",
          Charts.INFERENCE, "time of inference over the batch size",
          Charts.PREDICTOR, "percentiles of a prediction's time over the callers",
          Charts.TRAINING, "time of a training step over the batch size",
          Charts.OPERATIONS, "time of each operation beside the peer's",
          Charts.ROOFLINE, "the measured roofs, and where the kernels stand beneath them",
          Charts.SCALING, "throughput over threads and callers",
          Charts.COLD_START, "time from process start to predictions");

  static Report of(ReportOptions options, Machine machine) throws IOException {
    Results results = Results.read(options.files());
    Notes notes = options.notes().map(Notes::read).orElse(Notes.none());
    Map<String, byte[]> charts = Charts.of(results);
    Tables tables = new Tables(results.limits(), machine);
    StringBuilder text = new StringBuilder("# ").append(options.title()).append("\n\n");
    text.append(notes.section(Notes.QUESTION));
    run(text, options, results, machine);
    if (!results.measurements().isEmpty()) {
      text.append("## The measured limits\n\n").append(tables.limits());
      chart(text, options, charts, Charts.ROOFLINE);
    }
    for (Group group : results.groups()) {
      text.append("## ").append(group.title()).append("\n\n").append(tables.of(group));
      for (String name : chartsOf(group.name())) {
        chart(text, options, charts, name);
      }
    }
    if (charts.containsKey(Charts.SCALING)) {
      text.append("## Scaling\n\n");
      chart(text, options, charts, Charts.SCALING);
    }
    results
        .coldStarts()
        .ifPresent(coldStarts -> {
          text.append("## Cold start\n\n").append(Tables.of(coldStarts));
          chart(text, options, charts, Charts.COLD_START);
        });
    text.append(notes.section(Notes.VERDICT));
    text.append(notes.section(Notes.TRIED));
    text.append(Headlines.of(results, machine).comment());
    return new Report(text.toString(), charts);
  }

  private static List<String> chartsOf(String group) {
    return switch (group) {
      case "Sgemm" -> List.of(Charts.SQUARE, Charts.SKINNY);
      case "Inference" -> List.of(Charts.INFERENCE);
      case "Predictor" -> List.of(Charts.PREDICTOR);
      case "TrainingStep" -> List.of(Charts.TRAINING);
      case "Operation" -> List.of(Charts.OPERATIONS);
      default -> List.of();
    };
  }

  private static void chart(
      StringBuilder text, ReportOptions options, Map<String, byte[]> charts, String name) {
    if (charts.containsKey(name)) {
      text.append("![")
          .append(CAPTIONS.get(name))
          .append("](")
          .append(options.stem())
          .append('/')
          .append(name)
          .append(".png)\n\n");
    }
  }

  /** The machine, the Java, the commit and how it was run. */
  private static void run(
      StringBuilder text, ReportOptions options, Results results, Machine machine) {
    text.append("## Machine and run\n\n");
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("processor", machine.cpu());
    facts.put("cores", machine.cores() == 0 ? "not known" : Integer.toString(machine.cores()));
    facts.put("caches", machine.cacheSizes());
    facts.put("memory", machine.memory());
    facts.put("system", machine.system());
    if (!results.measurements().isEmpty()) {
      facts.put("Java", each(results, m -> m.jvm().jdk() + ", " + m.jvm().vm()));
      facts.put("flags", Tables.flags(results.measurements()));
      facts.put("JMH", each(results, m -> m.jvm().jmh()));
    }
    facts.put("commit", options.commit().orElse("not given"));
    facts.put(
        "results",
        options.files().stream()
            .map(Path::getFileName)
            .map(file -> "`" + file + "`")
            .collect(Collectors.joining(", ")));
    facts.forEach(
        (name, value) -> text.append("- **").append(name).append("** ").append(value).append('\n'));
    text.append('\n');
    options
        .command()
        .ifPresent(command -> text.append("```\n").append(command.strip()).append("\n```\n\n"));
    text.append(
        "Figures are the median of all iterations of all forks, in brackets the median of each"
            + " fork; ratios are of those medians. The machine is described as it was where this"
            + " report was made.\n\n");
  }

  private static String each(Results results, Function<Measurement, String> fact) {
    return results.measurements().stream().map(fact).distinct().collect(Collectors.joining("; "));
  }
}
