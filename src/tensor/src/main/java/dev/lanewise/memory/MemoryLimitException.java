package dev.lanewise.memory;

/** Says that an allocation would pass the limit on off-heap memory; nothing was allocated. */
public final class MemoryLimitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MemoryLimitException(String message) {
    super(message);
  }
}
