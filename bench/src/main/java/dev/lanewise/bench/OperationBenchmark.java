package dev.lanewise.bench;

import dev.lanewise.kernel.Workers;
import dev.lanewise.memory.Scope;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Operations on tensors as networks of middling size use them: the value alone, and the value with
 * the gradients of every input from a sum of the result. One thread.
 *
 * <pre>java -jar bench/target/benchmarks.jar full operation</pre>
 */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class OperationBenchmark {
  /** The operation. */
  @Param({"layerNorm", "softmax", "crossEntropy", "conv2d", "attention"})
  public String operation = "";

  private OperationCase work = OperationCase.LAYER_NORM;
  private Tensor[] inputs = {};

  /** Makes the benchmark, for JMH. */
  public OperationBenchmark() {}

  /** Fills the operands. */
  @Setup(Level.Trial)
  public void setUp() {
    Workers.setThreads(1);
    work = OperationCase.named(operation);
    inputs = work.inputs();
  }

  /** The value. */
  @Benchmark
  public float lanewise() {
    try (Scope _ = Scope.open();
        NoGrad _ = NoGrad.open()) {
      return work.apply(inputs).array().segment().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0);
    }
  }

  /** The value and the gradients. */
  @Benchmark
  public float lanewiseBackward() {
    for (Tensor input : inputs) {
      input.zeroGrad();
    }
    try (Scope _ = Scope.open()) {
      Tensor sum = work.apply(inputs).sum();
      sum.backward();
      return sum.item();
    }
  }
}
