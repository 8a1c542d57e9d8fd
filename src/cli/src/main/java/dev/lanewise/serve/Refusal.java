package dev.lanewise.serve;

import java.io.IOException;

/**
 * A request that is not answered as it wished. It is an exception of input, so that it passes
 * through the parsers that read a body.
 */
final class Refusal extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;

  /** A refusal with a sentence that tells the client what to do otherwise. */
  Refusal(int status, String sentence) {
    super(sentence);
    this.status = status;
  }

  /** HTTP's number for the kind of refusal. */
  int status() {
    return status;
  }
}
