package dev.lanewise.bench.peers;

import dev.lanewise.bench.Flops;
import dev.lanewise.bench.Inputs;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.mkl.global.mkl_rt;
import org.bytedeco.openblas.global.openblas;
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
 * C = A B over square matrices by OpenBLAS and MKL, on one thread.
 *
 * <pre>java -jar bench/target/benchmarks.jar "PeakBenchmark|Sgemm.*"</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 3,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class SgemmPeersBenchmark {
  /** M, N and K. */
  @Param({"64", "128", "256", "512", "1024"})
  public int size;

  private FloatPointer a = new FloatPointer();
  private FloatPointer b = new FloatPointer();
  private FloatPointer c = new FloatPointer();

  /** Makes the benchmark, for JMH. */
  public SgemmPeersBenchmark() {}

  /** Fills the operands, and fixes the libraries' threads. */
  @Setup(Level.Trial)
  public void setUp() {
    openblas.blas_set_num_threads(1);
    mkl_rt.MKL_Set_Num_Threads(1);
    a = new FloatPointer(Inputs.floats(size * size, 1));
    b = new FloatPointer(Inputs.floats(size * size, 2));
    c = new FloatPointer(Inputs.floats(size * size, 3));
  }

  /** OpenBLAS. */
  @Benchmark
  public void openblas(Flops flops) {
    int n = size;
    openblas.cblas_sgemm(
        openblas.CblasRowMajor,
        openblas.CblasNoTrans,
        openblas.CblasNoTrans,
        n,
        n,
        n,
        1f,
        a,
        n,
        b,
        n,
        0f,
        c,
        n);
    flops.gflops += 2L * n * n * n;
  }

  /** MKL. */
  @Benchmark
  public void mkl(Flops flops) {
    int n = size;
    mkl_rt.cblas_sgemm(
        mkl_rt.CblasRowMajor,
        mkl_rt.CblasNoTrans,
        mkl_rt.CblasNoTrans,
        n,
        n,
        n,
        1f,
        a,
        n,
        b,
        n,
        0f,
        c,
        n);
    flops.gflops += 2L * n * n * n;
  }
}
