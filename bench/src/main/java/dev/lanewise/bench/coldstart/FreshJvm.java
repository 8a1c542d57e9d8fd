package dev.lanewise.bench.coldstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A contender: how its JVM is started.
 *
 * @param flags the options of the JVM
 * @param main the class with its main method
 */
record FreshJvm(String name, List<String> flags, String main) {
  private static final long LIMIT_MINUTES = 5;

  /** When the predictions came, in milliseconds from the start of the process. */
  record Times(double firstMillis, double thousandthMillis) {}

  /** The same contender with more options of the JVM. */
  FreshJvm with(String newName, String... more) {
    List<String> all = new ArrayList<>(flags);
    all.addAll(List.of(more));
    return new FreshJvm(newName, all, main);
  }

  /**
   * Runs it on one thread in a new process.
   *
   * @param folder where what it prints may lie for a while
   * @throws IOException when it fails, with what it printed, or when its prediction is wrong
   */
  Times run(String classPath, Path folder) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath, main));
    Path printed = Files.createTempFile(folder, "printed", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile());
    builder.environment().put("OMP_NUM_THREADS", "1");
    builder.environment().put("MKL_NUM_THREADS", "1");
    Instant start = Instant.now();
    Process process = builder.start();
    try {
      if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
        throw new IOException(name + " was not done after " + LIMIT_MINUTES + " minutes");
      }
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(printed);
    Files.delete(printed);
    if (process.exitValue() != 0) {
      throw new IOException(
          name
              + " ended with exit code "
              + process.exitValue()
              + " and printed:\n"
              + String.join("\n", lines));
    }
    return times(start, lines);
  }

  private Times times(Instant start, List<String> lines) throws IOException {
    List<Double> moments = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith(Predictions.MARK)) {
        String[] words = line.substring(Predictions.MARK.length()).split(" ", -1);
        double[] output = Arrays.stream(words).skip(1).mapToDouble(Double::parseDouble).toArray();
        if (!ColdStartNetwork.isRight(output)) {
          throw new IOException(
              name + " predicted " + Arrays.toString(output) + ", which is wrong");
        }
        moments.add(Duration.between(start, Instant.parse(words[0])).toNanos() / 1e6);
      }
    }
    if (moments.size() != 2) {
      throw new IOException(
          name + " did not say when its predictions came, but:\n" + String.join("\n", lines));
    }
    return new Times(moments.getFirst(), moments.getLast());
  }
}
