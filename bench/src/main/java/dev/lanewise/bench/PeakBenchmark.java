package dev.lanewise.bench;

import dev.lanewise.kernel.Roofline;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The rate of multiply-adds that nothing but the arithmetic unit limits: the peak beside which
 * every other rate stands.
 *
 * <pre>java -jar bench/target/benchmarks.jar PeakBenchmark</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class PeakBenchmark {
  private final MemorySegment sink = Arena.ofAuto().allocate(64, 64);

  /** Makes the benchmark, for JMH. */
  public PeakBenchmark() {}

  /** Chains of multiply-adds in registers. */
  @Benchmark
  public void fma(Flops flops) {
    Roofline.multiplyAdd(sink, 0);
    flops.gflops += Roofline.multiplyAddFlops();
  }
}
