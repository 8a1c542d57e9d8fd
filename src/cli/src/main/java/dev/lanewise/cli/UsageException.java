package dev.lanewise.cli;

/** A command line whose options are known but whose values cannot be used. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String sentence) {
    super(sentence);
  }
}
