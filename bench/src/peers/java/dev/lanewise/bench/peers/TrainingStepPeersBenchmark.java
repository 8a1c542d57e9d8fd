package dev.lanewise.bench.peers;

import dev.lanewise.bench.Mlp;
import dev.lanewise.nn.Losses;
import dev.lanewise.tensor.Tensor;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * The step of {@link dev.lanewise.bench.TrainingStepBenchmark} in libtorch, DJL and DL4J. Each is
 * loaded in the forks that measure it alone, and fixes its threads as its learner says: {@link
 * LibtorchLearner}, {@link DjlLearner}, {@link Dl4jLearner}.
 *
 * <pre>java -jar bench/target/benchmarks.jar "TrainingStep.*"</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class TrainingStepPeersBenchmark {
  /**
   * One step of Adam moves a parameter by up to 1e-3, in the direction of its gradient whatever the
   * gradient's size: a hundredth of that is beyond what rounding does, and far below the effect of
   * a wrong gradient. The loss, which alone tells the scale of the gradients, is of size 1.
   */
  private static final double TOLERANCE = 1e-5;

  /** The sizes of the layers. */
  @Param({"8-64-64-64-1", "64-128-128-64-10", "784-512-256-128-10", "1024-1024-1024-1024-1024"})
  public String network = "";

  /** The rows of a batch. */
  @Param({"1", "32", "256", "1024"})
  public int batch;

  /** The threads that share a step. */
  @Param({"1"})
  public int threads;

  private List<Layer> layers = List.of();
  private List<Layer> expected = List.of();
  private float[] x = {};
  private float[] y = {};
  private float loss;

  /** Makes the benchmark, for JMH. */
  public TrainingStepPeersBenchmark() {}

  /** Makes the batch and Lanewise's network, and takes the step that the others are to repeat. */
  @Setup(Level.Trial)
  public void setUp() {
    int[] sizes = Mlp.sizes(network);
    int out = sizes[sizes.length - 1];
    x = Mlp.inputs(sizes, batch);
    y = Mlp.targets(sizes, batch);
    Mlp ours = new Mlp(sizes);
    layers = Layer.of(ours);
    Tensor input = Tensor.of(x, batch, sizes[0]);
    Tensor target = Tensor.of(y, batch, out);
    loss = Losses.mse(ours.forward(input), target).item();
    ours.train(input, target);
    expected = Layer.of(ours);
  }

  private Runnable checked(String peer, Learner learner) {
    Agreement.check(
        "the loss of " + peer,
        new float[] {learner.loss()},
        new float[] {loss},
        learner.lossTolerance(TOLERANCE));
    learner.step();
    List<Layer> got = learner.layers();
    for (int i = 0; i < expected.size(); i++) {
      String where = peer + " in layer " + i;
      Agreement.check(where, got.get(i).weight, expected.get(i).weight, TOLERANCE);
      Agreement.check(where, got.get(i).bias, expected.get(i).bias, TOLERANCE);
    }
    return learner::step;
  }

  /** Bytedeco's libtorch. */
  @State(Scope.Benchmark)
  public static class Libtorch {
    private Runnable step = () -> {};

    /** Makes the state, for JMH. */
    public Libtorch() {}

    /** Fixes the threads and checks a step. */
    @Setup(Level.Trial)
    public void setUp(TrainingStepPeersBenchmark work) {
      step =
          work.checked(
              "libtorch",
              new LibtorchLearner(work.layers, work.x, work.y, work.batch, work.threads));
    }
  }

  /** DJL with its own libtorch. */
  @State(Scope.Benchmark)
  public static class Djl {
    private Runnable step = () -> {};

    /** Makes the state, for JMH. */
    public Djl() {}

    /** Fixes the threads and checks a step. */
    @Setup(Level.Trial)
    public void setUp(TrainingStepPeersBenchmark work) {
      step =
          work.checked(
              "DJL", new DjlLearner(work.layers, work.x, work.y, work.batch, work.threads));
    }
  }

  /** DL4J. */
  @State(Scope.Benchmark)
  public static class Dl4j {
    private Runnable step = () -> {};

    /** Makes the state, for JMH. */
    public Dl4j() {}

    /** Fixes the threads and checks a step. */
    @Setup(Level.Trial)
    public void setUp(TrainingStepPeersBenchmark work) {
      step =
          work.checked(
              "DL4J", new Dl4jLearner(work.layers, work.x, work.y, work.batch, work.threads));
    }
  }

  /** libtorch. */
  @Benchmark
  public void libtorch(Libtorch library) {
    library.step.run();
  }

  /** DJL. */
  @Benchmark
  public void djl(Djl library) {
    library.step.run();
  }

  /** DL4J. */
  @Benchmark
  public void dl4j(Dl4j library) {
    library.step.run();
  }
}
