package dev.lanewise.infer;

import java.util.concurrent.RejectedExecutionException;

/**
 * Says that a row was turned away because too many others wait; the message says how many, and how
 * many may. A service answers it with "try again later", such as HTTP's 503.
 */
public final class QueueFullException extends RejectedExecutionException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception with the sentence {@code message}. */
  public QueueFullException(String message) {
    super(message);
  }
}
