package dev.lanewise.bench;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.PackedLinear;
import dev.lanewise.kernel.Activation;
import dev.lanewise.kernel.Weights;
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
 * Linear layers with a bias and a ReLU whose weights are kept as float32, bfloat16 or int8: for few
 * rows the limit is the bandwidth of where they lie. One thread.
 *
 * <pre>java -jar bench/target/benchmarks.jar full narrow</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 150, timeUnit = TimeUnit.MILLISECONDS)
public class NarrowBenchmark {
  /** How the weights are kept. */
  @Param({"FLOAT32", "BFLOAT16", "INT8"})
  public Weights weights = Weights.FLOAT32;

  /** Inputs, outputs and layers, one if there is no third: float32 fills L2, L3 and memory. */
  @Param({"512x256", "1024x1024x4", "4096x4096"})
  public String size = "";

  /** The rows of a batch. */
  @Param({"1", "4", "32"})
  public int batch;

  private PackedLinear[] packed = {};
  private MemorySegment[] values = {};

  /** Makes the benchmark, for JMH. */
  public NarrowBenchmark() {}

  /** Packs the layers. */
  @Setup(Level.Trial)
  public void setUp() {
    Workers.setThreads(1);
    String[] sizes = size.split("x", -1);
    int in = Integer.parseInt(sizes[0]);
    int out = Integer.parseInt(sizes[1]);
    packed = new PackedLinear[sizes.length > 2 ? Integer.parseInt(sizes[2]) : 1];
    NDArray bias = NDArray.of(Inputs.floats(out, 2), out);
    values = new MemorySegment[packed.length + 1];
    values[0] = Inputs.random((long) batch * in, 3);
    for (int i = 0; i < packed.length; i++) {
      float[] weight = Inputs.floats(in * out, 4 + i);
      for (int j = 0; j < weight.length; j++) {
        weight[j] /= (float) Math.sqrt(in); // so that values keep their size
      }
      packed[i] = PackedLinear.of(NDArray.of(weight, out, in), bias, Activation.RELU, weights);
      values[i + 1] = Inputs.random((long) batch * out, 3);
    }
  }

  /** Lanewise. */
  @Benchmark
  public void lanewise(Flops flops) {
    for (int i = 0; i < packed.length; i++) {
      packed[i].apply(batch, values[i], 0, values[i + 1], 0);
      flops.gflops += 2L * batch * packed[i].in() * packed[i].out();
    }
  }
}
