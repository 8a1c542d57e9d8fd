package dev.lanewise.array;

/** Says that shapes do not fit an operation; the message names the operation and every shape. */
public final class ShapeException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception with the sentence {@code message}. */
  public ShapeException(String message) {
    super(message);
  }
}
