package dev.lanewise.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The elements that a benchmark mapped; per nanosecond they are billions a second. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class Elements {
  /** The elements mapped. */
  public long gelements;

  /** Makes a counter at zero, for JMH. */
  public Elements() {}
}
