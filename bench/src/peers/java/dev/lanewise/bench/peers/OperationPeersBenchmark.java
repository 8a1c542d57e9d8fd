package dev.lanewise.bench.peers;

import dev.lanewise.bench.OperationBenchmark;
import dev.lanewise.bench.OperationCase;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The operations of {@code OperationBenchmark} by libtorch. One thread, fixed by {@code
 * set_num_threads}.
 *
 * <pre>java -jar bench/target/benchmarks.jar full operations</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 2, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class OperationPeersBenchmark {
  /**
   * How far a result may be from Lanewise's, as a part of the largest element. The longest sums, of
   * a filter's gradient, have 25,088 terms of either sign; one after another they err by the root
   * of that many roundings of 6e-8, and both libraries sum in parts, which is closer.
   */
  private static final double TOLERANCE = 1e-5;

  private static final double EPS = 1e-5;
  private static final long[] ONES = {1, 1};

  private List<Tensor> inputs = List.of();
  private Supplier<Tensor> operation = Tensor::new;
  private Tensor cotangent = new Tensor();
  private BoolOptional graphIsReleased = new BoolOptional();
  private TensorArrayRefOptional allLeaves = new TensorArrayRefOptional();
  private Runnable work = () -> {};

  /** Makes the benchmark, for JMH. */
  public OperationPeersBenchmark() {}

  /** Fixes the thread, fills the operands, and checks value and gradients. */
  @Setup(Level.Trial)
  public void setUp(OperationCase of) {
    LibtorchMlp.threads(1);
    inputs = of.inputs().stream().map(OperationPeersBenchmark::leaf).toList();
    operation = operation(of);
    Tensor value = operation.get();
    cotangent = Tensor.create(of.cotangent(value.numel())).view_as(value);
    check(of, value);
    work = of.isBackward() ? this::backward : this::forward;
  }

  private static Tensor leaf(OperationCase.Input input) {
    long[] shape = Arrays.stream(input.shape()).asLongStream().toArray();
    return Tensor.create(input.values(), shape).requires_grad_(true);
  }

  private Supplier<Tensor> operation(OperationCase of) {
    Tensor x = inputs.getFirst();
    return switch (of.kind()) {
      case LAYER_NORM -> {
        long[] columns = {of.columns()};
        TensorOptional weight = new TensorOptional(inputs.get(1));
        TensorOptional bias = new TensorOptional(inputs.get(2));
        yield () -> torch.layer_norm(x, columns, weight, bias, EPS, true);
      }
      case SOFTMAX -> () -> torch.softmax(x, -1);
      case CROSS_ENTROPY -> {
        Tensor labels = Tensor.create(Arrays.stream(of.labels()).asLongStream().toArray());
        yield () -> torch.cross_entropy_loss(x, labels);
      }
      case CONV2D -> {
        TensorOptional bias = new TensorOptional(inputs.get(2));
        yield () -> torch.conv2d(x, inputs.get(1), bias, ONES, ONES, ONES, 1);
      }
      case ATTENTION -> attention(false);
      case CAUSAL_ATTENTION -> attention(true);
    };
  }

  private Supplier<Tensor> attention(boolean causal) {
    TensorOptional mask = new TensorOptional();
    DoubleOptional scale = new DoubleOptional();
    return () ->
        torch.scaled_dot_product_attention(
            inputs.get(0), inputs.get(1), inputs.get(2), mask, 0, causal, scale, false);
  }

  private void check(OperationCase of, Tensor value) {
    OperationBenchmark ours = new OperationBenchmark();
    ours.setUp(of);
    List<float[]> expected = ours.results();
    check("libtorch's value", value, expected.getFirst());
    backward();
    for (int i = 0; i < inputs.size(); i++) {
      check("libtorch's gradient of input " + i, inputs.get(i).grad(), expected.get(i + 1));
    }
  }

  private static void check(String what, Tensor got, float[] expected) {
    float largest = 0;
    for (float each : expected) {
      largest = Math.max(largest, Math.abs(each));
    }
    Agreement.check(what, LibtorchMlp.floats(got), expected, TOLERANCE * largest);
  }

  private void forward() {
    try (PointerScope _ = new PointerScope();
        NoGradGuard _ = new NoGradGuard()) {
      Tensor _ = operation.get();
    }
  }

  private void backward() {
    try (PointerScope _ = new PointerScope()) {
      inputs.forEach(input -> input.mutable_grad().reset());
      operation.get().backward(cotangent, graphIsReleased, false, allLeaves);
    }
  }

  /** Bytedeco's libtorch. */
  @Benchmark
  public void libtorch() {
    work.run();
  }
}
