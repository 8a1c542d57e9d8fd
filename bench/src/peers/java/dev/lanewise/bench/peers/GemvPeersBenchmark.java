package dev.lanewise.bench.peers;

import dev.lanewise.bench.Bytes;
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
 * One row times a matrix of weights, by {@code sgemv} of OpenBLAS and MKL. One thread, fixed by
 * {@code blas_set_num_threads} and {@code MKL_Set_Num_Threads}.
 *
 * <pre>java -jar bench/target/benchmarks.jar "Gemv.*"</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 1, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class GemvPeersBenchmark {
  /** The layout of the weights in memory: rows of inputs, or rows of outputs. */
  @Param({"in-out", "out-in"})
  public String weights = "";

  /** Inputs and outputs: weights of the size of L2, of L3 and of neither. */
  @Param({"512x256", "2048x1024", "8192x8192"})
  public String size = "";

  private Product shape = new Product(false, false, 1, 1, 1);
  private NativeFloats x = NativeFloats.random(1, 1);
  private NativeFloats w = NativeFloats.random(1, 2);
  private NativeFloats y = NativeFloats.random(1, 3);

  /** Makes the benchmark, for JMH. */
  public GemvPeersBenchmark() {}

  /** Fills the operands. */
  @Setup(Level.Trial)
  public void setUp() {
    String[] sizes = size.split("x", -1);
    int in = Integer.parseInt(sizes[0]);
    int out = Integer.parseInt(sizes[1]);
    shape = new Product(false, weights.equals("out-in"), 1, out, in);
    x = NativeFloats.random(in, 1);
    w = NativeFloats.random(in * out, 2);
    y = NativeFloats.random(out, 3);
  }

  // sgemv takes the matrix as it is stored, and reads y = w x: rows of inputs are the transposed.

  private void multiplyByOpenBlas() {
    boolean outIn = shape.transposedB();
    openblas.cblas_sgemv(
        openblas.CblasRowMajor,
        outIn ? openblas.CblasNoTrans : openblas.CblasTrans,
        outIn ? shape.n() : shape.k(),
        outIn ? shape.k() : shape.n(),
        1f,
        w.pointer(),
        shape.ldb(),
        x.pointer(),
        1,
        0f,
        y.pointer(),
        1);
  }

  private void multiplyByMkl() {
    boolean outIn = shape.transposedB();
    mkl_rt.cblas_sgemv(
        mkl_rt.CblasRowMajor,
        outIn ? mkl_rt.CblasNoTrans : mkl_rt.CblasTrans,
        outIn ? shape.n() : shape.k(),
        outIn ? shape.k() : shape.n(),
        1f,
        w.pointer(),
        shape.ldb(),
        x.pointer(),
        1,
        0f,
        y.pointer(),
        1);
  }

  private void check(String peer) {
    NativeFloats ours = NativeFloats.random(y.size(), 3);
    shape.multiply(x.segment(), w.segment(), ours.segment());
    Agreement.check(peer, y.toArray(), ours.toArray(), shape.tolerance());
  }

  private void count(Bytes bytes, Flops flops) {
    bytes.gigabytes += (long) w.size() * Float.BYTES;
    flops.gflops += shape.flops();
  }

  /** OpenBLAS, loaded where it is measured alone. */
  @State(Scope.Benchmark)
  public static class OpenBlas {
    /** Makes the state, for JMH. */
    public OpenBlas() {}

    /** Fixes the threads and checks the product. */
    @Setup(Level.Trial)
    public void setUp(GemvPeersBenchmark work) {
      openblas.blas_set_num_threads(1);
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
    public void setUp(GemvPeersBenchmark work) {
      mkl_rt.MKL_Set_Num_Threads(1);
      work.multiplyByMkl();
      work.check("MKL");
    }
  }

  /** OpenBLAS. */
  @Benchmark
  public void openblas(OpenBlas library, Bytes bytes, Flops flops) {
    multiplyByOpenBlas();
    count(bytes, flops);
  }

  /** MKL. */
  @Benchmark
  public void mkl(Mkl library, Bytes bytes, Flops flops) {
    multiplyByMkl();
    count(bytes, flops);
  }
}
