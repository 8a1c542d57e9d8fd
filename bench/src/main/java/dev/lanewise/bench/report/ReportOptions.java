package dev.lanewise.bench.report;

import dev.lanewise.bench.UsageException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A command line of {@code report}. */
record ReportOptions(
    List<Path> files,
    Path out,
    String name,
    LocalDate date,
    String title,
    Optional<Path> notes,
    Optional<String> commit,
    Optional<String> command) {

  static final String USAGE =
      """
      usage: report FILE.json... [--out perf-reports] [--name kernels] [--date YYYY-MM-DD]
                    [--title TEXT] [--notes NOTES.md] [--commit HASH] [--command TEXT]

      Makes a dated report and its charts of the JSON files of one run, as -rf json and
      coldstart --json write them, and brings the index of all reports up to date.
      NOTES.md holds the sections that a person writes: ## Question, ## Verdict,
      ## What was tried. TEXT of --command is the command line that was measured.
      """;

  private static final List<String> KNOWN =
      List.of("--out", "--name", "--date", "--title", "--notes", "--commit", "--command");

  static ReportOptions parse(List<String> args) {
    Map<String, String> values = new LinkedHashMap<>();
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      if (!arg.startsWith("-")) {
        files.add(path(arg));
      } else if (!KNOWN.contains(arg)) {
        throw new UsageException("there is no option " + arg);
      } else if (i + 1 == args.size()) {
        throw new UsageException(arg + " should be followed by its value");
      } else if (values.put(arg, args.get(++i)) != null) {
        throw new UsageException(arg + " should be given once");
      }
    }
    if (files.isEmpty()) {
      throw new UsageException("no JSON file is named");
    }
    String name = values.getOrDefault("--name", "kernels");
    if (!name.matches("[a-z0-9]+(-[a-z0-9]+)*")) {
      throw new UsageException(
          "--name should be small letters, digits and hyphens, not '" + name + "'");
    }
    return new ReportOptions(
        files,
        path(values.getOrDefault("--out", "perf-reports")),
        name,
        date(Optional.ofNullable(values.get("--date"))),
        values.getOrDefault(
            "--title", Character.toUpperCase(name.charAt(0)) + name.substring(1).replace('-', ' ')),
        Optional.ofNullable(values.get("--notes")).map(ReportOptions::path),
        Optional.ofNullable(values.get("--commit")),
        Optional.ofNullable(values.get("--command")));
  }

  private static LocalDate date(Optional<String> text) {
    try {
      return text.map(LocalDate::parse).orElseGet(() -> LocalDate.now(ZoneId.systemDefault()));
    } catch (DateTimeException e) {
      throw new UsageException("--date should be like 2026-01-31, not '" + text.orElse("") + "'");
    }
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new UsageException("'" + text + "' is no path of a file");
    }
  }

  /** The report's file name without its ending, which is also that of its charts' folder. */
  String stem() {
    return date + "-" + name;
  }
}
