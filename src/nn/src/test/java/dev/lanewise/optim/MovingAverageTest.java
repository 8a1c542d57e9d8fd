package dev.lanewise.optim;

import static dev.lanewise.optim.Parameters.drawn;
import static dev.lanewise.optim.Parameters.in;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.nn.Parameter;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The exponential moving average of weights. */
final class MovingAverageTest {
  private static final int STEPS = 30;

  private final Parameter byRows = in(NDArray.persistent(Shape.of(3, 7)), new float[21]);
  private final Parameter byColumns =
      in(NDArray.persistent(Shape.of(7, 3)).transpose(), new float[21]);
  private final List<Parameter> all = List.of(byRows, byColumns);

  private float[] set(int t) {
    float[] values = drawn(new Random(t), 21);
    all.forEach(p -> p.array().copyFrom(NDArray.of(values, 3, 7)));
    return values;
  }

  private void assertAverage(MovingAverage average, double[] exact) {
    Parameter copy = in(NDArray.persistent(Shape.of(3, 7)), new float[21]);
    Parameter other = in(NDArray.persistent(Shape.of(3, 7)), new float[21]);
    average.copyTo(List.of(copy, other));
    assertThat(other.toFloatArray()).isEqualTo(copy.toFloatArray());
    for (int i = 0; i < exact.length; i++) {
      // Values below 1 are rounded twice at each of the steps, but old roundings fade.
      assertThat((double) copy.toFloatArray()[i]).isCloseTo(exact[i], within(2 * STEPS * 0x1p-24));
    }
  }

  @Test
  void updates_equalTheDefinition() {
    for (boolean warm : new boolean[] {false, true}) {
      set(0);
      MovingAverage average = new MovingAverage(all, 0.9);
      if (warm) {
        average.warmUp();
      }
      double[] exact = new double[21];
      for (int t = 0; t < STEPS; t++) {
        float[] values = set(t + 1);
        average.update();
        double decay = warm ? Math.min(0.9, (1.0 + t) / (10 + t)) : 0.9;
        for (int i = 0; i < 21; i++) {
          exact[i] = t == 0 ? values[i] : decay * exact[i] + (1 - decay) * values[i];
        }
        assertAverage(average, exact);
      }
    }
  }

  @Test
  void beforeAnyUpdate_isTheFirstValues() {
    float[] start = set(1);
    MovingAverage average = new MovingAverage(all, 0.9);
    set(2);
    average.swap();
    assertThat(byRows.toFloatArray()).isEqualTo(start);
    assertThat(byColumns.toFloatArray()).isEqualTo(start);
  }

  @Test
  void swap_exchangesAndBringsBack() {
    float[] first = set(1);
    MovingAverage average = new MovingAverage(all, 0.5);
    average.update();
    float[] values = set(2);
    long version = byRows.array().storage().version();
    average.swap();
    assertThat(byRows.toFloatArray()).isEqualTo(first);
    assertThat(byColumns.toFloatArray()).isEqualTo(first);
    assertThat(byRows.array().storage().version()).isGreaterThan(version);
    refusesWhileSwapped(average);
    average.swap();
    assertThat(byRows.toFloatArray()).isEqualTo(values);
    assertThat(byColumns.toFloatArray()).isEqualTo(values);
    average.update();
  }

  private void refusesWhileSwapped(MovingAverage average) {
    String rest = ": the parameters hold their averages; call swap() first";
    assertThatThrownBy(average::update)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("update" + rest);
    assertThatThrownBy(() -> average.copyTo(all))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("copyTo" + rest);
    assertThatThrownBy(average::stateDict)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("stateDict" + rest);
    assertThatThrownBy(() -> average.loadStateDict(new State(Map.of(), Map.of())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("loadStateDict" + rest);
  }

  @Test
  void resumedRun_isTheSameRun() {
    MovingAverage whole = new MovingAverage(all, 0.99).warmUp();
    for (int t = 0; t < 5; t++) {
      set(t);
      whole.update();
    }
    MovingAverage resumed = new MovingAverage(all, 0.99).warmUp();
    resumed.loadStateDict(whole.stateDict());
    for (int t = 5; t < 9; t++) {
      set(t);
      whole.update();
      resumed.update();
    }
    State state = whole.stateDict();
    assertThat(resumed.stateDict().numbers()).isEqualTo(state.numbers());
    state
        .arrays()
        .forEach((name, array) ->
            assertThat(resumed.stateDict().arrays().get(name).toFloatArray())
                .isEqualTo(array.toFloatArray()));
  }

  @Test
  void stateThatDoesNotFit_isRefusedWhole() {
    set(1);
    MovingAverage average = new MovingAverage(all, 0.9);
    State bad =
        new State(
            Map.of("0.average", NDArray.full(Shape.of(3, 7), 5), "2.average", NDArray.scalar(1)),
            Map.of("updates", 3.0, "parameters", 2.0));
    assertThatThrownBy(() -> average.loadStateDict(bad))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the state does not fit MovingAverage: 1.average is missing; 2.average is unexpected");
    assertThat(average.stateDict().numbers().get("updates")).isZero();
    assertThat(average.stateDict().arrays().get("0.average").toFloatArray())
        .isEqualTo(byRows.toFloatArray());
  }

  @Test
  void copyTo_otherParameters_isRefused() {
    MovingAverage average = new MovingAverage(all, 0.9);
    assertThatThrownBy(() -> average.copyTo(List.of(byRows)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an average of 2 parameters cannot be copied to 1");
    Parameter small = Parameters.of(1, 2);
    assertThatThrownBy(() -> average.copyTo(List.of(byRows, small)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("copyTo: parameter 1 has shape [2], its average [3, 7]");
  }

  @Test
  void decay_outOfRange_isRefused() {
    assertThatThrownBy(() -> new MovingAverage(all, 1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the decay must be from 0 to 1, not 1.5");
  }
}
