package dev.lanewise.kernel;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM of its own, for what depends on how a JVM was started. */
final class ChildJvm {
  static final String[] VECTORS = {"--add-modules", "jdk.incubator.vector"};

  private static final int PATIENCE_SECONDS = 300;

  private ChildJvm() {}

  /** What a child printed, and its exit code. */
  record Output(int code, String out, String err) {
    String all() {
      return out + err;
    }
  }

  /** Runs a main class of these tests with options of the JVM and arguments of its own. */
  static Output run(Class<?> main, List<String> options, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-cp");
    command.add(root(VectorModule.class) + File.pathSeparator + root(main));
    command.add(main.getName());
    command.addAll(List.of(args));
    Path out = Files.createTempFile("child", ".out");
    Path err = Files.createTempFile("child", ".err");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError("no end after " + PATIENCE_SECONDS + " seconds: " + command);
      }
      return new Output(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /** Options that give a child the Vector API, this JVM's vector width, and {@code more}. */
  static List<String> likeThisOne(String... more) {
    List<String> options = new ArrayList<>(List.of(VECTORS));
    if (Simd.forced()) {
      options.add("-D" + Simd.PROPERTY + "=" + Simd.BITS);
    }
    options.addAll(List.of(more));
    return options;
  }

  /** The folder a class was loaded from, also where it was patched into a module. */
  static Path root(Class<?> type) {
    String file = type.getName().substring(type.getPackageName().length() + 1) + ".class";
    try {
      return Path.of(type.getResource(file).toURI()).resolve("../../../..").normalize();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
