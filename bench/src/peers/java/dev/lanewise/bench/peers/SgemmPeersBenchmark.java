package dev.lanewise.bench.peers;

import dev.lanewise.bench.Flops;
import dev.lanewise.bench.Product;
import java.util.concurrent.TimeUnit;
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
 * The products of {@link dev.lanewise.bench.SgemmBenchmark} by OpenBLAS and MKL. Their threads are
 * fixed by {@code blas_set_num_threads} and {@code MKL_Set_Num_Threads}, and MKL's choice of fewer
 * is switched off.
 *
 * <pre>java -jar bench/target/benchmarks.jar "Sgemm.*" -p "product=NN 512x512x512"</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 1, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class SgemmPeersBenchmark {
  /** The transpositions of A and B, then M, N and K. */
  @Param({"NN 512x512x512"})
  public String product = "";

  /** The threads that share a product. */
  @Param({"1"})
  public int threads;

  private Product shape = new Product(false, false, 1, 1, 1);
  private NativeFloats a = NativeFloats.random(1, 1);
  private NativeFloats b = NativeFloats.random(1, 2);
  private NativeFloats c = NativeFloats.random(1, 3);

  /** Makes the benchmark, for JMH. */
  public SgemmPeersBenchmark() {}

  /** Fills the operands. */
  @Setup(Level.Trial)
  public void setUp() {
    shape = Product.of(product);
    a = NativeFloats.random(shape.m() * shape.k(), 1);
    b = NativeFloats.random(shape.k() * shape.n(), 2);
    c = NativeFloats.random(shape.m() * shape.n(), 3);
  }

  private void multiplyByOpenBlas() {
    openblas.cblas_sgemm(
        openblas.CblasRowMajor,
        shape.transposedA() ? openblas.CblasTrans : openblas.CblasNoTrans,
        shape.transposedB() ? openblas.CblasTrans : openblas.CblasNoTrans,
        shape.m(),
        shape.n(),
        shape.k(),
        1f,
        a.pointer(),
        shape.lda(),
        b.pointer(),
        shape.ldb(),
        0f,
        c.pointer(),
        shape.n());
  }

  private void multiplyByMkl() {
    mkl_rt.cblas_sgemm(
        mkl_rt.CblasRowMajor,
        shape.transposedA() ? mkl_rt.CblasTrans : mkl_rt.CblasNoTrans,
        shape.transposedB() ? mkl_rt.CblasTrans : mkl_rt.CblasNoTrans,
        shape.m(),
        shape.n(),
        shape.k(),
        1f,
        a.pointer(),
        shape.lda(),
        b.pointer(),
        shape.ldb(),
        0f,
        c.pointer(),
        shape.n());
  }

  private void check(String peer) {
    NativeFloats ours = NativeFloats.random(c.size(), 3);
    shape.multiply(a.segment(), b.segment(), ours.segment());
    Agreement.check(peer, c.toArray(), ours.toArray(), shape.tolerance());
  }

  /** OpenBLAS, loaded where it is measured alone. */
  @State(Scope.Benchmark)
  public static class OpenBlas {
    /** Makes the state, for JMH. */
    public OpenBlas() {}

    /** Fixes the threads and checks the product. */
    @Setup(Level.Trial)
    public void setUp(SgemmPeersBenchmark work) {
      openblas.blas_set_num_threads(work.threads);
      work.multiplyByOpenBlas();
      work.check("OpenBLAS");
    }
  }

  /** MKL, loaded where it is measured alone. */
  @State(Scope.Benchmark)
  public static class Mkl {
    /** Makes the state, for JMH. */
    public Mkl() {}

    /** Fixes the threads and checks the product. */
    @Setup(Level.Trial)
    public void setUp(SgemmPeersBenchmark work) {
      mkl_rt.MKL_Set_Dynamic(0);
      mkl_rt.MKL_Set_Num_Threads(work.threads);
      work.multiplyByMkl();
      work.check("MKL");
    }
  }

  /** OpenBLAS. */
  @Benchmark
  public void openblas(OpenBlas library, Flops flops) {
    multiplyByOpenBlas();
    flops.gflops += shape.flops();
  }

  /** MKL. */
  @Benchmark
  public void mkl(Mkl library, Flops flops) {
    multiplyByMkl();
    flops.gflops += shape.flops();
  }
}
