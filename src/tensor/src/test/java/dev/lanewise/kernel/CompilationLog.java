package dev.lanewise.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the compilers said of the methods of this package, read from what a JVM prints under {@code
 * -XX:+PrintCompilation -XX:+PrintInlining}.
 */
final class CompilationLog {
  /** The options that have a JVM print the log. */
  static final String[] OPTIONS = {
    "-XX:+UnlockDiagnosticVMOptions", "-XX:+PrintCompilation", "-XX:+PrintInlining"
  };

  /** More than this many compilations by C2 are a method that never settles. */
  private static final int MOST_COMPILATIONS = 20;

  private static final String METHOD = "dev\\.lanewise\\.kernel\\.([\\w$]+::[\\w$]+)";

  /** Time, number, attributes such as % for a loop entered midway, tier, method, remark. */
  private static final Pattern COMPILED =
      Pattern.compile("^ *\\d+ +\\d+ [ %sb!n]* ([0-4]) +" + METHOD + "(.*)");

  private static final Pattern INLINED =
      Pattern.compile("@ \\d+ +" + METHOD + " .* inline \\(hot\\)");

  private final Set<String> seen = new HashSet<>();
  private final Set<String> optimized = new HashSet<>();
  private final Map<String, Integer> compilations = new HashMap<>();
  private final List<String> refused = new ArrayList<>();

  CompilationLog(String printed) {
    printed.lines().forEach(this::read);
  }

  private void read(String line) {
    Matcher inlined = INLINED.matcher(line);
    if (inlined.find()) {
      optimized.add(inlined.group(1));
      return;
    }
    Matcher compiled = COMPILED.matcher(line);
    if (!compiled.find()) {
      return;
    }
    String method = compiled.group(2);
    String remark = compiled.group(3);
    seen.add(method);
    int skipped = remark.indexOf("COMPILE SKIPPED");
    if (skipped >= 0) {
      refused.add(
          method + " was refused at tier " + compiled.group(1) + ": " + remark.substring(skipped));
    } else if (compiled.group(1).equals("4") && !remark.contains("made not entrant")) {
      optimized.add(method);
      compilations.merge(method, 1, Integer::sum);
    }
  }

  /**
   * A sentence for each method that a compiler refused, and for each of {@code kernels} that C2
   * compiles again and again, or neither compiled nor inlined where it is called.
   */
  List<String> findings(Set<String> kernels) {
    List<String> findings = new ArrayList<>(refused);
    for (String kernel : kernels) {
      int times = compilations.getOrDefault(kernel, 0);
      if (times > MOST_COMPILATIONS) {
        findings.add(kernel + " was compiled by C2 " + times + " times");
      }
      if (!optimized.contains(kernel)) {
        findings.add(
            kernel
                + (seen.contains(kernel)
                    ? " never reached C2"
                    : " is reached by none of KernelCalls"));
      }
    }
    return findings.stream().sorted().toList();
  }
}
