package dev.lanewise.bench;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * A JVM for one contender, which waits until it has a turn: peers that name their functions alike
 * would answer for one another in one process.
 */
final class TurnJvm implements AutoCloseable {
  private static final String TAB = "\t";
  private static final String FAILED = "!";

  private final Process process;
  private final PrintWriter questions;
  private final BufferedReader answers;

  TurnJvm() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--add-modules=jdk.incubator.vector");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), TurnJvm.class.getName()));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(PeerEnvironment.missing());
    process = builder.start();
    questions = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Runs a case there for a while, and then measures it for a turn.
   *
   * @throws IOException where it fails, with what JMH said, or its JVM has ended
   */
  RunResult run(Suite.Case one, TimeValue warmup, TimeValue turn) throws IOException {
    StringBuilder question = new StringBuilder();
    question.append(one.method()).append(TAB).append(one.selection().heap());
    question.append(TAB).append(millis(warmup)).append(TAB).append(millis(turn));
    one.params()
        .forEach((key, value) -> question.append(TAB).append(key).append('=').append(value));
    questions.println(question);
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("its JVM has ended");
    }
    if (answer.startsWith(FAILED)) {
      throw new IOException(answer.substring(FAILED.length()));
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(answer)))) {
      return (RunResult) in.readObject();
    } catch (ClassNotFoundException e) {
      throw new IOException(e);
    }
  }

  private static long millis(TimeValue time) {
    return time.convertTo(TimeUnit.MILLISECONDS);
  }

  /** Ends the JVM, which reads no further question. */
  @Override
  public void close() {
    questions.close();
    process.destroy();
  }

  /** The JVM: answers each line with a result or, after a mark, with why there is none. */
  public static void main(String[] args) throws IOException {
    PrintStream results = System.out;
    System.setOut(System.err);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      results.println(answer(line.split(TAB, -1)));
      results.flush();
    }
  }

  private static String answer(String... words) throws IOException {
    Selection selection = Selection.of("");
    Map<String, String> params = new TreeMap<>();
    for (int i = 4; i < words.length; i++) {
      String[] param = words[i].split("=", 2);
      params.put(param[0], param[1]);
    }
    try {
      RunResult result =
          new Runner(
                  (Boolean.parseBoolean(words[1]) ? selection.withHeap() : selection)
                      .options(words[0], params)
                      .forks(0)
                      .warmupIterations(1)
                      .warmupTime(TimeValue.milliseconds(Long.parseLong(words[2])))
                      .measurementIterations(1)
                      .measurementTime(TimeValue.milliseconds(Long.parseLong(words[3])))
                      .verbosity(VerboseMode.SILENT)
                      .shouldFailOnError(true)
                      .build())
              .runSingle();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(result);
      }
      return Base64.getEncoder().encodeToString(bytes.toByteArray());
    } catch (RunnerException e) {
      return FAILED + String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
  }
}
