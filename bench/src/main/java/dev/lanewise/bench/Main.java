package dev.lanewise.bench;

import dev.lanewise.bench.coldstart.ColdStartCommand;
import dev.lanewise.bench.report.ReportCommand;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;

/** The command line of the benchmarks' jar. */
public final class Main {
  private static final int BAD_USAGE = 2;

  private Main() {}

  /** Runs the command line and ends the process with its exit code. */
  public static void main(String[] args) throws IOException, InterruptedException {
    System.exit(run(System.out, System.err, args));
  }

  /** Runs the command line, and returns its exit code. */
  static int run(PrintStream out, PrintStream err, String... args)
      throws IOException, InterruptedException {
    String command = args.length == 0 ? "--help" : args[0];
    List<String> rest = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
    try {
      return switch (command) {
        case "quick" -> Suite.run(SuiteOptions.quick(rest), out, args);
        case "full" -> Suite.run(SuiteOptions.full(rest), out, args);
        case "turns" -> Suite.turns(SuiteOptions.turns(rest), Turns.USUAL, out);
        case "report" -> ReportCommand.run(rest);
        case "coldstart" -> ColdStartCommand.run(rest);
        case "--help" -> help(out);
        default -> jmh(args);
      };
    } catch (UsageException e) {
      err.println(e.getMessage());
      err.println("See --help.");
      return BAD_USAGE;
    }
  }

  private static int help(PrintStream out) {
    out.printf(
        """
        Usage: java -jar benchmarks.jar COMMAND

          quick [--json FILE]              a few benchmarks of every group, in under five minutes
          full [--json FILE] [GROUP...]    the whole set, or some groups of it beside the roofline
          turns [--json FILE] [GROUP...]   the same on one thread, Lanewise and its peers turn by turn, for
                                           ratios on a machine that others use too
          report FILE.json... [--help]     a dated report with charts, from results
          coldstart [--help]               the time from process start to a prediction
          --help                           this text

        Anything else goes to JMH: -h shows its options, and a regular expression names benchmarks.
        Results lie in bench-results/ unless --json names a file. Groups: %s.
        Exit codes: 0 good, 1 failure, 2 bad usage.
        """,
        Group.words());
    return 0;
  }

  private static int jmh(String... args) throws IOException {
    org.openjdk.jmh.Main.main(args);
    return 0;
  }
}
