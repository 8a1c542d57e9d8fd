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
 * C = A B, with either operand stored transposed or not. {@link Group#SGEMM} has the whole set of
 * products.
 *
 * <pre>java -jar bench/target/benchmarks.jar full sgemm</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class SgemmBenchmark {
  /** Which of A and B are stored transposed, and M, N and K: see {@link Product}. */
  @Param({"NN 256x256x256", "NN 512x512x512", "NN 1024x1024x1024"})
  public String product = "";

  /** The threads that share the work. */
  @Param("1")
  public int threads;

  private int m;
  private int n;
  private int k;
  private long aRow;
  private long aCol;
  private long bRow;
  private long bCol;
  private long work;
  private MemorySegment a = MemorySegment.NULL;
  private MemorySegment b = MemorySegment.NULL;
  private MemorySegment c = MemorySegment.NULL;

  /** Makes the benchmark, for JMH. */
  public SgemmBenchmark() {}

  /** Fills the operands. */
  @Setup(Level.Trial)
  public void setUp() {
    Workers.setThreads(threads);
    Product p = Product.of(product);
    m = p.m();
    n = p.n();
    k = p.k();
    aRow = p.transposedA() ? 1 : k;
    aCol = p.transposedA() ? m : 1;
    bRow = p.transposedB() ? 1 : n;
    bCol = p.transposedB() ? k : 1;
    work = p.flops();
    a = Inputs.random((long) m * k, 1);
    b = Inputs.random((long) k * n, 2);
    c = Inputs.random((long) m * n, 3);
  }

  /** Lanewise. */
  @Benchmark
  public void lanewise(Flops flops) {
    Gemm.multiply(m, n, k, 1, a, 0, aRow, aCol, b, 0, bRow, bCol, 0, c, 0, n);
    flops.gflops += work;
  }
}
