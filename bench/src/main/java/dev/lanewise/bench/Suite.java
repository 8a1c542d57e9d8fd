package dev.lanewise.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** A run of selections one after another, whose results end in one file and one table. */
final class Suite {
  private static final int FAILURE = 1;

  /** What the peers' libraries read when they are loaded; benchmarks then ask for their threads. */
  private static final Set<String> THREADS_OF_PEERS = Set.of("OMP_NUM_THREADS", "MKL_NUM_THREADS");

  private Suite() {}

  /** Runs the suite, in a process of its own if the peers need one, and returns its exit code. */
  static int run(SuiteOptions options, PrintStream out, String... args)
      throws IOException, InterruptedException {
    List<BenchmarkListEntry> benchmarks = benchmarks();
    boolean peers = benchmarks.stream().anyMatch(b -> b.getUsername().contains(".peers."));
    if (peers && !System.getenv().keySet().containsAll(THREADS_OF_PEERS)) {
      return again(out, args);
    }
    return run(options, benchmarks, out);
  }

  private static int run(SuiteOptions options, List<BenchmarkListEntry> benchmarks, PrintStream out)
      throws IOException {
    Path json = options.json().toAbsolutePath();
    Files.createDirectories(json.getParent());
    List<RunResult> results = new ArrayList<>();
    int expected = 0;
    for (Selection selection : options.selections()) {
      expected += cases(selection, benchmarks);
      try {
        results.addAll(new Runner(selection.options()).run());
      } catch (RunnerException e) {
        out.println("JMH could not run " + selection.names() + ": " + e.getMessage());
      }
      ResultFormatFactory.getInstance(ResultFormatType.JSON, json.toString()).writeOut(results);
    }
    out.println();
    Summary.of(results).forEach(out::println);
    out.println();
    out.println("The results lie in " + json);
    int failed = expected - results.size();
    if (failed > 0) {
      out.println(failed + " of " + expected + " benchmarks failed: JMH's output above says why.");
      return FAILURE;
    }
    return 0;
  }

  /**
   * Creates the file for the results, so that one that cannot be written is told before the run.
   *
   * @throws UsageException if it cannot be written
   */
  static void create(Path json) {
    try {
      Files.createDirectories(json.getParent());
      Files.writeString(json, "[]\n");
    } catch (IOException e) {
      throw new UsageException("the results cannot be written to " + json + ": " + e);
    }
  }

  /** Returns every benchmark in the jar. */
  static List<BenchmarkListEntry> benchmarks() {
    return List.copyOf(
        BenchmarkList.defaultList()
            .getAll(
                OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT),
                List.of()));
  }

  /** Returns how many results a selection should have: one for each set of parameters. */
  static int cases(Selection selection, List<BenchmarkListEntry> benchmarks) {
    Pattern include = Pattern.compile(selection.include());
    int cases = 0;
    for (BenchmarkListEntry benchmark : benchmarks) {
      if (include.matcher(benchmark.getUsername()).find()) {
        int sets = 1;
        for (Map.Entry<String, String[]> param :
            benchmark.getParams().orElse(Map.of()).entrySet()) {
          List<String> values = selection.params().get(param.getKey());
          sets *= values == null ? param.getValue().length : values.size();
        }
        cases += sets;
      }
    }
    return cases;
  }

  /** Starts this command line again, where libraries with threads of their own start with one. */
  private static int again(PrintStream out, String... args)
      throws IOException, InterruptedException {
    out.println(
        "Setting OMP_NUM_THREADS and MKL_NUM_THREADS to 1, where they are not set: the peers read"
            + " them when they start.");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(List.of(args));
    ProcessBuilder process = new ProcessBuilder(command).inheritIO();
    THREADS_OF_PEERS.forEach(name -> process.environment().putIfAbsent(name, "1"));
    return process.start().waitFor();
  }
}
