package dev.lanewise.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Recording;
import dev.lanewise.array.Recording.NoMemoryYetException;
import dev.lanewise.array.Recording.Recorded;
import dev.lanewise.array.Shape;
import dev.lanewise.array.Views;
import dev.lanewise.memory.Storage;
import dev.lanewise.op.loss.CrossEntropy;
import dev.lanewise.op.loss.MeanSquaredError;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** Every operation, recorded before its inputs have memory, computes what its forward does. */
final class RecordingTest {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** The operations that pass through a number in Java, as losses do. */
  private static final Set<Class<?>> LOOKING = Set.of(MeanSquaredError.class, CrossEntropy.class);

  @Provide
  Arbitrary<Class<?>> operations() {
    return Arbitraries.of(Operations.all().stream().filter(op -> !LOOKING.contains(op)).toList());
  }

  @Property(tries = 1500, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void steps_giveWhatForwardGives(@ForAll("operations") Class<?> operation, @ForAll Random random) {
    Sample sample = Samples.of(operation, random);
    NDArray[] given = sample.inputs();
    NDArray[] later = new NDArray[given.length];
    Arrays.setAll(later, i -> Views.of(Storage.promised(given[i].storage().size()), given[i]));
    Recorded recorded = Recording.of(() -> sample.op().forward(later));
    for (NDArray input : later) {
      provide(input.storage());
    }
    recorded.promised().forEach(RecordingTest::provide);
    // Twice: the second run finds what the first one left, and other inputs.
    for (int run = 0; run < 2; run++) {
      NDArray[] now = new NDArray[given.length];
      for (int i = 0; i < given.length; i++) {
        now[i] = run == 0 ? given[i] : reversed(given[i]);
        copy(now[i].storage(), later[i].storage());
      }
      NDArray expected = sample.op().forward(now);
      recorded.steps().forEach(Runnable::run);
      assertThat(recorded.result().shape()).isEqualTo(expected.shape());
      assertThat(bits(recorded.result())).as("run %s of %s", run, sample).isEqualTo(bits(expected));
    }
  }

  @Example
  void losses_areRefused() {
    NDArray x = NDArray.over(Storage.promised(6), Shape.of(2, 3));
    assertThatThrownBy(() -> Recording.of(() -> new MeanSquaredError().forward(x, x)))
        .isInstanceOf(NoMemoryYetException.class)
        .hasMessage(
            "the values of an array of shape [2, 3] were reached for while its computation was"
                + " being recorded; kernels on the memory of arrays are called in"
                + " Recording.launch");
    Op loss = CrossEntropy.of(new int[] {0, 2}, 3);
    assertThatThrownBy(() -> Recording.of(() -> loss.forward(x)))
        .isInstanceOf(NoMemoryYetException.class);
    assertThat(NDArray.scalar(3).item()).as("nothing is recorded any more").isEqualTo(3);
  }

  @Example
  void of_whileRecording() {
    assertThatThrownBy(() -> Recording.of(() -> Recording.of(() -> NDArray.scalar(1)).result()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("this thread is recording already");
  }

  @Example
  void launch_runsAtOnce_whereNothingIsRecorded() {
    int[] runs = new int[1];
    Recording.launch(() -> runs[0]++);
    assertThat(runs[0]).isEqualTo(1);
  }

  private static void provide(Storage storage) {
    storage.provide(Storage.persistent(storage.size()), 0);
  }

  private static NDArray reversed(NDArray array) {
    Storage from = array.storage();
    Storage to = Storage.persistent(from.size());
    for (long i = 0; i < from.size(); i++) {
      to.segment()
          .set(
              FLOAT,
              4 * (to.offset() + i),
              from.segment().get(FLOAT, 4 * (from.offset() + from.size() - 1 - i)));
    }
    return Views.of(to, array);
  }

  private static void copy(Storage from, Storage to) {
    MemorySegment.copy(
        from.segment(), 4 * from.offset(), to.segment(), 4 * to.offset(), 4 * from.size());
  }

  private static int[] bits(NDArray array) {
    float[] values = array.toFloatArray();
    return IntStream.range(0, values.length).map(i -> Float.floatToIntBits(values[i])).toArray();
  }
}
