package dev.lanewise.bench.peers;

import ai.onnxruntime.OrtException;
import dev.lanewise.bench.Callers;
import dev.lanewise.bench.GarbagePressure;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The calls of {@code PredictorBenchmark} in ONNX Runtime, one session for all callers, and in
 * libtorch, one module for all: read {@link PeerCallers}.
 *
 * <pre>java -jar bench/target/benchmarks.jar full predictor</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-modules=jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED",
      "-Xmx512m",
      "-Xmn64m"
    })
@Warmup(iterations = 1, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class PredictorPeersBenchmark {
  /** The sizes of the layers. */
  @Param({"8-64-64-64-1", "64-128-128-64-10", "784-512-256-128-10"})
  public String network = "";

  /** The rows of a batch. */
  @Param({"1", "32", "1024"})
  public int batch;

  /** The threads that call without a pause, the measured one included. */
  @Param({"1", "2", "4", "8", "16"})
  public int callers;

  /** What else the process does: nothing, or make garbage. */
  @Param({"none", "garbage"})
  public String pressure = "";

  private @Nullable Callers others;
  private @Nullable GarbagePressure garbage;

  /** Makes the benchmark, for JMH. */
  public PredictorPeersBenchmark() {}

  /** Starts what runs beside, and returns the call to measure. */
  private Runnable start(List<Runnable> calls) {
    others = Callers.start(calls.subList(1, calls.size()));
    garbage = pressure.equals("garbage") ? GarbagePressure.start() : null;
    return calls.getFirst();
  }

  /** Stops what runs beside. */
  @TearDown(Level.Trial)
  public void stop() throws InterruptedException {
    if (garbage != null) {
      garbage.close();
    }
    if (others != null) {
      others.close();
      others.check();
    }
  }

  /** ONNX Runtime, loaded where it is measured alone. */
  @State(Scope.Benchmark)
  public static class Onnx {
    private Runnable call = () -> {};

    /** Makes the state, for JMH. */
    public Onnx() {}

    /** Checks the predictions, and starts the other callers. */
    @Setup(Level.Trial)
    public void setUp(PredictorPeersBenchmark work) throws OrtException {
      call = work.start(PeerCallers.onnxRuntime(work.network, work.batch, work.callers));
    }
  }

  /** Bytedeco's libtorch, loaded where it is measured alone. */
  @State(Scope.Benchmark)
  public static class Libtorch {
    private Runnable call = () -> {};

    /** Makes the state, for JMH. */
    public Libtorch() {}

    /** Checks the predictions, and starts the other callers. */
    @Setup(Level.Trial)
    public void setUp(PredictorPeersBenchmark work) {
      call = work.start(PeerCallers.libtorch(work.network, work.batch, work.callers));
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
