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
 * backward, Adam. One thread.
 *
 * <pre>java -jar bench/target/benchmarks.jar "PeakBenchmark|TrainingStepBenchmark" -prof gc</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class TrainingStepBenchmark {
  /** The sizes of the layers. */
  @Param({"8-64-64-64-1", "64-128-128-64-10", "784-512-256-128-10"})
  public String sizes = "";

  /** The rows of a batch. */
  @Param({"1", "32", "256"})
  public int batch;

  private Mlp network;
  private Tensor x;
  private Tensor y;

  /** Makes the benchmark, for JMH. */
  public TrainingStepBenchmark() {
    network = new Mlp(1, 1);
    x = Tensor.zeros(1, 1);
    y = Tensor.zeros(1, 1);
  }

  /** Makes the network and its batch. */
  @Setup(Level.Trial)
  public void setUp() {
    Workers.setThreads(1);
    int[] widths = Mlp.sizes(sizes);
    int out = widths[widths.length - 1];
    network = new Mlp(widths);
    x = Tensor.of(Inputs.floats(batch * widths[0], 1), batch, widths[0]);
    y = Tensor.of(Inputs.floats(batch * out, 2), batch, out);
  }

  /** Lanewise. */
  @Benchmark
  public void lanewise() {
    try (dev.lanewise.memory.Scope _ = dev.lanewise.memory.Scope.open()) {
      network.train(x, y);
    }
  }
}
