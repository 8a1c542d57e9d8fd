package dev.lanewise.bench.peers;

import dev.lanewise.bench.Elements;
import java.util.concurrent.TimeUnit;
import org.bytedeco.mkl.global.mkl_rt;
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
 * The functions of {@code MapBenchmark} by MKL's vector library, in both of its accuracies, and by
 * oneDNN. One thread, fixed by {@code MKL_Set_Num_Threads} and {@code omp_set_num_threads}.
 *
 * <pre>java -jar bench/target/benchmarks.jar "Map.*"</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 1, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class MapPeersBenchmark {
  /** The floats of a row: of the size of L1, of L2 and of L3. */
  @Param({"4096", "65536", "2097152"})
  public int elements;

  private NativeFloats src = NativeFloats.random(1, 1);
  private NativeFloats dst = NativeFloats.random(1, 2);

  /** Makes the benchmark, for JMH. */
  public MapPeersBenchmark() {}

  /** Fills the row. */
  @Setup(Level.Trial)
  public void setUp() {
    src = NativeFloats.random(elements, 1);
    dst = NativeFloats.random(elements, 2);
  }

  /**
   * Runs the function once and compares it with Lanewise's. The arguments are between -1 and 1:
   * neither library may be more than some ulps from the exact value, of which the largest, below 4,
   * has ulps of 2.4e-7; a row of softmax has a rounded sum besides, but only small results.
   */
  private Runnable checked(String peer, String function, Runnable work) {
    NativeFloats ours = NativeFloats.random(elements, 2);
    Functions.lanewise(function, src, ours).run();
    work.run();
    double tolerance = function.equals("softmax") ? 1e-4 / elements : 2e-6;
    Agreement.check(peer, dst.toArray(), ours.toArray(), tolerance);
    return work;
  }

  /** The functions that MKL has. */
  @State(Scope.Benchmark)
  public static class Mkl {
    /** The function. */
    @Param({"exp", "tanh"})
    public String function = "";

    private Runnable high = () -> {};
    private Runnable low = () -> {};

    /** Makes the state, for JMH. */
    public Mkl() {}

    /** Fixes the thread and checks the function in both accuracies. */
    @Setup(Level.Trial)
    public void setUp(MapPeersBenchmark row) {
      high = of(row, "MKL in VML_HA", mkl_rt.VML_HA);
      low = of(row, "MKL in VML_LA", mkl_rt.VML_LA);
    }

    private Runnable of(MapPeersBenchmark row, String name, int mode) {
      return row.checked(name, function, Vml.of(function, mode, row.src, row.dst));
    }
  }

  /** The functions that oneDNN has. */
  @State(Scope.Benchmark)
  public static class Dnnl {
    /** The function. */
    @Param({"exp", "sigmoid", "tanh", "gelu", "softmax"})
    public String function = "";

    private Runnable work = () -> {};

    /** Makes the state, for JMH. */
    public Dnnl() {}

    /** Fixes the thread and checks the function. */
    @Setup(Level.Trial)
    public void setUp(MapPeersBenchmark row) {
      work = row.checked("oneDNN", function, OneDnn.of(function, row.src, row.dst));
    }
  }

  /** MKL, accurate to less than an ulp. */
  @Benchmark
  public void vmlHa(Mkl library, Elements counted) {
    library.high.run();
    counted.gelements += elements;
  }

  /** MKL, accurate to a few ulps. */
  @Benchmark
  public void vmlLa(Mkl library, Elements counted) {
    library.low.run();
    counted.gelements += elements;
  }

  /** oneDNN. */
  @Benchmark
  public void onednn(Dnnl library, Elements counted) {
    library.work.run();
    counted.gelements += elements;
  }
}
