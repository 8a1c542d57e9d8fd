package dev.lanewise.bench;

import dev.lanewise.infer.Predictor;
import dev.lanewise.kernel.Workers;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The calls a second of several threads together, each calling without a pause, as a service's
 * request threads do: read {@link Calls}. Predictions come from one predictor; each thread trains a
 * network of its own. The pool is as large as the machine.
 *
 * <pre>java -jar bench/target/benchmarks.jar full callers</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 1, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class CallersBenchmark {
  /** The threads that call. */
  @Param({"1", "2", "4", "8"})
  public int callers;

  /** What a call does, and the rows of its batch. */
  @Param({"inference-1", "inference-32", "training-32"})
  public String work = "";

  private static final String NETWORK = "64-128-128-64-10";
  private static final int WINDOW_MILLIS = 50;
  private static final long WARM_UP_NANOS = 4_000_000_000L;

  private Callers running = Callers.start(List.of());

  /** Makes the benchmark, for JMH. */
  public CallersBenchmark() {}

  /** Starts the callers, which call until the trial ends. */
  @Setup(Level.Trial)
  public void start() {
    Workers.setThreads(Math.min(Runtime.getRuntime().availableProcessors(), Workers.MAX));
    int dash = work.indexOf('-');
    int batch = Integer.parseInt(work.substring(dash + 1));
    int[] sizes = Mlp.sizes(NETWORK);
    Predictor predictor = new Mlp(sizes).predictor();
    List<Runnable> calls = new ArrayList<>();
    for (int caller = 0; caller < callers; caller++) {
      calls.add(
          switch (work.substring(0, dash)) {
            case "inference" -> new Prediction(predictor, batch)::predict;
            case "training" -> training(sizes, batch);
            default -> throw new IllegalArgumentException("there is no work " + work);
          });
    }
    warmUp(calls.getFirst());
    running = Callers.start(calls);
  }

  /** Calls alone until the compilers are done: beside many callers they would get little time. */
  private static void warmUp(Runnable call) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < WARM_UP_NANOS) {
      call.run();
    }
  }

  private static Runnable training(int[] sizes, int batch) {
    Mlp mlp = new Mlp(sizes);
    int in = sizes[0];
    int out = sizes[sizes.length - 1];
    Tensor x = Tensor.of(Inputs.floats(batch * in, 1), batch, in);
    Tensor y = Tensor.of(Inputs.floats(batch * out, 2), batch, out);
    return () -> {
      try (dev.lanewise.memory.Scope _ = dev.lanewise.memory.Scope.open()) {
        mlp.train(x, y);
      }
    };
  }

  /** Leaves out the calls made between iterations. */
  @Setup(Level.Iteration)
  public void look() {
    running.look();
  }

  /** Lanewise: counts the calls made in a short time. */
  @Benchmark
  public void lanewise(Calls calls) throws InterruptedException {
    Thread.sleep(WINDOW_MILLIS);
    running.count(calls);
  }

  /** Stops the callers. */
  @TearDown(Level.Trial)
  public void stop() throws InterruptedException {
    running.close();
  }
}
