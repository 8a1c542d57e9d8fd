package dev.lanewise.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The floating-point operations that a benchmark did; per nanosecond they are GFLOPS. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class Flops {
  /** The operations done. */
  public long gflops;

  /** Makes a counter at zero, for JMH. */
  public Flops() {}
}
