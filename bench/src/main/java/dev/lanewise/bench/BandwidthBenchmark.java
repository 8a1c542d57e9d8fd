package dev.lanewise.bench;

import dev.lanewise.kernel.Roofline;
import dev.lanewise.kernel.Simd;
import dev.lanewise.kernel.Workers;
import java.lang.foreign.Arena;
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
 * The rate at which a working set is read again and again by vectors: of a cache, or of memory.
 *
 * <pre>java -jar bench/target/benchmarks.jar full roofline</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 150, timeUnit = TimeUnit.MILLISECONDS)
public class BandwidthBenchmark {
  /** Where the working set lies. */
  @Param({"L1", "L2", "L3", "DRAM"})
  public CacheLevel level;

  /** The threads that share the work. */
  @Param("1")
  public int threads;

  private static final int LEAST_BYTES_A_CALL = 4 << 20;

  private MemorySegment data = MemorySegment.NULL;
  private MemorySegment sink = MemorySegment.NULL;
  private int share;
  private int passes;

  /** Makes the benchmark, for JMH. */
  public BandwidthBenchmark() {
    level = CacheLevel.L1;
  }

  /** Fills the working set: of the caches that each core has to itself, one for each thread. */
  @Setup(Level.Trial)
  public void setUp() {
    Workers.setThreads(threads);
    int bytes = level.compareTo(CacheLevel.L3) >= 0 ? level.bytes / threads : level.bytes;
    share = Roofline.readable(bytes);
    passes = Math.max(1, LEAST_BYTES_A_CALL / share);
    data = Inputs.random((long) share * threads / Float.BYTES, 1);
    sink = Arena.ofAuto().allocate(4L * Simd.LANES * threads, 64);
  }

  /** Reads the working set, a small one many times over. */
  @Benchmark
  public void read(Bytes bytes) {
    Workers.run(threads, this::readShare);
    bytes.gigabytes += (long) share * threads * passes;
  }

  private void readShare(int part) {
    for (int pass = 0; pass < passes; pass++) {
      Roofline.read(data, (long) share * part, share, sink, 4L * Simd.LANES * part);
    }
  }
}
