package dev.lanewise.bench;

import dev.lanewise.kernel.Workers;
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
 * An empty parallel region: what it costs to share work at all.
 *
 * <pre>java -jar bench/target/benchmarks.jar full region</pre>
 */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 150, timeUnit = TimeUnit.MILLISECONDS)
public class RegionBenchmark {
  /** The threads of the region, the caller included. */
  @Param("2")
  public int threads;

  /** Makes the benchmark, for JMH. */
  public RegionBenchmark() {}

  /** Starts the pool. */
  @Setup(Level.Trial)
  public void setUp() {
    Workers.setThreads(threads);
  }

  /** One region after another. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  public void hot() {
    Workers.run(threads, RegionBenchmark::nothing);
  }

  /** A region after the pool has been idle, without the idleness. */
  @Benchmark
  @BenchmarkMode(Mode.SampleTime)
  public void afterIdle(Idleness idle) {
    Workers.run(threads, RegionBenchmark::nothing);
  }

  private static void nothing(int part) {}

  /** Two milliseconds in which nobody computes. */
  @State(Scope.Thread)
  public static class Idleness {
    /** Makes the idleness, for JMH. */
    public Idleness() {}

    /** Sleeps. */
    @Setup(Level.Invocation)
    public void sleep() throws InterruptedException {
      Thread.sleep(2);
    }
  }
}
