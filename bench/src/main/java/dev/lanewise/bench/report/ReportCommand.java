package dev.lanewise.bench.report;

import dev.lanewise.bench.UsageException;
import dev.lanewise.io.AtomicFile;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The command {@code report}: a dated report of what was measured, and the index of all. */
public final class ReportCommand {
  private static final int GOOD = 0;
  private static final int FAILED = 1;
  private static final int BAD_USAGE = 2;

  private ReportCommand() {}

  /**
   * Makes a report.
   *
   * @return the exit code: 0 when all is good, 1 on a failure, 2 on bad usage
   */
  public static int run(List<String> args) {
    PrintWriter out = writer(System.out);
    PrintWriter err = writer(System.err);
    return run(args, Machine.of(Path.of("/")), out, err);
  }

  private static PrintWriter writer(java.io.PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, Charset.defaultCharset()), true);
  }

  static int run(List<String> args, Machine machine, PrintWriter out, PrintWriter err) {
    if (args.contains("--help")) {
      out.print(ReportOptions.USAGE);
      out.flush();
      return GOOD;
    }
    try {
      ReportOptions options = ReportOptions.parse(args);
      Report report = Report.of(options, machine);
      out.println("report: " + write(options, report));
      return GOOD;
    } catch (UsageException e) {
      err.println("report: " + e.getMessage() + "\n\n" + ReportOptions.USAGE);
      return BAD_USAGE;
    } catch (Failure | IOException e) {
      err.println("report: " + e.getMessage());
      return FAILED;
    }
  }

  /** Writes the charts, then the report that shows them, then the index that names it. */
  private static Path write(ReportOptions options, Report report) throws IOException {
    String name = options.stem() + ".md";
    String index = Index.of(options.out(), name, report.text());
    Path charts = options.out().resolve(options.stem());
    Files.createDirectories(charts);
    for (Map.Entry<String, byte[]> chart : report.charts().entrySet()) {
      write(charts.resolve(chart.getKey() + ".png"), chart.getValue());
    }
    Path file = options.out().resolve(name);
    write(file, report.text().getBytes(StandardCharsets.UTF_8));
    write(options.out().resolve(Index.FILE), index.getBytes(StandardCharsets.UTF_8));
    deleteOthers(charts, report.charts());
    return file;
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    AtomicFile.write(
        file,
        channel -> {
          ByteBuffer left = ByteBuffer.wrap(bytes);
          while (left.hasRemaining()) {
            channel.write(left);
          }
        });
  }

  /** Removes the charts that an earlier report of the same name had. */
  private static void deleteOthers(Path folder, Map<String, byte[]> charts) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".png") && !charts.containsKey(name.replaceFirst("\\.png$", ""))) {
          Files.delete(file);
        }
      }
    }
  }
}
