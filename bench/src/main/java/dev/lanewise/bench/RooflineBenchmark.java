package dev.lanewise.bench;

import dev.lanewise.kernel.Roofline;
import dev.lanewise.kernel.Simd;
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
 * The rate of multiply-adds that nothing but the arithmetic unit limits: the peak beside which
 * every other rate stands.
 *
 * <pre>java -jar bench/target/benchmarks.jar full roofline</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 150, timeUnit = TimeUnit.MILLISECONDS)
public class RooflineBenchmark {
  /** The threads that share the work. */
  @Param("1")
  public int threads;

  private MemorySegment sink = MemorySegment.NULL;

  /** Makes the benchmark, for JMH. */
  public RooflineBenchmark() {}

  /** Fixes the threads. */
  @Setup(Level.Trial)
  public void setUp() {
    Workers.setThreads(threads);
    sink = Arena.ofAuto().allocate(4L * Simd.LANES * threads, 64);
  }

  /** Chains of multiply-adds in registers, on each thread. */
  @Benchmark
  public void fma(Flops flops) {
    Workers.run(threads, part -> Roofline.multiplyAdd(sink, 4L * Simd.LANES * part));
    flops.gflops += Roofline.multiplyAddFlops() * threads;
  }
}
