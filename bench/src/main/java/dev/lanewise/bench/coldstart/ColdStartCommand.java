package dev.lanewise.bench.coldstart;

import dev.lanewise.bench.Distribution;
import dev.lanewise.bench.UsageException;
import dev.lanewise.io.AtomicFile;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The command {@code coldstart}: the time from a process's start to its first correct prediction
 * and to its thousandth, in fresh JVMs whose order changes from round to round.
 */
public final class ColdStartCommand {
  private static final String USAGE =
      """
      usage: coldstart [--runs 10] [--json FILE]

      Measures the time from the start of a fresh JVM to the first correct prediction and to the
      thousandth: Lanewise, Lanewise with an AOT cache, and the peers that this jar was built with.
      FILE gets the results for the command report.
      """;

  private static final int GOOD = 0;
  private static final int FAILED = 1;
  private static final int BAD_USAGE = 2;
  private static final int MOST_RUNS = 1000;

  private static final String PEERS = "dev.lanewise.bench.peers.";

  private ColdStartCommand() {}

  private record Options(int runs, Optional<Path> json) {
    static Options parse(List<String> args) {
      int runs = 10;
      Optional<Path> json = Optional.empty();
      for (int i = 0; i < args.size(); i += 2) {
        String option = args.get(i);
        if (!List.of("--runs", "--json").contains(option)) {
          throw new UsageException("there is no option " + option);
        }
        if (i + 1 == args.size()) {
          throw new UsageException(option + " should be followed by its value");
        }
        String value = args.get(i + 1);
        if (option.equals("--json")) {
          json = Optional.of(Path.of(value));
        } else if (value.matches("\\d{1,4}")) {
          runs = Integer.parseInt(value);
        } else {
          throw new UsageException("--runs should be a number, not '" + value + "'");
        }
      }
      if (runs < 1 || runs > MOST_RUNS) {
        throw new UsageException("--runs should be from 1 to " + MOST_RUNS + ", not " + runs);
      }
      return new Options(runs, json);
    }
  }

  /**
   * Measures cold starts.
   *
   * @return the exit code: 0 when all is good, 1 on a failure, 2 on bad usage
   */
  public static int run(List<String> args) {
    return run(args, System.out, System.err);
  }

  static int run(List<String> args, PrintStream out, PrintStream err) {
    if (args.contains("--help")) {
      out.print(USAGE);
      return GOOD;
    }
    try {
      Options options = Options.parse(args);
      ColdStarts measured = measure(options.runs, System.getProperty("java.class.path"));
      print(out, measured);
      if (options.json.isPresent()) {
        byte[] json = measured.json();
        AtomicFile.write(options.json.get(), channel -> channel.write(ByteBuffer.wrap(json)));
      }
      return GOOD;
    } catch (UsageException e) {
      err.println("coldstart: " + e.getMessage() + "\n\n" + USAGE);
      return BAD_USAGE;
    } catch (IOException e) {
      err.println("coldstart: " + e.getMessage());
      return FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      err.println("coldstart: interrupted");
      return FAILED;
    }
  }

  static ColdStarts measure(int runs, String classPath) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("lanewise-coldstart");
    try {
      List<String> leftOut = new ArrayList<>();
      List<FreshJvm> contenders = contenders(classPath, folder, leftOut);
      Map<FreshJvm, List<FreshJvm.Times>> times = new LinkedHashMap<>();
      for (FreshJvm contender : contenders) {
        // Not counted: the libraries unpack themselves, and the files come into memory.
        contender.run(classPath, folder);
        times.put(contender, new ArrayList<>());
      }
      for (int i = 0; i < runs; i++) {
        for (int j = 0; j < contenders.size(); j++) {
          FreshJvm contender = contenders.get((i + j) % contenders.size());
          FreshJvm.Times taken = contender.run(classPath, folder);
          times.computeIfAbsent(contender, _ -> new ArrayList<>()).add(taken);
        }
      }
      return new ColdStarts(
          ColdStartNetwork.SIZES,
          Runtime.version().toString(),
          times.entrySet().stream()
              .map(entry ->
                  new ColdStarts.Contender(
                      entry.getKey().name(),
                      entry.getValue().stream().map(FreshJvm.Times::firstMillis).toList(),
                      entry.getValue().stream().map(FreshJvm.Times::thousandthMillis).toList()))
              .toList(),
          leftOut);
    } finally {
      delete(folder);
    }
  }

  private static List<FreshJvm> contenders(String classPath, Path folder, List<String> leftOut)
      throws IOException, InterruptedException {
    List<FreshJvm> contenders = new ArrayList<>();
    FreshJvm lanewise =
        new FreshJvm(
            ColdStarts.LANEWISE,
            List.of("--add-modules=jdk.incubator.vector", "-Ddev.lanewise.threads=1"),
            LanewiseColdStart.class.getName());
    contenders.add(lanewise);
    String cached = ColdStarts.LANEWISE + ", AOT cache";
    if (Arrays.stream(classPath.split(File.pathSeparator, -1)).allMatch(e -> e.endsWith(".jar"))) {
      Path cache = folder.resolve("lanewise.aot");
      lanewise
          .with("The training run of " + cached, "-XX:AOTCacheOutput=" + cache)
          .run(classPath, folder);
      // AOTMode=on: a cache that cannot be used is an error, not a slow start.
      contenders.add(lanewise.with(cached, "-XX:AOTCache=" + cache, "-XX:AOTMode=on"));
    } else {
      leftOut.add(cached + " is left out: only classes in a jar can be cached.");
    }
    addPeer(contenders, leftOut, "ONNX Runtime", "OnnxColdStart");
    addPeer(contenders, leftOut, "libtorch", "LibtorchColdStart");
    return contenders;
  }

  private static void addPeer(
      List<FreshJvm> contenders, List<String> leftOut, String name, String main) {
    try {
      Class<?> process =
          Class.forName(PEERS + main, false, ColdStartCommand.class.getClassLoader());
      contenders.add(
          new FreshJvm(name, List.of("--enable-native-access=ALL-UNNAMED"), process.getName()));
    } catch (ClassNotFoundException e) {
      leftOut.add(name + " is left out: it is not built in.");
    }
  }

  private static void print(PrintStream out, ColdStarts measured) {
    out.println("ms from process start, " + measured.network() + " at batch 1: median [min, max]");
    for (ColdStarts.Contender contender : measured.contenders()) {
      out.printf(
          Locale.ROOT,
          "%-22s first %s  thousandth %s%n",
          contender.name(),
          words(contender.firstMillis()),
          words(contender.thousandthMillis()));
    }
    measured.leftOut().forEach(out::println);
  }

  private static String words(List<Double> millis) {
    Distribution all = Distribution.of(millis);
    return String.format(
        Locale.ROOT,
        "%7.1f [%.1f, %.1f]",
        all.median(),
        Collections.min(millis),
        Collections.max(millis));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
