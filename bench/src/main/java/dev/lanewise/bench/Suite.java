package dev.lanewise.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Optional;

/**
 * A run of selections one after another, whose results end in one file and one table. What does the
 * same work runs side by side, Lanewise and then each peer: a machine shared with others is not as
 * fast in one minute as in the next.
 */
final class Suite {
  private static final int FAILURE = 1;

  /** What a fork takes beside its iterations, on average: a JVM, its operands, and a first call. */
  private static final Duration START = Duration.ofSeconds(1);

  /** The same with a library that is loaded, and a result that is compared with ours. */
  private static final Duration START_OF_PEER = Duration.ofSeconds(2);

  private Suite() {}

  /** Runs the suite, in a process of its own if the peers need one, and returns its exit code. */
  static int run(SuiteOptions options, PrintStream out, String... args)
      throws IOException, InterruptedException {
    List<BenchmarkListEntry> benchmarks = benchmarks();
    Map<String, String> missing =
        benchmarks.stream().anyMatch(Suite::isPeers) ? PeerEnvironment.missing() : Map.of();
    return missing.isEmpty() ? run(options, benchmarks, out) : again(missing, out, args);
  }

  /** Runs the suite turn by turn, and returns its exit code. */
  static int turns(SuiteOptions options, Turns turns, PrintStream out) {
    Path json = options.json().toAbsolutePath();
    create(json);
    List<RunResult> results = new ArrayList<>();
    int failed = 0;
    Map<String, TurnJvm> jvms = new LinkedHashMap<>();
    try {
      List<BenchmarkListEntry> benchmarks = benchmarks();
      for (Selection selection : options.selections()) {
        for (List<Case> work : works(selection, benchmarks)) {
          if (work.getFirst().isOfOneThread()) {
            List<RunResult> measured = turns.run(work, jvms, out);
            failed += work.size() - measured.size();
            results.addAll(measured);
            write(results, json);
          }
        }
      }
    } finally {
      jvms.values().forEach(TurnJvm::close);
    }
    return finish(json, results, failed, out);
  }

  private static int run(SuiteOptions options, List<BenchmarkListEntry> benchmarks, PrintStream out)
      throws IOException {
    Path json = options.json().toAbsolutePath();
    create(json);
    long minutes = time(options.selections(), benchmarks).toMinutes() + 1;
    out.println("This takes about " + minutes + " minutes.");
    List<RunResult> results = new ArrayList<>();
    List<Case> cases =
        options.selections().stream().flatMap(s -> cases(s, benchmarks).stream()).toList();
    int failed = 0;
    for (int i = 0; i < cases.size(); i++) {
      out.println();
      out.println("Benchmark " + (i + 1) + " of " + cases.size());
      Collection<RunResult> measured = List.of();
      try {
        measured = new Runner(cases.get(i).options().build()).run();
      } catch (RunnerException e) {
        out.println("JMH could not run " + cases.get(i) + ": " + e.getMessage());
      }
      failed += measured.isEmpty() ? 1 : 0;
      results.addAll(measured);
      write(results, json);
    }
    return finish(json, results, failed, out);
  }

  private static void write(List<RunResult> results, Path json) {
    ResultFormatFactory.getInstance(ResultFormatType.JSON, json.toString()).writeOut(results);
  }

  private static int finish(Path json, List<RunResult> results, int failed, PrintStream out) {
    out.println();
    Summary.of(results).forEach(out::println);
    out.println();
    out.println("The results lie in " + json);
    if (failed > 0) {
      out.println(failed + " benchmarks failed: JMH's output above says why.");
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

  /** One method with one set of parameters. */
  record Case(Selection selection, String method, Map<String, String> params) {
    ChainedOptionsBuilder options() {
      return selection.options(method, params);
    }

    boolean isPeer() {
      return Suite.isPeer(method);
    }

    boolean isOfOneThread() {
      return params.getOrDefault("threads", "1").equals("1");
    }

    @Override
    public String toString() {
      return params.isEmpty() ? method : method + " of " + params;
    }
  }

  /** Returns the cases of a selection, those that do the same work one after another. */
  static List<Case> cases(Selection selection, List<BenchmarkListEntry> benchmarks) {
    return works(selection, benchmarks).stream().flatMap(List::stream).toList();
  }

  /** Returns the cases of a selection, those together that do the same work, ours first. */
  static Collection<List<Case>> works(Selection selection, List<BenchmarkListEntry> benchmarks) {
    Map<Map<String, String>, List<Case>> works = new LinkedHashMap<>();
    selected(selection, benchmarks)
        .sorted(Comparator.comparing(Suite::isPeers))
        .forEach(benchmark -> {
          for (Map<String, String> params : sets(selection, benchmark)) {
            works
                .computeIfAbsent(params, _ -> new ArrayList<>())
                .add(new Case(selection, benchmark.getUsername(), params));
          }
        });
    return works.values();
  }

  /** Returns about how long selections take: what their classes ask for, and the forks' starts. */
  static Duration time(List<Selection> selections, List<BenchmarkListEntry> benchmarks) {
    return selections.stream()
        .flatMap(selection ->
            selected(selection, benchmarks)
                .map(b ->
                    fork(b)
                        .multipliedBy(sets(selection, b).size())
                        .multipliedBy(forks(selection, b))))
        .reduce(Duration.ZERO, Duration::plus);
  }

  private static Stream<BenchmarkListEntry> selected(
      Selection selection, List<BenchmarkListEntry> benchmarks) {
    Pattern include = Pattern.compile(selection.include());
    return benchmarks.stream().filter(b -> include.matcher(b.getUsername()).find());
  }

  /** Returns every set of a benchmark's parameters. */
  private static List<Map<String, String>> sets(Selection selection, BenchmarkListEntry benchmark) {
    List<Map<String, String>> sets = List.of(Map.of());
    for (Map.Entry<String, String[]> param :
        new TreeMap<>(benchmark.getParams().orElse(Map.of())).entrySet()) {
      List<String> values =
          selection.params().getOrDefault(param.getKey(), List.of(param.getValue()));
      sets =
          sets.stream()
              .flatMap(set -> values.stream().map(v -> and(set, param.getKey(), v)))
              .toList();
    }
    return sets;
  }

  private static Map<String, String> and(Map<String, String> params, String name, String value) {
    Map<String, String> more = new TreeMap<>(params);
    more.put(name, value);
    return more;
  }

  private static int forks(Selection selection, BenchmarkListEntry benchmark) {
    return selection.forks().orElseGet(() -> benchmark.getForks().get());
  }

  private static Duration fork(BenchmarkListEntry benchmark) {
    return (isPeers(benchmark) ? START_OF_PEER : START)
        .plus(total(benchmark.getWarmupIterations(), benchmark.getWarmupTime()))
        .plus(total(benchmark.getMeasurementIterations(), benchmark.getMeasurementTime()));
  }

  private static Duration total(Optional<Integer> iterations, Optional<TimeValue> each) {
    return Duration.ofNanos(each.get().convertTo(TimeUnit.NANOSECONDS))
        .multipliedBy(iterations.get());
  }

  private static boolean isPeers(BenchmarkListEntry benchmark) {
    return isPeer(benchmark.getUsername());
  }

  private static boolean isPeer(String method) {
    return method.contains(".peers.");
  }

  /** Starts this command line again, with what the peers read when they are loaded. */
  private static int again(Map<String, String> environment, PrintStream out, String... args)
      throws IOException, InterruptedException {
    out.println("Set for the peers: " + environment);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(List.of(args));
    ProcessBuilder process = new ProcessBuilder(command).inheritIO();
    process.environment().putAll(environment);
    return process.start().waitFor();
  }
}
