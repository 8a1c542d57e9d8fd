package dev.lanewise.bench;

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
 * A predictor's answer for a batch of a multilayer perceptron.
 *
 * <pre>java -jar bench/target/benchmarks.jar full inference</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 3, time = 1000, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class InferenceBenchmark {
  /** The sizes of the layers. */
  @Param({"8-64-64-64-1", "64-128-128-64-10", "784-512-256-128-10", "1024-1024-1024-1024-1024"})
  public String network = "";

  /** The rows of a batch. */
  @Param({"1", "32", "256", "1024"})
  public int batch;

  /** The threads that share the work. */
  @Param("1")
  public int threads;

  private Prediction prediction;

  /** Makes the benchmark, for JMH. */
  public InferenceBenchmark() {
    prediction = new Prediction(new Mlp(1, 1).predictor(), 1);
  }

  /** Makes the predictor, and compares its output with that of the network as it trains. */
  @Setup(Level.Trial)
  public void setUp() {
    Workers.setThreads(threads);
    Mlp mlp = new Mlp(Mlp.sizes(network));
    prediction = new Prediction(mlp.predictor(), batch);
    prediction.check(mlp);
  }

  /** Lanewise. */
  @Benchmark
  public MemorySegment lanewise() {
    return prediction.predict();
  }
}
