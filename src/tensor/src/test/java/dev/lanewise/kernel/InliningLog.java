package dev.lanewise.kernel;

import static dev.lanewise.kernel.CompilationLog.PACKAGE;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * How large a compilation by C2 has become where a kernel makes the vectors of its loops, read from
 * the file that {@code -XX:+LogCompilation} leaves.
 *
 * <p>C2 inlines what a method calls in the order of its code, until it has 18,000 nodes ({@code
 * NodeCountInliningCutoff}). Calls after those it puts off until the rest is done. What a call put
 * off returns is a vector of unknown class to the loop that carries it to its next turn, and in
 * some processes it stays boxed there, at a tenth of the kernel's rate.
 */
final class InliningLog {
  /** C2's limit, less the 3% by which a method's nodes differ from one JVM to another. */
  private static final int MOST_NODES = 17_500;

  private static final String VECTORS = "jdk.incubator.vector.";

  private final Map<String, Integer> loopEnds;
  private final Map<String, Integer> greatest = new HashMap<>();

  // The compilation that is being read: its classes and methods by number, the methods that are
  // being inlined, each in the one before, and how many nodes it had when last it said so.
  private final Map<String, String> classes = new HashMap<>();
  private final Map<String, Method> methods = new HashMap<>();
  private final Deque<Method> path = new ArrayDeque<>();
  private boolean optimizing;
  private int nodes;
  private int bci;

  private record Method(String type, String name, String result) {}

  private InliningLog(Map<String, Integer> loopEnds) {
    this.loopEnds = loopEnds;
  }

  /** Options of a JVM that is to leave such a file. */
  static List<String> options(Path file) {
    return List.of(
        "-XX:+UnlockDiagnosticVMOptions",
        "-XX:+LogCompilation",
        "-XX:LogFile=" + file,
        "-XX:CompileCommand=quiet",
        "-XX:CompileCommand=log," + PACKAGE + "*::*");
  }

  /**
   * Returns a sentence for each kernel that makes a vector of a loop that carries vectors too late,
   * or was never compiled.
   *
   * @param loopEnds where in its code a kernel's last such loop ends
   */
  static List<String> findings(Path file, Map<String, Integer> loopEnds) throws IOException {
    InliningLog log = new InliningLog(loopEnds);
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        log.read(line);
      }
    }
    List<String> findings = new ArrayList<>();
    for (String kernel : new TreeSet<>(loopEnds.keySet())) {
      Integer most = log.greatest.get(kernel);
      if (most == null) {
        findings.add(kernel + " was not compiled");
      } else if (most > MOST_NODES) {
        findings.add(
            String.format(
                Locale.ROOT,
                "%s makes a vector of its loop after %,d nodes of C2's 18,000",
                kernel,
                most));
      }
    }
    return findings;
  }

  private void read(String line) {
    if (line.startsWith("<task ")) {
      optimizing = !line.contains(" level='");
      classes.clear();
      methods.clear();
      path.clear();
      nodes = 0;
    } else if (!optimizing) {
      return;
    } else if (line.startsWith("<klass ") || line.startsWith("<type ")) {
      classes.put(attribute(line, "id"), attribute(line, "name"));
    } else if (line.startsWith("<method ")) {
      String result = classes.getOrDefault(attribute(line, "return"), "");
      String type = classes.getOrDefault(attribute(line, "holder"), "");
      methods.put(attribute(line, "id"), new Method(type, attribute(line, "name"), result));
    } else if (line.startsWith("<bc ")) {
      bci = Integer.parseInt(attribute(line, "bci"));
    } else if (line.startsWith("<parse ")) {
      path.push(methods.get(attribute(line, "method")));
    } else if (line.startsWith("</parse>")) {
      path.pop();
    } else if (line.startsWith("<parse_done ") && line.contains(" nodes='")) {
      nodes = Integer.parseInt(attribute(line, "nodes"));
    } else if (line.startsWith("<call ") && !path.isEmpty()) {
      call(path.element(), methods.get(attribute(line, "method")));
    }
  }

  private void call(Method caller, Method callee) {
    if (caller.type.startsWith(PACKAGE) && callee.result.startsWith(VECTORS)) {
      String kernel = caller.type.substring(PACKAGE.length()) + "::" + caller.name;
      if (bci <= loopEnds.getOrDefault(kernel, -1)) {
        greatest.merge(kernel, nodes, Math::max);
      }
    }
  }

  private static String attribute(String line, String name) {
    String begin = " " + name + "='";
    int from = line.indexOf(begin) + begin.length();
    return line.substring(from, line.indexOf('\'', from));
  }
}
