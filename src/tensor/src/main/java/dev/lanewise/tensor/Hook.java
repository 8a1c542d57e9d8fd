package dev.lanewise.tensor;

/** A function that was asked to be called; closing removes it. */
@FunctionalInterface
public interface Hook extends AutoCloseable {
  /** Removes the function; a second call does nothing. */
  @Override
  void close();
}
