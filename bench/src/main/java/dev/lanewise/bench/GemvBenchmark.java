package dev.lanewise.bench;

import dev.lanewise.kernel.Activation;
import dev.lanewise.kernel.Gemm;
import dev.lanewise.kernel.PackedMatrix;
import dev.lanewise.kernel.Workers;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
 * One row through a layer, y = x W, at whose batch of one the weights are read once and used once:
 * the limit is the bandwidth of where they lie. One thread.
 *
 * <pre>java -jar bench/target/benchmarks.jar full gemv</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 150, timeUnit = TimeUnit.MILLISECONDS)
public class GemvBenchmark {
  /**
   * How the weights lie: those of an input side by side (in-out), or those of an output, as a
   * product finds them; or packed once before, as a predictor holds them.
   */
  @Param({"in-out", "out-in", "packed"})
  public String weights = "";

  /** Inputs and outputs: weights as large as L2, L3 and memory. */
  @Param({"512x256", "2048x1024", "8192x8192"})
  public String size = "";

  private int in;
  private int out;
  private long wRow;
  private long wCol;
  private MemorySegment x = MemorySegment.NULL;
  private MemorySegment w = MemorySegment.NULL;
  private MemorySegment y = MemorySegment.NULL;
  private @Nullable PackedMatrix packed;

  /** Makes the benchmark, for JMH. */
  public GemvBenchmark() {}

  /** Fills the operands. */
  @Setup(Level.Trial)
  public void setUp() {
    Workers.setThreads(1);
    int cross = size.indexOf('x');
    in = Integer.parseInt(size.substring(0, cross));
    out = Integer.parseInt(size.substring(cross + 1));
    boolean byInput = !weights.equals("out-in");
    wRow = byInput ? out : 1;
    wCol = byInput ? 1 : in;
    x = Inputs.random(in, 1);
    w = Inputs.random((long) in * out, 2);
    y = Inputs.random(out, 3);
    if (weights.equals("packed")) {
      packed = new PackedMatrix(in, out);
      packed.pack(w, 0, wRow, wCol);
    }
  }

  /** Lanewise. */
  @Benchmark
  public void lanewise(Bytes bytes, Flops flops) {
    if (packed != null) {
      packed.multiply(1, x, 0, in, y, 0, out, null, 0, Activation.IDENTITY);
    } else {
      Gemm.multiply(1, out, in, 1, x, 0, in, 1, w, 0, wRow, wCol, 0, y, 0, out);
    }
    bytes.gigabytes += 4L * in * out;
    flops.gflops += 2L * in * out;
  }
}
