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
 * Three kernels in a JVM that has run nothing else, and in one whose profiles {@link MixedLoad} has
 * filled. One thread.
 *
 * <pre>java -jar bench/target/benchmarks.jar full mixed</pre>
 */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 4, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 3, time = 1000, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 150, timeUnit = TimeUnit.MILLISECONDS)
public class MixedBenchmark {
  /** What the JVM has run before. */
  @Param({"clean", "mixed"})
  public String profile = "";

  private static final int N = 256;
  private static final long LOAD_NANOS = 3_000_000_000L;

  private Prediction prediction;
  private MemorySegment a = MemorySegment.NULL;
  private MemorySegment b = MemorySegment.NULL;
  private MemorySegment c = MemorySegment.NULL;

  /** Makes the benchmark, for JMH. */
  public MixedBenchmark() {
    prediction = new Prediction(new Mlp(1, 1).predictor(), 1);
  }

  /** Runs the other work, where there is any, and then fills the operands. */
  @Setup(Level.Trial)
  public void setUp() {
    if (profile.equals("mixed")) {
      MixedLoad.run(LOAD_NANOS);
    }
    Workers.setThreads(1);
    a = Inputs.random((long) N * N, 1);
    b = Inputs.random((long) N * N, 2);
    c = Inputs.random((long) N * N, 3);
    prediction = new Prediction(new Mlp(Mlp.sizes("64-128-128-64-10")).predictor(), 1);
  }

  /** C = A B, 256 cubed. */
  @Benchmark
  @BenchmarkMode(Mode.Throughput)
  public void sgemm256(Flops flops) {
    Gemm.multiply(N, N, N, 1, a, 0, N, 1, b, 0, N, 1, 0, c, 0, N);
    flops.gflops += 2L * N * N * N;
  }

  /** C += A B, 256 cubed. */
  @Benchmark
  @BenchmarkMode(Mode.Throughput)
  public void accumulate256(Flops flops) {
    Gemm.multiply(N, N, N, 1, a, 0, N, 1, b, 0, N, 1, 1, c, 0, N);
    flops.gflops += 2L * N * N * N;
  }

  /** A prediction for one row. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public MemorySegment inference() {
    return prediction.predict();
  }
}
