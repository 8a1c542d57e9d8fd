package dev.lanewise.kernel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedObject;
import jdk.jfr.consumer.RecordingStream;

/**
 * What the compilers of this JVM do to the methods of this package, told by the flight recorder,
 * whose events are whole however many compilers are at work.
 */
final class CompilationLog {
  /** What the names of this package's classes begin with. */
  static final String PACKAGE = "dev.lanewise.kernel.";

  private static final int C2 = 4;

  /** More than this many compilations by C2 are a method that never settles. */
  private static final int MOST_COMPILATIONS = 20;

  private final Set<String> seen = new HashSet<>();
  private final Set<String> optimized = new HashSet<>();
  private final Map<String, Integer> compilations = new HashMap<>();
  private final Map<Long, String> reasons = new HashMap<>();
  private final Map<String, Long> latest = new HashMap<>();
  private final Map<Long, String> calls = new HashMap<>();
  private final List<Refusal> refusals = new ArrayList<>();

  private record Refusal(String method, int tier, long compilation) {}

  /** Listens from now on until the stream is stopped or closed. */
  RecordingStream listen() {
    RecordingStream stream = new RecordingStream();
    stream.enable("jdk.Compilation").withThreshold(Duration.ZERO);
    stream.enable("jdk.CompilationFailure");
    stream.enable("jdk.CompilerInlining");
    stream.onEvent("jdk.Compilation", this::onCompilation);
    stream.onEvent(
        "jdk.CompilationFailure",
        event -> failed(event.getInt("compileId"), event.getString("failureMessage")));
    stream.onEvent("jdk.CompilerInlining", this::onInlining);
    stream.startAsync();
    return stream;
  }

  private void onCompilation(RecordedEvent event) {
    RecordedMethod method = event.getValue("method");
    String type = method.getType().getName();
    if (type.startsWith(PACKAGE)) {
      compiled(
          type.substring(PACKAGE.length()) + "::" + method.getName(),
          event.getShort("compileLevel"),
          event.getBoolean("succeded"), // spelt so by the JVM
          event.getInt("compileId"));
    }
  }

  private void onInlining(RecordedEvent event) {
    RecordedObject callee = event.getValue("callee");
    String type = callee.getString("type").replace('/', '.');
    String name = callee.getString("name");
    String message = event.getString("message");
    if (!type.startsWith(PACKAGE)) {
      if (message.contains("NodeCountInliningCutoff")) {
        called(type + "::" + name, event.getInt("compileId"));
      }
    } else if (message.startsWith("inline (hot)")) {
      inlined(type.substring(PACKAGE.length()) + "::" + name);
    }
  }

  /** Notes that a compiler has finished with a method, or has refused it. */
  synchronized void compiled(String method, int tier, boolean succeeded, long compilation) {
    seen.add(method);
    if (!succeeded) {
      refusals.add(new Refusal(method, tier, compilation));
    } else if (tier == C2) {
      optimized.add(method);
      compilations.merge(method, 1, Integer::sum);
      latest.put(method, compilation);
    }
  }

  synchronized void failed(long compilation, String reason) {
    reasons.put(compilation, reason);
  }

  synchronized void inlined(String method) {
    optimized.add(method);
  }

  /**
   * Notes that a compilation calls {@code callee}, part of an access to memory or a vector, because
   * the method has too many nodes already.
   */
  synchronized void called(String callee, long compilation) {
    calls.put(compilation, callee);
  }

  /** Whether each of {@code kernels} is C2's work or was refused. */
  synchronized boolean settled(Set<String> kernels) {
    return kernels.stream()
        .allMatch(kernel ->
            optimized.contains(kernel)
                || refusals.stream().anyMatch(refusal -> refusal.method().equals(kernel)));
  }

  /**
   * A sentence for each method that a compiler refused, and for each of {@code kernels} that C2
   * compiles again and again, is too large for C2 to inline all that it calls, or neither compiled
   * nor inlined where it is called.
   */
  synchronized List<String> findings(Set<String> kernels) {
    List<String> findings = new ArrayList<>();
    for (Refusal refusal : refusals) {
      String reason = reasons.getOrDefault(refusal.compilation(), "no reason given");
      findings.add(refusal.method() + " was refused at tier " + refusal.tier() + ": " + reason);
    }
    for (String kernel : kernels) {
      int times = compilations.getOrDefault(kernel, 0);
      if (times > MOST_COMPILATIONS) {
        findings.add(kernel + " was compiled by C2 " + times + " times");
      }
      String callee = calls.get(latest.getOrDefault(kernel, -1L));
      if (callee != null) {
        findings.add(kernel + " has too many nodes for C2 to inline " + callee);
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
