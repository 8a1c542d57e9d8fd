package dev.lanewise.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The bytes that a benchmark had to read and write; per nanosecond they are GB/s. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class Bytes {
  /** The bytes read and written. */
  public long gigabytes;

  /** Makes a counter at zero, for JMH. */
  public Bytes() {}
}
