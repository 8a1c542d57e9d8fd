package dev.lanewise.bench.peers;

/** The check that two libraries computed the same, without which a time means nothing. */
final class Agreement {
  private Agreement() {}

  /**
   * Compares the result of a peer with the one expected.
   *
   * @throws IllegalStateException if an element is further away than the tolerance, or not a number
   */
  static void check(String peer, float[] got, float[] expected, double tolerance) {
    if (got.length != expected.length) {
      throw new IllegalStateException(
          peer + " computed " + got.length + " elements instead of " + expected.length);
    }
    for (int i = 0; i < got.length; i++) {
      if (!(Math.abs((double) got[i] - expected[i]) <= tolerance)) {
        throw new IllegalStateException(
            peer
                + " computed "
                + got[i]
                + " instead of "
                + expected[i]
                + " for element "
                + i
                + ", further apart than "
                + tolerance);
      }
    }
  }
}
