package dev.lanewise.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The page of a folder that lists its reports. */
final class Index {
  static final String FILE = "README.md";

  private static final Pattern DATED = Pattern.compile("\\d{4}-\\d{2}-\\d{2}-.+\\.md");

  private Index() {}

  /** One report as the index shows it. */
  private record Entry(String file, String title, Headlines headlines) {
    static Entry of(String file, List<String> lines) {
      String title =
          lines.stream()
              .filter(line -> line.startsWith("# "))
              .map(line -> line.substring(2).strip())
              .findFirst()
              .orElse(file);
      return new Entry(file, title, Headlines.read(lines));
    }

    String date() {
      return file.substring(0, "YYYY-MM-DD".length());
    }

    String link() {
      return "[" + title + "](" + file + ")";
    }
  }

  /** The page for {@code folder}, with the report {@code text} as its file {@code name}. */
  static String of(Path folder, String name, String text) throws IOException {
    List<Entry> entries = new ArrayList<>();
    entries.add(Entry.of(name, text.lines().toList()));
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          String other = file.getFileName().toString();
          if (DATED.matcher(other).matches() && !other.equals(name)) {
            entries.add(Entry.of(other, Files.readAllLines(file)));
          }
        }
      }
    }
    entries.sort(Comparator.comparing(Entry::file).reversed());
    return page(entries);
  }

  private static String page(List<Entry> newestFirst) {
    Map<String, Entry> latest = new LinkedHashMap<>();
    for (Entry entry : newestFirst) {
      entry.headlines.figures().keySet().forEach(words -> latest.putIfAbsent(words, entry));
    }
    StringBuilder page =
        new StringBuilder(
            """
            # Performance reports

            Written by `java -jar bench/target/benchmarks.jar report`, from the reports beside it.
            A figure is the geometric mean of one thread's ratios: 1 is the limit that was measured in
            the same run, or the better peer. Beside a peer, inference, training steps and cold starts are
            times, of which less is better; the others are rates.

            """);
    if (!latest.isEmpty()) {
      Table table = new Table(List.of("latest figures", "", "report"));
      latest.forEach((words, entry) ->
          table.row(
              List.of(words, entry.headlines.figures().getOrDefault(words, ""), entry.link())));
      page.append(table);
    }
    page.append("## History\n\n");
    List<String> heads = new ArrayList<>(List.of("date", "report"));
    heads.addAll(latest.keySet());
    Table history = new Table(heads);
    for (Entry entry : newestFirst) {
      List<String> cells = new ArrayList<>(List.of(entry.date(), entry.link()));
      latest
          .keySet()
          .forEach(words -> cells.add(entry.headlines.figures().getOrDefault(words, "")));
      history.row(cells);
    }
    return page.append(history).toString().stripTrailing() + "\n";
  }
}
