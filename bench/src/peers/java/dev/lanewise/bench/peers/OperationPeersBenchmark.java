package dev.lanewise.bench.peers;

import dev.lanewise.bench.OperationCase;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
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
 * The operations of {@code OperationBenchmark} by libtorch, on one thread.
 *
 * <pre>java -jar bench/target/benchmarks.jar full operation</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 2, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class OperationPeersBenchmark {
  /** The operation. */
  @Param({"layerNorm", "softmax", "crossEntropy", "conv2d", "attention"})
  public String operation = "";

  private OperationCase work = OperationCase.LAYER_NORM;
  private Tensor[] inputs = {};
  private Tensor labels = new Tensor();

  /** Makes the benchmark, for JMH. */
  public OperationPeersBenchmark() {}

  /**
   * Fills the operands and compares value and gradients with Lanewise's. Both compute in float32
   * and sum up to 25,088 terms below 1 in other orders: 2e-3 is some tens of roundings of such a
   * sum.
   */
  @Setup(Level.Trial)
  public void setUp() {
    LibtorchMlp.threads(1);
    work = OperationCase.named(operation);
    List<int[]> shapes = work.shapes();
    inputs = new Tensor[shapes.size()];
    for (int i = 0; i < inputs.length; i++) {
      long[] dims = Arrays.stream(shapes.get(i)).asLongStream().toArray();
      inputs[i] = Tensor.create(work.values(i), dims).requires_grad_(true);
    }
    long[] classes = Arrays.stream(OperationCase.labels()).asLongStream().toArray();
    labels = Tensor.create(classes, classes.length);
    List<float[]> ours = work.computed();
    Tensor value = apply();
    Agreement.check("libtorch", LibtorchMlp.floats(value), ours.getFirst(), 2e-3);
    value.sum().backward();
    for (int i = 0; i < inputs.length; i++) {
      Agreement.check("libtorch", LibtorchMlp.floats(inputs[i].grad()), ours.get(i + 1), 2e-3);
    }
  }

  /** The value. */
  @Benchmark
  public float libtorch() {
    try (PointerScope _ = new PointerScope();
        NoGradGuard _ = new NoGradGuard()) {
      return apply().data_ptr_float().get();
    }
  }

  /** The value and the gradients. */
  @Benchmark
  public float libtorchBackward() {
    try (PointerScope _ = new PointerScope()) {
      for (Tensor input : inputs) {
        input.mutable_grad().reset();
      }
      Tensor sum = apply().sum();
      sum.backward();
      return sum.item_float();
    }
  }

  private Tensor apply() {
    return switch (work) {
      case LAYER_NORM ->
          torch.layer_norm(
              inputs[0],
              new long[] {512},
              new TensorOptional(inputs[1]),
              new TensorOptional(inputs[2]),
              1e-5,
              false);
      case SOFTMAX -> torch.softmax(inputs[0], -1, new ScalarTypeOptional());
      case CROSS_ENTROPY -> torch.cross_entropy_loss(inputs[0], labels);
      case CONV_2D ->
          torch.conv2d(
              inputs[0],
              inputs[1],
              new TensorOptional(inputs[2]),
              new long[] {1, 1},
              new long[] {1, 1},
              new long[] {1, 1},
              1);
      case ATTENTION -> torch.scaled_dot_product_attention(inputs[0], inputs[1], inputs[2]);
    };
  }
}
