package dev.lanewise.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * A run in which those who do the same work take turns of a few milliseconds, in this JVM, on one
 * thread: what else a shared machine does then slows all of them alike. A result holds one fork,
 * with an iteration for each turn.
 *
 * @param turns how often each has its turn
 * @param first how long one runs before its first turn, until its kernels are compiled
 * @param warmup how long it runs before each turn, until its operands are in the caches
 */
record Turns(int turns, TimeValue first, TimeValue warmup, TimeValue turn) {
  /** The groups whose peers bear one another in a JVM. */
  static final Set<Group> GROUPS =
      Collections.unmodifiableSet(
          EnumSet.of(Group.ROOFLINE, Group.SGEMM, Group.GEMV, Group.INFERENCE, Group.MAP));

  /** A peer's code was compiled before. */
  private static final TimeValue FIRST_OF_PEER = TimeValue.milliseconds(50);

  /** The turns of {@code turns} on the command line. */
  static final Turns USUAL =
      new Turns(
          9, TimeValue.milliseconds(1500), TimeValue.milliseconds(3), TimeValue.milliseconds(10));

  /** Lets contenders run in turn, and returns the results of those that can. */
  List<RunResult> run(List<Suite.Case> contenders, PrintStream out) {
    Map<Suite.Case, List<RunResult>> results = new LinkedHashMap<>();
    for (Suite.Case contender : contenders) {
      try {
        once(contender, contender.isPeer() ? FIRST_OF_PEER : first);
        results.put(contender, new ArrayList<>());
      } catch (RunnerException e) {
        out.println("JMH could not run " + contender + ": " + e.getMessage());
      }
    }
    List<Map.Entry<Suite.Case, List<RunResult>>> able = new ArrayList<>(results.entrySet());
    try {
      for (int i = 0; i < turns; i++) {
        for (Map.Entry<Suite.Case, List<RunResult>> contender : able) {
          contender.getValue().add(once(contender.getKey(), warmup));
        }
        Collections.rotate(able, 1);
      }
    } catch (RunnerException e) {
      out.println("JMH could not go on with " + results.keySet() + ": " + e.getMessage());
      return List.of();
    }
    List<RunResult> measured = results.values().stream().map(Turns::joined).toList();
    Summary.of(measured).stream().skip(1).forEach(out::println);
    return measured;
  }

  private RunResult once(Suite.Case contender, TimeValue before) throws RunnerException {
    ChainedOptionsBuilder options =
        contender
            .options()
            .forks(0)
            .warmupIterations(1)
            .warmupTime(before)
            .measurementIterations(1)
            .measurementTime(turn)
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true);
    return new Runner(options.build()).runSingle();
  }

  private static RunResult joined(List<RunResult> turns) {
    List<IterationResult> iterations =
        turns.stream()
            .flatMap(turn -> turn.getBenchmarkResults().stream())
            .flatMap(fork -> fork.getIterationResults().stream())
            .toList();
    BenchmarkParams params = turns.getFirst().getParams();
    return new RunResult(params, List.of(new BenchmarkResult(params, iterations)));
  }
}
