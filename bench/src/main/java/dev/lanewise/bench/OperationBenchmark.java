package dev.lanewise.bench;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.Workers;
import dev.lanewise.memory.Scope;
import dev.lanewise.nn.AttentionMask;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One operation on tensors inside a scope: its value without a tape, or its value and then the
 * gradients of all its inputs. One thread.
 *
 * <pre>java -jar bench/target/benchmarks.jar full operations</pre>
 */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 6, time = 1000, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class OperationBenchmark {
  private static final double EPS = 1e-5;

  private List<Tensor> inputs = List.of();
  private Supplier<Tensor> operation = () -> Tensor.zeros(1);
  private NDArray cotangent = NDArray.zeros(Shape.of(1));
  private Runnable work = () -> {};

  /** Makes the benchmark, for JMH. */
  public OperationBenchmark() {}

  /** Fills the operands. */
  @Setup(Level.Trial)
  public void setUp(OperationCase of) {
    Workers.setThreads(1);
    inputs =
        of.inputs().stream()
            .map(in -> Tensor.of(in.values(), in.shape()).requiresGrad(true))
            .toList();
    operation = operation(of);
    Tensor result = operation.get();
    cotangent = NDArray.of(of.cotangent(result.size())).reshape(result.shape());
    work = of.isBackward() ? this::backward : this::forward;
  }

  private Supplier<Tensor> operation(OperationCase of) {
    Tensor x = inputs.getFirst();
    return switch (of.kind()) {
      case LAYER_NORM -> () -> x.layerNorm(inputs.get(1), inputs.get(2), EPS);
      case SOFTMAX -> () -> x.softmax(-1);
      case CROSS_ENTROPY -> {
        int[] labels = of.labels();
        yield () -> x.crossEntropy(labels);
      }
      case CONV2D -> () -> x.conv2d(inputs.get(1), inputs.get(2), 1, 1);
      case ATTENTION -> () -> Tensor.attention(x, inputs.get(1), inputs.get(2), null);
      case CAUSAL_ATTENTION -> {
        Tensor mask = AttentionMask.causal(x.shape().dim(-2));
        yield () -> Tensor.attention(x, inputs.get(1), inputs.get(2), mask);
      }
    };
  }

  private void forward() {
    try (Scope _ = Scope.open();
        NoGrad _ = NoGrad.open()) {
      Tensor _ = operation.get();
    }
  }

  private void backward() {
    inputs.forEach(Tensor::zeroGrad);
    try (Scope _ = Scope.open()) {
      operation.get().backward(cotangent);
    }
  }

  /** Returns the value and then the gradient of each input, in row-major order. */
  public List<float[]> results() {
    backward();
    List<float[]> results = new ArrayList<>();
    results.add(operation.get().toFloatArray());
    inputs.forEach(in -> results.add(Objects.requireNonNull(in.grad()).toFloatArray()));
    return results;
  }

  /** Lanewise. */
  @Benchmark
  public void lanewise() {
    work.run();
  }
}
