package dev.lanewise.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The calls that several threads made beside one another. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class Calls {
  /** The calls of all threads together. */
  public long calls;

  /**
   * The calls of the slowest thread, times the number of threads: equal to {@link #calls} where no
   * thread waits longer than another.
   */
  public long slowest;

  /** Makes a counter at zero, for JMH. */
  public Calls() {}
}
