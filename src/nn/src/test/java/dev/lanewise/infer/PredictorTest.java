package dev.lanewise.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.kernel.Weights;
import dev.lanewise.memory.Memory;
import dev.lanewise.nn.BatchNorm1d;
import dev.lanewise.nn.BatchNorm2d;
import dev.lanewise.nn.Conv2d;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Flatten;
import dev.lanewise.nn.Gru;
import dev.lanewise.nn.LayerNorm;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.MaxPool2d;
import dev.lanewise.nn.Module;
import dev.lanewise.nn.Relu;
import dev.lanewise.nn.Seed;
import dev.lanewise.nn.Sequential;
import dev.lanewise.nn.Sigmoid;
import dev.lanewise.nn.Softmax;
import dev.lanewise.nn.Tanh;
import dev.lanewise.nn.TransformerEncoderLayer;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class PredictorTest {
  /**
   * Folding and packing change the order of additions and round products anew: a few units in the
   * last place of the largest terms, for sums of up to a hundred terms of size 1.
   */
  private static final float TOLERANCE = 2e-5f;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** A module and the shape of a row that it takes. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Sample(String name, Module module, int... row) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Sample> samples() {
    Seed.set(5);
    Sequential normed =
        new Sequential(
            new BatchNorm1d(9),
            new Linear(9, 33),
            new BatchNorm1d(33),
            new Relu(),
            new BatchNorm1d(33),
            new Linear(33, 5));
    Sequential convolved =
        new Sequential(
            new Conv2d(2, 8, 3),
            new BatchNorm2d(8),
            new Relu(),
            new MaxPool2d(2),
            new Flatten(),
            new Linear(8 * 4 * 3, 10));
    learnNorms(normed, 9);
    learnNorms(convolved, 2, 10, 8);
    return List.of(
        new Sample("perceptron", perceptron(7, 65, 33, 3), 7),
        new Sample("dropout", new Sequential(new Linear(4, 6), new Dropout(0.5), new Tanh()), 4),
        new Sample("batch norms", normed, 9),
        new Sample("convolutions", convolved, 2, 10, 8),
        new Sample("rescaled", GraphTest.module(x -> x.sigmoid().mul(2).sub(1)), 5),
        new Sample("layer norm", new Sequential(new LayerNorm(12), new Linear(12, 4)), 12),
        new Sample("softmax of rows of rows", new Sequential(new Softmax(-1)), 3, 17),
        new Sample("recurrent", new Gru(5, 8), 4, 5),
        new Sample("transformer", new TransformerEncoderLayer(16, 4, 32), 6, 16),
        new Sample("transposed", GraphTest.module(x -> x.transpose(1, 2)), 3, 4),
        new Sample("itself", GraphTest.module(x -> x), 3),
        new Sample("a view of itself", GraphTest.module(x -> x.reshape(-1, 3, 2)), 6),
        new Sample(
            "wide and shallow, twice used",
            GraphTest.module(x -> Tensor.concat(1, x.relu(), x.neg(), x.exp().mul(x))),
            19));
  }

  private static Sequential perceptron(int... sizes) {
    List<Module> parts = new ArrayList<>();
    for (int i = 1; i < sizes.length; i++) {
      parts.add(new Linear(sizes[i - 1], sizes[i]));
      parts.add(i == 1 ? new Relu() : new Sigmoid());
    }
    return new Sequential(parts.toArray(new Module[0]));
  }

  /** Gives batch norms means and variances other than 0 and 1. */
  private static void learnNorms(Module module, int... row) {
    for (int i = 0; i < 20; i++) {
      float[] x = random(16 * size(row), i);
      var _ = module.forward(Tensor.of(x, batch(16, row)));
    }
  }

  private static int size(int... row) {
    return (int) Shape.of(row).size();
  }

  private static int[] batch(int rows, int... row) {
    int[] dims = new int[row.length + 1];
    dims[0] = rows;
    System.arraycopy(row, 0, dims, 1, row.length);
    return dims;
  }

  private static float[] random(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  private static float[] reference(Module module, float[] x, int... dims) {
    module.eval();
    try (NoGrad _ = NoGrad.open()) {
      return module.forward(Tensor.of(x, dims)).toFloatArray();
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void predict_isWhatTheModuleGives(Sample sample) {
    Predictor predictor = Predictor.of(sample.module(), sample.row());
    for (int rows : new int[] {3, 1, 2, 17, 64, 3, 1}) {
      float[] x = random(rows * size(sample.row()), rows);
      float[] expected = reference(sample.module(), x, batch(rows, sample.row()));
      assertThat(predictor.predict(x)).as("%d rows", rows).hasSize(expected.length);
      float[] y = new float[expected.length + 1];
      for (int again = 0; again < 2; again++) {
        Arrays.fill(y, -7);
        predictor.predict(rows, x, y);
        for (int i = 0; i < expected.length; i++) {
          assertThat(y[i]).as("%d rows, %d", rows, i).isCloseTo(expected[i], within(expected[i]));
        }
        assertThat(y[expected.length]).as("past the answer").isEqualTo(-7);
      }
    }
  }

  private static Offset<Float> within(float value) {
    return Offset.offset(TOLERANCE * Math.max(1, Math.abs(value)));
  }

  @Test
  void predict_throughEveryDoor_sameBits() {
    Predictor predictor = Predictor.of(perceptron(6, 20, 3), 6);
    float[] x = random(24, 1);
    float[] y = predictor.predict(x);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment in = arena.allocate(4 * 24 + 1).asSlice(1);
      MemorySegment out = arena.allocate(4 * 12);
      MemorySegment.copy(x, 0, in, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, 24);
      predictor.predict(4, in, out);
      assertThat(out.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(y);
    }
    float[] heap = new float[12];
    predictor.predict(4, MemorySegment.ofArray(x), MemorySegment.ofArray(heap));
    assertThat(heap).containsExactly(y);
    for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
      FloatBuffer in = ByteBuffer.allocateDirect(4 * 25).order(order).asFloatBuffer();
      in.put(99).put(x).position(1);
      FloatBuffer out = ByteBuffer.allocateDirect(4 * 13).order(order).asFloatBuffer().position(1);
      predictor.predict(4, in, out);
      float[] got = new float[12];
      out.get(got);
      assertThat(got).containsExactly(y);
      assertThat(in.position()).isEqualTo(1);
    }
    FloatBuffer wrapped = FloatBuffer.wrap(new float[12]);
    predictor.predict(4, FloatBuffer.wrap(x), wrapped);
    assertThat(wrapped.array()).containsExactly(y);
  }

  @Test
  void predict_moduleTrainedOn_isNotSeen() {
    Linear layer = new Linear(2, 2);
    Predictor predictor = Predictor.of(layer, 2);
    float[] before = predictor.predict(1, 2);
    layer.weight().array().fill(9);
    assertThat(predictor.predict(1, 2)).containsExactly(before);
    predictor.replace(layer);
    assertThat(predictor.predict(1, 2)).containsExactly(reference(layer, new float[] {1, 2}, 1, 2));
  }

  @Test
  void predict_sizesThatDoNotFit() {
    Predictor predictor = Predictor.builder(new Linear(3, 2), 3).name("digits").maxRows(4).build();
    assertThatThrownBy(() -> predictor.predict(1, 2))
        .isInstanceOf(ShapeException.class)
        .hasMessage("2 numbers are not whole rows of [3]");
    assertThatThrownBy(() -> predictor.predict(5, new float[15], new float[10]))
        .hasMessage("digits answers 1 to 4 rows at a time, not 5");
    assertThatThrownBy(() -> predictor.predict())
        .hasMessage("digits answers 1 to 4 rows at a time, not 0");
    assertThatThrownBy(() -> predictor.predict(2, new float[5], new float[4]))
        .hasMessage("5 numbers are not 2 rows of [3]");
    assertThatThrownBy(() -> predictor.predict(2, new float[6], new float[3]))
        .hasMessage("there is room for 3 numbers, where 2 rows of answers have shape [2]");
    assertThatThrownBy(() -> Predictor.builder(new Linear(3, 2), 3).maxRows(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a predictor of at most 0 rows answers none");
    assertThatThrownBy(() -> Predictor.of(new Linear(3, 2), 4))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[2, 4]");
    assertThat(predictor.predict(1, 2, 3)).as("still answers").hasSize(2);
  }

  @Test
  void replace_otherShape() {
    Predictor predictor = Predictor.of(new Linear(3, 2), 3);
    float[] before = predictor.predict(1, 2, 3);
    assertThatThrownBy(() -> predictor.replace(new Linear(3, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the answers of Linear have shape [4] a row, where those of Linear have [2]");
    assertThatThrownBy(() -> predictor.replace(new Linear(2, 2)))
        .isInstanceOf(ShapeException.class);
    assertThat(predictor.predict(1, 2, 3)).containsExactly(before);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void predict_warm_allocatesNothing(Sample sample) {
    Predictor predictor = Predictor.of(sample.module(), sample.row());
    float[] x = random(3 * size(sample.row()), 1);
    float[] y = predictor.predict(x);
    FloatBuffer in =
        ByteBuffer.allocateDirect(4 * x.length).order(ByteOrder.nativeOrder()).asFloatBuffer();
    FloatBuffer out =
        ByteBuffer.allocateDirect(4 * y.length).order(ByteOrder.nativeOrder()).asFloatBuffer();
    try (Arena arena = Arena.ofShared()) {
      MemorySegment from = arena.allocate(4L * x.length);
      MemorySegment to = arena.allocate(4L * y.length);
      assertAllocatesNothing(() -> {
        predictor.predict(3, x, y);
        predictor.predict(2, x, y);
        predictor.predict(3, from, to);
        predictor.predict(1, in, out);
      });
    }
  }

  /** Waits until a thousand calls in a row take no heap; C2 needs a second or so until then. */
  private static void assertAllocatesNothing(Runnable calls) {
    long end = System.nanoTime() + 60_000_000_000L;
    long bytes = Long.MAX_VALUE;
    long inUse = 0;
    while (bytes > 0 && System.nanoTime() < end) {
      inUse = Memory.inUse();
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1000; i++) {
        calls.run();
      }
      bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
    }
    assertThat(bytes).as("heap bytes of a thousand calls").isZero();
    assertThat(Memory.inUse()).as("off-heap bytes").isLessThanOrEqualTo(inUse);
  }

  @Test
  void predict_manyThreads_eachItsOwnAnswer() throws Exception {
    Sequential module = perceptron(8, 40, 5);
    Predictor predictor = Predictor.of(module, 8);
    long before = Memory.inUse();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> calls = new ArrayList<>();
      for (int caller = 0; caller < 200; caller++) {
        int rows = 1 + caller % 7;
        float[] x = random(rows * 8, caller);
        float[] expected = predictor.predict(x);
        calls.add(
            callers.submit(() -> {
              float[] y = new float[expected.length];
              for (int i = 0; i < 200; i++) {
                predictor.predict(rows, x, y);
                assertThat(y).containsExactly(expected);
                if (i % 50 == 0) {
                  LockSupport.parkNanos(1);
                }
              }
            }));
      }
      for (Future<?> call : calls) {
        call.get();
      }
    }
    assertThat(Memory.inUse() - before)
        .as("work spaces: a few for each processor, a page or so each")
        .isLessThan(64L * 64 * 1024);
  }

  @Test
  void predict_interrupted_answersAndStaysInterrupted() {
    Predictor predictor = Predictor.of(perceptron(4, 9, 2), 4);
    float[] expected = predictor.predict(1, 2, 3, 4);
    Thread.currentThread().interrupt();
    assertThat(predictor.predict(1, 2, 3, 4)).containsExactly(expected);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void predict_failingOperation_leavesThePredictorWhole() {
    AtomicBoolean fails = new AtomicBoolean();
    Predictor predictor =
        Predictor.of(GraphTest.module(x -> Tensor.apply(new Failing(fails), x)), 2);
    assertThat(predictor.predict(1, 2)).containsExactly(1, 2);
    fails.set(true);
    for (int i = 0; i < 200; i++) {
      assertThatThrownBy(() -> predictor.predict(3, 4)).hasMessage("not now");
    }
    fails.set(false);
    assertThat(predictor.predict(5, 6)).containsExactly(5, 6);
  }

  /** An operation that calls no kernel of the library's, and cannot be recorded. */
  private record Failing(AtomicBoolean fails) implements Op {
    @Override
    public Shape infer(Shape... inputs) {
      return inputs[0];
    }

    @Override
    public NDArray forward(NDArray... inputs) {
      if (fails.get()) {
        throw new IllegalStateException("not now");
      }
      return NDArray.of(inputs[0].toFloatArray(), inputs[0].shape().toArray());
    }

    @Override
    public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {}
  }

  @Test
  void replace_underLoad_eachCallSeesOneVersion() throws Exception {
    // All layers of version v are v times the identity: an answer of mixed versions is no cube.
    Predictor predictor = Predictor.of(cube(1), 4);
    AtomicBoolean ends = new AtomicBoolean();
    try (ExecutorService callers = Executors.newFixedThreadPool(4)) {
      List<Future<?>> calls = new ArrayList<>();
      for (int caller = 0; caller < 4; caller++) {
        calls.add(
            callers.submit(() -> {
              float[] y = new float[8];
              while (!ends.get()) {
                predictor.predict(2, new float[] {1, 1, 1, 1, 1, 1, 1, 1}, y);
                long version = Math.round(Math.cbrt(y[0]));
                float expected = version * version * version;
                for (float each : y) {
                  assertThat(each).isEqualTo(expected);
                }
              }
            }));
      }
      for (int version = 2; version < 200; version++) {
        predictor.replace(cube(version % 50 + 1));
      }
      ends.set(true);
      for (Future<?> call : calls) {
        call.get();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = Weights.class, names = "FLOAT32", mode = EnumSource.Mode.EXCLUDE)
  void predict_narrowWeights_nearTheWholeOnes(Weights form) {
    Sequential module = perceptron(40, 60, 6);
    Predictor whole = Predictor.of(module, 40);
    Predictor narrow = Predictor.builder(module, 40).weights(form).build();
    float[] x = random(5 * 40, 2);
    float[] expected = whole.predict(x);
    float[] y = narrow.predict(x);
    for (int i = 0; i < y.length; i++) {
      // Weights off by at most 2^-8 of their size, in two layers before a sigmoid of slope 1/4.
      assertThat(y[i]).isCloseTo(expected[i], Offset.offset(0.01f));
    }
    assertThat(y).as("rounding shows").isNotEqualTo(expected);
    assertThat(narrow.metrics().bytes()).isLessThan(whole.metrics().bytes());
  }

  @Test
  void metrics_countCallsRowsAndFailures() {
    AtomicBoolean fails = new AtomicBoolean();
    Predictor predictor =
        Predictor.of(GraphTest.module(x -> Tensor.apply(new Failing(fails), x)), 2);
    predictor.predict(1, 2);
    predictor.predict(1, 2, 3, 4, 5, 6);
    fails.set(true);
    assertThatThrownBy(() -> predictor.predict(1, 2)).hasMessage("not now");
    assertThatThrownBy(() -> predictor.predict(1)).isInstanceOf(ShapeException.class);
    Metrics metrics = predictor.metrics();
    assertThat(metrics.calls()).isEqualTo(2);
    assertThat(metrics.rows()).isEqualTo(4);
    assertThat(metrics.failures()).as("a call that is refused is none").isEqualTo(1);
    assertThat(metrics.max()).isGreaterThanOrEqualTo(metrics.p50()).isPositive();
    assertThat(metrics.bytes()).isPositive();
  }

  @Test
  void warmup_endsWithCallsThatAllocateNothing() {
    Predictor predictor = Predictor.of(perceptron(6, 18, 3), 6);
    assertThat(predictor.warmup(1, 2)).isPositive();
    assertThat(predictor.metrics().calls()).as("calls of nobody").isZero();
    assertThatThrownBy(() -> predictor.warmup(5000))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("answers 1 to 1024 rows at a time, not 5000");
    float[] x = random(6, 1);
    float[] y = new float[3];
    assertAllocatesNothing(() -> predictor.predict(1, x, y));
  }

  @Test
  void predict_recorded_isAnEvent() throws Exception {
    Predictor predictor = Predictor.builder(new Linear(3, 2), 3).name("digits").build();
    Path file = Files.createTempFile("prediction", ".jfr");
    try (Recording recording = new Recording()) {
      recording.start();
      predictor.predict(1, 2, 3);
      recording.enable("dev.lanewise.Prediction").withoutThreshold();
      predictor.predict(1, 2, 3, 4, 5, 6);
      recording.stop();
      recording.dump(file);
      List<RecordedEvent> events =
          RecordingFile.readAllEvents(file).stream()
              .filter(event -> event.getEventType().getName().equals("dev.lanewise.Prediction"))
              .toList();
      assertThat(events).as("events are off until they are turned on").hasSize(1);
      assertThat(events.getFirst().getInt("rows")).isEqualTo(2);
      assertThat(events.getFirst().getString("predictor")).isEqualTo("digits");
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void build_moreNumbersThanAnArrayHolds() {
    assertThatThrownBy(
            () -> Predictor.builder(new Linear(1000, 2), 1000).maxRows(1_000_000).build())
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "1000000 rows of [1000], as they are given, are more than 536870911 numbers: set fewer"
                + " with maxRows");
  }

  private static Sequential cube(int version) {
    Module[] layers = new Module[3];
    for (int i = 0; i < layers.length; i++) {
      Linear layer = new Linear(4, 4, false);
      layer.weight().array().fill(0);
      for (int j = 0; j < 4; j++) {
        layer.weight().array().set(version, j, j);
      }
      layers[i] = layer;
    }
    return new Sequential(layers);
  }
}
