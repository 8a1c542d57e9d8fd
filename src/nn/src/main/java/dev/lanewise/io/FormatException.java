package dev.lanewise.io;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A file that breaks a rule of its format; the message names the file, the byte and the rule.
 *
 * <p>The bytes of a file are material from outside, so whatever is wrong with them ends here and
 * never in an unchecked exception.
 */
public final class FormatException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long offset;

  /**
   * The exception for the {@code rule} that {@code file} breaks at byte {@code offset}.
   *
   * @param rule what is wrong, as a clause that can follow "FILE, at byte N: "
   */
  public FormatException(String file, long offset, String rule) {
    this(file, offset, rule, null);
  }

  /** As above, with the exception that showed the damage. */
  public FormatException(String file, long offset, String rule, @Nullable Throwable cause) {
    super(file + ", at byte " + offset + ": " + rule, cause);
    this.offset = offset;
  }

  /** The byte of the file at which the rule is broken. */
  public long offset() {
    return offset;
  }
}
