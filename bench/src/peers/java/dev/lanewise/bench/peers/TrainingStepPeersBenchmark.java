package dev.lanewise.bench.peers;

import dev.lanewise.bench.Inputs;
import dev.lanewise.bench.Mlp;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
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
 * The step of {@link dev.lanewise.bench.TrainingStepBenchmark} in libtorch, on one thread.
 *
 * <pre>java -jar bench/target/benchmarks.jar "PeakBenchmark|TrainingStep.*"</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 3,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class TrainingStepPeersBenchmark {
  /** The sizes of the layers. */
  @Param({"8-64-64-64-1", "64-128-128-64-10", "784-512-256-128-10"})
  public String sizes = "";

  /** The rows of a batch. */
  @Param({"1", "32", "256"})
  public int batch;

  private LibtorchMlp network;
  private Adam optimizer;
  private Tensor x;
  private Tensor y;

  /** Makes the benchmark, for JMH. */
  public TrainingStepPeersBenchmark() {
    network = new LibtorchMlp(1, 1);
    optimizer = network.adam(0.001);
    x = torch.ones(1, 1);
    y = torch.ones(1, 1);
  }

  /** Makes the network and its batch. */
  @Setup(Level.Trial)
  public void setUp() {
    torch.set_num_threads(1);
    int[] widths = Mlp.sizes(sizes);
    int out = widths[widths.length - 1];
    network = new LibtorchMlp(widths);
    optimizer = network.adam(0.001);
    x = Tensor.create(Inputs.floats(batch * widths[0], 1), batch, widths[0]);
    y = Tensor.create(Inputs.floats(batch * out, 2), batch, out);
  }

  /** libtorch. */
  @Benchmark
  public void libtorch() {
    try (PointerScope _ = new PointerScope()) {
      Tensor loss = torch.mse_loss(network.forward(x), y);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
    }
  }
}
