package dev.lanewise.bench;

import dev.lanewise.kernel.Gemm;
import dev.lanewise.kernel.Workers;
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
 * C = A B over square matrices, in the four cases of transposition.
 *
 * <pre>java -jar bench/target/benchmarks.jar "PeakBenchmark|SgemmBenchmark"</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class SgemmBenchmark {
  /** M, N and K. */
  @Param({"64", "128", "256", "512", "1024"})
  public int size;

  /** Which operands are transposed: N or T for A, then for B. */
  @Param({"NN"})
  public String transposed = "";

  /** The threads that share a product. */
  @Param({"1"})
  public int threads;

  private MemorySegment a;
  private MemorySegment b;
  private MemorySegment c;

  /** Makes the benchmark, for JMH. */
  public SgemmBenchmark() {
    a = MemorySegment.NULL;
    b = MemorySegment.NULL;
    c = MemorySegment.NULL;
  }

  /** Fills the operands. */
  @Setup(Level.Trial)
  public void setUp() {
    Workers.setThreads(threads);
    a = Inputs.random((long) size * size, 1);
    b = Inputs.random((long) size * size, 2);
    c = Inputs.random((long) size * size, 3);
  }

  /** Lanewise. */
  @Benchmark
  public void lanewise(Flops flops) {
    int n = size;
    boolean ta = transposed.charAt(0) == 'T';
    boolean tb = transposed.charAt(1) == 'T';
    Gemm.multiply(
        n, n, n, 1, a, 0, ta ? 1 : n, ta ? n : 1, b, 0, tb ? 1 : n, tb ? n : 1, 0, c, 0, n);
    flops.gflops += 2L * n * n * n;
  }
}
