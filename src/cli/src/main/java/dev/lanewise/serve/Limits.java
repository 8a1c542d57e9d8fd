package dev.lanewise.serve;

import java.time.Duration;

/**
 * What a service takes from its clients.
 *
 * @param bodyBytes the longest body of a request, in bytes
 * @param rows the most rows of a request
 * @param timeout the time within which a request must have come whole
 * @param inFlight the most requests to predict at a time; more are told to come again
 * @param connections the most open connections, for all services of a process; more are closed
 */
public record Limits(long bodyBytes, int rows, Duration timeout, int inFlight, int connections) {
  /** What a service takes unless told otherwise. */
  public static final Limits DEFAULT = new Limits(8L << 20, 256, Duration.ofSeconds(10), 256, 1024);

  /**
   * Checks them.
   *
   * @throws IllegalArgumentException if one of them lets nothing through
   */
  public Limits {
    if (bodyBytes < 1 || rows < 1 || inFlight < 1 || connections < 1) {
      throw new IllegalArgumentException(
          ("a service of at most " + bodyBytes + " bytes, " + rows + " rows, " + inFlight)
              + (" requests at a time and " + connections + " connections answers none"));
    }
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("no request comes within " + timeout);
    }
  }
}
