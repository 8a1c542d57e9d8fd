package dev.lanewise.bench;

import dev.lanewise.infer.Predictor;
import dev.lanewise.kernel.Workers;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
 * The times of one caller's single calls of a predictor, while other callers share it, and while
 * the collector is kept busy. Each call runs on its caller's thread alone. The heap is small, so
 * that it is collected several times a second under pressure.
 *
 * <p>A caller that is stopped makes no calls meanwhile, so a pause is one long call, not many.
 *
 * <pre>java -jar bench/target/benchmarks.jar full predictor</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-Xmx512m", "-Xmn64m"})
@Warmup(iterations = 1, time = 1000, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class PredictorBenchmark {
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

  private Prediction own;
  private @Nullable Callers others;
  private @Nullable GarbagePressure garbage;

  /** Makes the benchmark, for JMH. */
  public PredictorBenchmark() {
    own = new Prediction(new Mlp(1, 1).predictor(), 1);
  }

  /** Warms the predictor, compares its output with the network's, and starts what runs beside. */
  @Setup(Level.Trial)
  public void setUp() {
    Workers.setThreads(1);
    Mlp mlp = new Mlp(Mlp.sizes(network));
    Predictor predictor = mlp.predictor();
    own = new Prediction(predictor, batch);
    own.check(mlp);
    predictor.warmup(batch);
    others =
        Callers.start(
            IntStream.range(1, callers)
                .<Runnable>mapToObj(_ -> new Prediction(predictor, batch)::predict)
                .toList());
    garbage = pressure.equals("garbage") ? GarbagePressure.start() : null;
  }

  /** Lanewise. */
  @Benchmark
  public MemorySegment lanewise() {
    return own.predict();
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
}
