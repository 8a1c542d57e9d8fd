package dev.lanewise.bench;

/** A command line that says something wrong; the message is a sentence about what. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Says what is wrong. */
  public UsageException(String sentence) {
    super(sentence);
  }
}
