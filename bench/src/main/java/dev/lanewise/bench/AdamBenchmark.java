package dev.lanewise.bench;

import dev.lanewise.kernel.Update;
import dev.lanewise.kernel.Workers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A step of Adam over one large parameter, beside a sweep over the same memory that computes next
 * to nothing.
 *
 * <pre>java -jar bench/target/benchmarks.jar full adam</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 150, timeUnit = TimeUnit.MILLISECONDS)
public class AdamBenchmark {
  /** The parameters. */
  @Param({"1048576", "16777216"})
  public int parameters;

  /** The threads that share the work. */
  @Param("1")
  public int threads;

  private static final int BYTES_A_PARAMETER = 7 * Float.BYTES; // reads p, g, m, v; writes p, m, v

  private MemorySegment p = MemorySegment.NULL;
  private MemorySegment g = MemorySegment.NULL;
  private MemorySegment m = MemorySegment.NULL;
  private MemorySegment v = MemorySegment.NULL;
  private int share;

  /** Makes the benchmark, for JMH. */
  public AdamBenchmark() {}

  /** Fills the parameters, their gradients and Adam's state. */
  @Setup(Level.Trial)
  public void setUp() {
    Workers.setThreads(threads);
    p = Inputs.random(parameters, 1);
    g = Inputs.random(parameters, 2);
    m = Arena.ofAuto().allocate(4L * parameters, 64);
    v = Arena.ofAuto().allocate(4L * parameters, 64);
    share = parameters / threads / Sweeps.STEP * Sweeps.STEP;
  }

  /** Lanewise. */
  @Benchmark
  public void lanewise(Bytes bytes) {
    Update.adam(p, 0, g, 0, m, 0, v, 0, parameters, 1e-3, 0.9, 0.999, 1e-8, 0, false, 0.1, 0.001);
    bytes.gigabytes += (long) BYTES_A_PARAMETER * parameters;
  }

  /** The limit: the same reads and writes, on each thread. */
  @Benchmark
  public void traffic(Bytes bytes) {
    Workers.run(threads, part -> Sweeps.adamTraffic(p, g, m, v, 4L * share * part, 4 * share));
    bytes.gigabytes += (long) BYTES_A_PARAMETER * share * threads;
  }
}
