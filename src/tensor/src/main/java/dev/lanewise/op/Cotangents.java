package dev.lanewise.op;

import dev.lanewise.array.NDArray;

/**
 * The cotangents of an operation's inputs, as they are gathered during the backward walk. An input
 * may receive contributions from several operations; they add up.
 */
public interface Cotangents {
  /** Says whether input {@code input} needs its cotangent. */
  boolean wants(int input);

  /**
   * Adds a contribution of the input's shape. The array is not written to afterwards and must not
   * be by the caller.
   */
  void add(int input, NDArray contribution);

  /**
   * Returns by what a kernel that writes into {@link #accumulator} multiplies what is there: 0 if
   * nothing was gathered yet and the memory is undefined, 1 otherwise. To be asked before the
   * accumulator is.
   */
  float beta(int input);

  /** Returns the array that gathers the input's cotangent; the caller adds to it in place. */
  NDArray accumulator(int input);

  /**
   * Says whether the operation may overwrite the cotangent of its result, since nobody reads it
   * after.
   */
  default boolean ownsCotangent() {
    return false;
  }
}
