package dev.lanewise.bench;

/** A command line that says something wrong; the message is a sentence about what. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UsageException(String sentence) {
    super(sentence);
  }
}
