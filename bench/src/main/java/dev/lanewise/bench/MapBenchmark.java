package dev.lanewise.bench;

import dev.lanewise.array.NDArray;
import dev.lanewise.kernel.SoftmaxRows;
import dev.lanewise.kernel.VectorMath;
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
 * A function of every element, from one array to another; softmax over all of them as one row. One
 * thread.
 *
 * <pre>java -jar bench/target/benchmarks.jar full map</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class MapBenchmark {
  /** The function. */
  @Param({"exp", "sigmoid", "tanh", "gelu", "softmax"})
  public String function = "";

  /** The elements: arrays as large as L1, L2 and L3. */
  @Param({"4096", "65536", "2097152"})
  public int elements;

  private NDArray.UnaryKernel kernel = VectorMath::exp;
  private MemorySegment from = MemorySegment.NULL;
  private MemorySegment to = MemorySegment.NULL;

  /** Makes the benchmark, for JMH. */
  public MapBenchmark() {}

  /** Fills the operands. */
  @Setup(Level.Trial)
  public void setUp() {
    Workers.setThreads(1);
    kernel =
        switch (function) {
          case "exp" -> VectorMath::exp;
          case "sigmoid" -> VectorMath::sigmoid;
          case "tanh" -> VectorMath::tanh;
          case "gelu" -> VectorMath::gelu;
          case "softmax" -> (src, so, dst, d, n) -> SoftmaxRows.softmax(src, so, dst, d, 1, n);
          default -> throw new IllegalArgumentException("there is no function " + function);
        };
    from = Inputs.random(elements, 1);
    to = Inputs.random(elements, 2);
  }

  /** Lanewise. */
  @Benchmark
  public void lanewise(Elements mapped) {
    kernel.apply(from, 0, to, 0, elements);
    mapped.gelements += elements;
  }
}
