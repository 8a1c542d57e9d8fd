package dev.lanewise.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;

/** The command line as a person runs it. */
final class Cli {
  private Cli() {}

  /** What one run gave. */
  record Run(int code, String out, String err) {}

  /** Runs {@code lanewise} with arguments that may be anything with a text. */
  static Run run(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = Arrays.stream(args).map(Object::toString).toArray(String[]::new);
    int code = Main.run(new PrintWriter(out), new PrintWriter(err), texts);
    return new Run(code, out.toString(), err.toString());
  }

  /** Runs a training of a second or less. */
  static Run trainSmall(Path out, Object... more) {
    Object[] args = {
      "train", "--samples", 200, "--epochs", 2, "--hidden", "24,20,16", "--out", out
    };
    Object[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return run(all);
  }
}
