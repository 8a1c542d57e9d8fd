package dev.lanewise.bench;

import dev.lanewise.kernel.Workers;
import dev.lanewise.tensor.Tensor;
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
 * One training step of a multilayer perceptron inside a scope: forward, mean squared error,
 * backward, Adam.
 *
 * <pre>java -jar bench/target/benchmarks.jar full training</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 3, time = 1000, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class TrainingStepBenchmark {
  /** The sizes of the layers. */
  @Param({"8-64-64-64-1", "64-128-128-64-10", "784-512-256-128-10", "1024-1024-1024-1024-1024"})
  public String network = "";

  /** The rows of a batch. */
  @Param({"1", "32", "256", "1024"})
  public int batch;

  /** The threads that share the work. */
  @Param("1")
  public int threads;

  private Mlp mlp;
  private Tensor x;
  private Tensor y;

  /** Makes the benchmark, for JMH. */
  public TrainingStepBenchmark() {
    mlp = new Mlp(1, 1);
    x = Tensor.zeros(1, 1);
    y = Tensor.zeros(1, 1);
  }

  /** Makes the network and its batch. */
  @Setup(Level.Trial)
  public void setUp() {
    Workers.setThreads(threads);
    int[] sizes = Mlp.sizes(network);
    int out = sizes[sizes.length - 1];
    mlp = new Mlp(sizes);
    x = Tensor.of(Mlp.inputs(sizes, batch), batch, sizes[0]);
    y = Tensor.of(Mlp.targets(sizes, batch), batch, out);
  }

  /** Lanewise. */
  @Benchmark
  public void lanewise() {
    try (dev.lanewise.memory.Scope _ = dev.lanewise.memory.Scope.open()) {
      mlp.train(x, y);
    }
  }
}
