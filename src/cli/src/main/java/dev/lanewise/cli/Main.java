package dev.lanewise.cli;

import dev.lanewise.kernel.Simd;
import dev.lanewise.kernel.VectorModule;
import dev.lanewise.kernel.Workers;
import dev.lanewise.memory.Memory;
import java.io.Console;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line {@code lanewise}. */
@Command(
    name = "lanewise",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    header = "Trains, runs and examines neural networks, in Java alone.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  lanewise train                    train on digits made from a seed",
      "  lanewise train --help             what can be chosen",
      "",
      "Exit codes: 0 good, 1 failure, 2 bad usage."
    })
public final class Main implements Runnable {
  private static final int FAILURE = 1;
  private static final int BAD_USAGE = 2;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "On a failure, show where in the program it arose.")
  private boolean stacktrace;

  private Main() {}

  /** Runs the command line and ends the process with its exit code. */
  public static void main(String[] args) {
    System.setProperty("java.awt.headless", "true");
    PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
    PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
    Console console = System.console();
    int code = run(new Screen(out, err, console != null && console.isTerminal()), args);
    System.exit(code);
  }

  /** Runs the command line for a program, and returns its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    return run(new Screen(out, err, false), args);
  }

  private static int run(Screen screen, String... args) {
    try {
      VectorModule.require();
    } catch (IllegalStateException e) {
      screen.err().println(e.getMessage());
      screen.err().flush();
      return FAILURE;
    }
    Main main = new Main();
    CommandLine line =
        new CommandLine(main)
            .addSubcommand(new TrainCommand(screen))
            .addSubcommand(new PredictCommand(screen))
            .addSubcommand(new ServeCommand(screen))
            .addSubcommand(new InspectCommand(screen))
            .addSubcommand(new DoctorCommand(screen))
            .setOut(screen.out())
            .setErr(screen.err())
            .registerConverter(int.class, Main::integer)
            .registerConverter(Integer.class, Main::integer)
            .registerConverter(long.class, Main::whole)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setUsageHelpLongOptionsMaxWidth(30)
            .setUsageHelpWidth(96)
            .setParameterExceptionHandler((e, _) -> misused(screen, e))
            .setExecutionExceptionHandler((e, used, _) -> main.failed(screen, used, e));
    try {
      checkProperties();
      return line.execute(args);
    } catch (Throwable thrown) { // Errors too must end in one sentence and an exit code.
      return main.failed(screen, line, thrown);
    } finally {
      screen.out().flush();
      screen.err().flush();
    }
  }

  /**
   * Has every class that reads a system property read it now, so that a bad value is told first.
   */
  private static void checkProperties() {
    try {
      int _ = Simd.BITS + Workers.threads() + Long.signum(Memory.limit());
    } catch (IllegalArgumentException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public void run() {
    throw new UsageException("a command is missing: train, predict, serve, inspect or doctor");
  }

  private static int misused(Screen screen, ParameterException e) {
    String sentence =
        e instanceof UnmatchedArgumentException unmatched
            ? unknown(unmatched)
            : firstLine(String.valueOf(e.getMessage()));
    return misused(screen, e.getCommandLine(), sentence);
  }

  private static long whole(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' is not a whole number");
    }
  }

  private static int integer(String text) {
    long value = whole(text);
    if (value != (int) value) {
      throw new TypeConversionException("'" + text + "' is out of range");
    }
    return (int) value;
  }

  private static String unknown(UnmatchedArgumentException e) {
    String first = e.getUnmatched().getFirst();
    List<String> suggestions = e.getSuggestions();
    boolean option = first.startsWith("-");
    boolean command = !option && !e.getCommandLine().getSubcommands().isEmpty();
    return (option ? "there is no option " : command ? "there is no command " : "one too many: ")
        + first
        + (suggestions.isEmpty() ? "" : "; did you mean " + String.join(" or ", suggestions) + "?");
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end).strip();
  }

  private static int misused(Screen screen, CommandLine used, String sentence) {
    String name = used.getCommandSpec().qualifiedName();
    screen.err().println(name + ": " + sentence);
    screen.err().println("See " + name + " --help.");
    return BAD_USAGE;
  }

  private int failed(Screen screen, CommandLine used, Throwable thrown) {
    if (thrown instanceof UsageException) {
      return misused(screen, used, String.valueOf(thrown.getMessage()));
    }
    Optional<String> sentence = Sentences.of(thrown);
    String name = used.getCommandSpec().qualifiedName();
    screen
        .err()
        .println(
            name
                + ": "
                + sentence.orElseGet(() ->
                    "this is a bug in lanewise: "
                        + thrown
                        + (stacktrace ? "" : " (--stacktrace shows where)")));
    if (stacktrace) {
      thrown.printStackTrace(screen.err());
    }
    return FAILURE;
  }
}
