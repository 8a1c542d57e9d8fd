package dev.lanewise.bench.peers;

import ai.onnxruntime.OrtException;
import dev.lanewise.bench.Mlp;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import java.util.List;
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
 * The predictions of {@code InferenceBenchmark} in ONNX Runtime and libtorch. Their threads are
 * fixed by the session's options, and by {@code torch.set_num_threads} with {@code
 * blas_set_num_threads}.
 *
 * <pre>java -jar bench/target/benchmarks.jar "Inference.*"</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 1, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class InferencePeersBenchmark {
  /**
   * Outputs of a sigmoid of sums of at most 1024 terms, in other orders and through other
   * approximations of the sigmoid: tens of ulps of 6e-8. A wrong weight moves them by more than
   * this.
   */
  private static final double TOLERANCE = 1e-5;

  /** The sizes of the layers. */
  @Param({"8-64-64-64-1", "64-128-128-64-10", "784-512-256-128-10", "1024-1024-1024-1024-1024"})
  public String network = "";

  /** The rows of a batch. */
  @Param({"1", "32", "256", "1024"})
  public int batch;

  /** The threads that share a call. */
  @Param({"1"})
  public int threads;

  private List<Layer> layers = List.of();
  private NativeFloats x = NativeFloats.random(1, 1);
  private float[] expected = {};

  /** Makes the benchmark, for JMH. */
  public InferencePeersBenchmark() {}

  /** Makes Lanewise's network, from whose weights the others start, and its predictions. */
  @Setup(Level.Trial)
  public void setUp() {
    int[] sizes = Mlp.sizes(network);
    Mlp ours = new Mlp(sizes);
    layers = Layer.of(ours);
    x = NativeFloats.random(batch * sizes[0], 1);
    try (NoGrad _ = NoGrad.open()) {
      expected = ours.forward(Tensor.of(x.toArray(), batch, sizes[0])).toFloatArray();
    }
  }

  private Runnable checked(String peer, Predictor predictor) {
    Agreement.check(peer, predictor.output(), expected, TOLERANCE);
    return predictor::predict;
  }

  /** ONNX Runtime, loaded where it is measured alone. */
  @State(Scope.Benchmark)
  public static class Onnx {
    private Runnable call = () -> {};

    /** Makes the state, for JMH. */
    public Onnx() {}

    /** Fixes the threads and checks the predictions. */
    @Setup(Level.Trial)
    public void setUp(InferencePeersBenchmark work) throws OrtException {
      OnnxMlp model = new OnnxMlp(work.layers, work.batch, work.threads);
      call = work.checked("ONNX Runtime", model.caller(work.x));
    }
  }

  /** Bytedeco's libtorch, loaded where it is measured alone. */
  @State(Scope.Benchmark)
  public static class Libtorch {
    private Runnable call = () -> {};

    /** Makes the state, for JMH. */
    public Libtorch() {}

    /** Fixes the threads and checks the predictions. */
    @Setup(Level.Trial)
    public void setUp(InferencePeersBenchmark work) {
      LibtorchMlp.threads(work.threads);
      LibtorchMlp model = LibtorchMlp.of(work.layers);
      call = work.checked("libtorch", new LibtorchPredictor(model, work.x.toArray(), work.batch));
    }
  }

  /** ONNX Runtime. */
  @Benchmark
  public void onnxruntime(Onnx library) {
    library.call.run();
  }

  /** libtorch. */
  @Benchmark
  public void libtorch(Libtorch library) {
    library.call.run();
  }
}
