package dev.lanewise.bench;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * A run in which those who do the same work take turns of a few milliseconds, each in a JVM of its
 * own, on one thread: what else a shared machine does then slows all of them alike. A result holds
 * one fork, with an iteration for each turn.
 *
 * @param turns how often each has its turn
 * @param first how long one runs before its first turn, until its kernels are compiled
 * @param warmup how long it runs before each turn, until its operands are in the caches
 */
record Turns(int turns, TimeValue first, TimeValue warmup, TimeValue turn) {
  /** How much longer a contender runs first where its JVM has run nothing yet. */
  private static final int NEW_JVM = 5;

  /** A peer's code was compiled before. */
  private static final TimeValue FIRST_OF_PEER = TimeValue.milliseconds(50);

  /** The turns of {@code turns} on the command line. */
  static final Turns USUAL =
      new Turns(
          9, TimeValue.milliseconds(1500), TimeValue.milliseconds(3), TimeValue.milliseconds(10));

  /**
   * Lets contenders run in turn, and returns the results of those that can.
   *
   * @param jvms those that wait, by the name of the method
   */
  List<RunResult> run(List<Suite.Case> contenders, Map<String, TurnJvm> jvms, PrintStream out) {
    List<Contender> able = new ArrayList<>();
    for (Suite.Case one : contenders) {
      Contender contender = new Contender(one, jvms, new ArrayList<>());
      if (contender.run(one.isPeer() ? FIRST_OF_PEER : first, turn, out)) {
        able.add(contender);
      }
    }
    able.forEach(contender -> contender.results.clear());
    List<Contender> order = new ArrayList<>(able);
    for (int i = 0; i < turns; i++) {
      order.removeIf(contender -> !contender.run(warmup, turn, out));
      Collections.rotate(order, 1);
    }
    able.retainAll(order);
    List<RunResult> measured = able.stream().map(one -> joined(one.results)).toList();
    Summary.of(measured).stream().skip(1).forEach(out::println);
    return measured;
  }

  /** One of those that take turns, and its turns' results. */
  private record Contender(Suite.Case one, Map<String, TurnJvm> jvms, List<RunResult> results) {
    /** Has a turn, or says why it cannot have one. */
    boolean run(TimeValue warmup, TimeValue turn, PrintStream out) {
      try {
        TurnJvm jvm = jvms.get(one.method());
        if (jvm == null) {
          jvm = new TurnJvm();
          jvms.put(one.method(), jvm);
          jvm.run(one, TimeValue.milliseconds(NEW_JVM * warmup.convertTo(MILLISECONDS)), turn);
        }
        results.add(jvm.run(one, warmup, turn));
        return true;
      } catch (IOException e) {
        out.println("JMH could not run " + one + ": " + e.getMessage());
        return false;
      }
    }
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
