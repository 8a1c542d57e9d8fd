package dev.lanewise.bench.peers;

import ai.onnxruntime.OrtException;
import dev.lanewise.bench.Callers;
import dev.lanewise.bench.Calls;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The predictions of {@code CallersBenchmark} in ONNX Runtime and libtorch: read {@link
 * PeerCallers}.
 *
 * <pre>java -jar bench/target/benchmarks.jar full callers</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 1, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class CallersPeersBenchmark {
  private static final String NETWORK = "64-128-128-64-10";
  private static final int WINDOW_MILLIS = 50;

  /** The threads that call. */
  @Param({"1", "2", "4", "8"})
  public int callers;

  /** What a call does, and the rows of its batch. */
  @Param({"inference-1", "inference-32"})
  public String work = "";

  private Callers running = Callers.start(List.of());

  /** Makes the benchmark, for JMH. */
  public CallersPeersBenchmark() {}

  private int batch() {
    return Integer.parseInt(work.substring(work.indexOf('-') + 1));
  }

  private void count(Calls calls) throws InterruptedException {
    Thread.sleep(WINDOW_MILLIS);
    running.count(calls);
  }

  /** Leaves out the calls made between iterations. */
  @Setup(Level.Iteration)
  public void look() {
    running.look();
  }

  /** Stops the callers. */
  @TearDown(Level.Trial)
  public void stop() throws InterruptedException {
    running.close();
  }

  /** ONNX Runtime, loaded where it is measured alone. */
  @State(Scope.Benchmark)
  public static class Onnx {
    /** Makes the state, for JMH. */
    public Onnx() {}

    /** Checks the predictions, and starts the callers. */
    @Setup(Level.Trial)
    public void setUp(CallersPeersBenchmark of) throws OrtException {
      of.running = Callers.start(PeerCallers.onnxRuntime(NETWORK, of.batch(), of.callers));
    }
  }

  /** Bytedeco's libtorch, loaded where it is measured alone. */
  @State(Scope.Benchmark)
  public static class Libtorch {
    /** Makes the state, for JMH. */
    public Libtorch() {}

    /** Checks the predictions, and starts the callers. */
    @Setup(Level.Trial)
    public void setUp(CallersPeersBenchmark of) {
      of.running = Callers.start(PeerCallers.libtorch(NETWORK, of.batch(), of.callers));
    }
  }

  /** ONNX Runtime. */
  @Benchmark
  public void onnxruntime(Onnx library, Calls calls) throws InterruptedException {
    count(calls);
  }

  /** libtorch. */
  @Benchmark
  public void libtorch(Libtorch library, Calls calls) throws InterruptedException {
    count(calls);
  }
}
