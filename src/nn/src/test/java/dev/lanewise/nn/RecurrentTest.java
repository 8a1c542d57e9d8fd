package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Recurrent networks against PyTorch's formulas, step by step in double precision. */
final class RecurrentTest {
  private static final int BATCH = 2;
  private static final int STEPS = 3;
  private static final int IN = 3;
  private static final int HIDDEN = 2;

  /** One sample's step of one layer: from projections of its gates to the next h, and c. */
  interface Cell {
    void step(double[] x, double[] h, double[][] state);
  }

  static Stream<Arguments> networks() {
    Cell rnn = elman(Math::tanh);
    Cell relu = elman(x -> Math.max(x, 0));
    return Stream.of(
        Arguments.of(new Rnn(IN, HIDDEN), rnn, 1, 1),
        Arguments.of(new Rnn(IN, HIDDEN, 2, false, 0, Tensor::relu), relu, 1, 2),
        Arguments.of(new Gru(IN, HIDDEN), (Cell) RecurrentTest::gru, 3, 1),
        Arguments.of(new Gru(IN, HIDDEN, 2, true, 0), (Cell) RecurrentTest::gru, 3, 2),
        Arguments.of(new Gru(IN, HIDDEN, 1, false, 0), (Cell) RecurrentTest::gru, 3, 1),
        Arguments.of(new Lstm(IN, HIDDEN), (Cell) RecurrentTest::lstm, 4, 1),
        Arguments.of(new Lstm(IN, HIDDEN, 2, true, 0), (Cell) RecurrentTest::lstm, 4, 2),
        Arguments.of(new Lstm(IN, HIDDEN, 2, false, 0), (Cell) RecurrentTest::lstm, 4, 2));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void run_isItsFormulas(Recurrent network, Cell cell, int gates, int layers) {
    Random random = new Random(gates);
    int states = network instanceof Lstm ? 2 : 1;
    Tensor[] first = new Tensor[1 + states];
    first[0] = Exact.draw(random, BATCH, STEPS, IN);
    for (int s = 1; s < first.length; s++) {
      first[s] = Exact.draw(random, layers, BATCH, HIDDEN);
    }
    Tensor[] inputs = Exact.inputs(random, network, first);
    // Each step adds up to four terms of a product and runs through a handful of functions.
    int roundings = 16 * STEPS * layers;
    Reference reference = new Reference(cell, gates, layers, states);
    reference.check(
        roundings, in -> network.run(in[0], List.of(in).subList(1, first.length)).output(), inputs);
    for (int s = 0; s < states; s++) {
      int part = s;
      Exact state = in -> reference.run(in)[1 + part];
      state.check(
          roundings,
          in -> network.run(in[0], List.of(in).subList(1, first.length)).state().get(part),
          inputs);
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void state_carriesASequenceOn(Recurrent network, Cell cell, int gates, int layers) {
    Tensor x = Exact.draw(new Random(1), BATCH, 5, IN);
    Recurrent.Result whole = network.run(x);
    Recurrent.Result start = network.run(x.slice(1, 0, 2));
    Recurrent.Result rest = network.run(x.slice(1, 2, 5), start.state());
    assertThat(rest.output().toFloatArray())
        .isEqualTo(whole.output().slice(1, 2, 5).toFloatArray());
    assertThat(network.forward(x).toFloatArray()).isEqualTo(whole.output().toFloatArray());
    assertThat(whole.output().shape()).isEqualTo(Shape.of(BATCH, 5, HIDDEN));
    assertThat(whole.state()).hasSize(network instanceof Lstm ? 2 : 1);
    for (int s = 0; s < whole.state().size(); s++) {
      assertThat(whole.state().get(s).shape()).isEqualTo(Shape.of(layers, BATCH, HIDDEN));
      assertThat(rest.state().get(s).toFloatArray()).isEqualTo(whole.state().get(s).toFloatArray());
    }
    assertThat(whole.state().getFirst().select(0, layers - 1).toFloatArray())
        .as("the last output")
        .isEqualTo(whole.output().select(1, 4).toFloatArray());
  }

  @Test
  void stateDict_isPyTorchs() {
    Map<String, NDArray> state = new Lstm(3, 5, 2, true, 0.5).stateDict();
    assertThat(state.keySet())
        .containsExactly(
            "weight_ih_l0",
            "weight_hh_l0",
            "bias_ih_l0",
            "bias_hh_l0",
            "weight_ih_l1",
            "weight_hh_l1",
            "bias_ih_l1",
            "bias_hh_l1");
    assertThat(state.values().stream().map(NDArray::shape))
        .containsExactly(
            Shape.of(20, 3),
            Shape.of(20, 5),
            Shape.of(20),
            Shape.of(20),
            Shape.of(20, 5),
            Shape.of(20, 5),
            Shape.of(20),
            Shape.of(20));
    assertThat(new Gru(3, 5).stateDict().get("weight_ih_l0").shape()).isEqualTo(Shape.of(15, 3));
    assertThat(new Rnn(3, 5, 1, false, 0, Tensor::tanh).stateDict().keySet())
        .containsExactly("weight_ih_l0", "weight_hh_l0");
  }

  @Test
  void initialValues_areWithinPyTorchsBound_andRepeatWithTheSeed() {
    Seed.set(5);
    Gru first = new Gru(30, 16);
    Seed.set(5);
    Gru second = new Gru(30, 16);
    Seed.set(0);
    first
        .stateDict()
        .forEach((name, value) -> {
          assertThat(second.stateDict().get(name).toFloatArray()).isEqualTo(value.toFloatArray());
          double largest = 0;
          for (float number : value.toFloatArray()) {
            largest = Math.max(largest, Math.abs(number));
          }
          assertThat(largest).as(name).isBetween(0.2, 0.25);
        });
  }

  @Test
  void dropout_isBetweenLayers_inTrainingOnly() {
    Seed.set(1);
    Lstm two = new Lstm(3, 4, 2, true, 0.5);
    Lstm one = new Lstm(3, 4, 1, true, 0.5);
    Seed.set(0);
    Tensor x = Exact.draw(new Random(1), 2, 3, 3);
    assertThat(two.forward(x).toFloatArray()).isNotEqualTo(two.forward(x).toFloatArray());
    assertThat(one.forward(x).toFloatArray()).isEqualTo(one.forward(x).toFloatArray());
    two.eval();
    assertThat(two.forward(x).toFloatArray()).isEqualTo(two.forward(x).toFloatArray());
  }

  @Test
  void errors_areSentences() {
    Lstm lstm = new Lstm(3, 4);
    assertThatThrownBy(() -> lstm.forward(Tensor.ones(2, 3)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("Lstm: input [2, 3] is not [batch, steps, 3] with a step at least");
    assertThatThrownBy(() -> lstm.forward(Tensor.ones(2, 0, 3))).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> lstm.forward(Tensor.ones(2, 5, 4))).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> lstm.run(Tensor.ones(2, 5, 3), List.of(Tensor.ones(1, 2, 4))))
        .isInstanceOf(ShapeException.class)
        .hasMessage("Lstm: the state [[1, 2, 4]] is not 2 of shape [1, 2, 4]");
    assertThatThrownBy(() -> new Gru(3, 4).run(Tensor.ones(2, 5, 3), List.of(Tensor.ones(2, 4))))
        .isInstanceOf(ShapeException.class)
        .hasMessage("Gru: the state [[2, 4]] is not 1 of shape [1, 2, 4]");
    assertThatThrownBy(() -> new Gru(3, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a recurrent network of 1 layers from 3 to 0 has a size that is not positive");
    assertThatThrownBy(() -> new Gru(3, 4, 2, true, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("dropout wants 0 <= p < 1, not 1.0");
  }

  private static Cell elman(DoubleUnaryOperator activation) {
    return (x, h, state) -> Arrays.setAll(state[0], k -> activation.applyAsDouble(x[k] + h[k]));
  }

  private static void gru(double[] x, double[] h, double[][] state) {
    for (int k = 0; k < HIDDEN; k++) {
      double r = Exact.sigmoid(x[k] + h[k]);
      double z = Exact.sigmoid(x[HIDDEN + k] + h[HIDDEN + k]);
      double n = Math.tanh(x[2 * HIDDEN + k] + r * h[2 * HIDDEN + k]);
      state[0][k] = (1 - z) * n + z * state[0][k];
    }
  }

  private static void lstm(double[] x, double[] h, double[][] state) {
    for (int k = 0; k < HIDDEN; k++) {
      double i = Exact.sigmoid(x[k] + h[k]);
      double f = Exact.sigmoid(x[HIDDEN + k] + h[HIDDEN + k]);
      double g = Math.tanh(x[2 * HIDDEN + k] + h[2 * HIDDEN + k]);
      double o = Exact.sigmoid(x[3 * HIDDEN + k] + h[3 * HIDDEN + k]);
      state[1][k] = f * state[1][k] + i * g;
      state[0][k] = o * Math.tanh(state[1][k]);
    }
  }

  /** Inputs are the sequence, the states, and each layer's parameters in their order. */
  private record Reference(Cell cell, int gates, int layers, int states) implements Exact {
    @Override
    public double[] of(double[]... inputs) {
      return run(inputs)[0];
    }

    /** Returns the output and the states after the last step. */
    double[][] run(double[]... in) {
      int perLayer = (in.length - 1 - states) / layers;
      double[][] result = new double[1 + states][];
      for (int s = 0; s < states; s++) {
        result[1 + s] = new double[layers * BATCH * HIDDEN];
      }
      double[] sequence = in[0];
      int width = IN;
      for (int layer = 0; layer < layers; layer++) {
        int first = 1 + states + layer * perLayer;
        double[] outputs = new double[BATCH * STEPS * HIDDEN];
        for (int b = 0; b < BATCH; b++) {
          int at = (layer * BATCH + b) * HIDDEN;
          double[][] state = new double[states][];
          for (int s = 0; s < states; s++) {
            state[s] = Arrays.copyOfRange(in[1 + s], at, at + HIDDEN);
          }
          for (int t = 0; t < STEPS; t++) {
            int from = (b * STEPS + t) * width;
            double[] x = Arrays.copyOfRange(sequence, from, from + width);
            boolean biased = perLayer == 4;
            double[] px = Exact.linear(x, in[first], biased ? in[first + 2] : null, width);
            double[] ph =
                Exact.linear(state[0], in[first + 1], biased ? in[first + 3] : null, HIDDEN);
            cell.step(px, ph, state);
            System.arraycopy(state[0], 0, outputs, (b * STEPS + t) * HIDDEN, HIDDEN);
          }
          for (int s = 0; s < states; s++) {
            System.arraycopy(state[s], 0, result[1 + s], at, HIDDEN);
          }
        }
        sequence = outputs;
        width = HIDDEN;
      }
      result[0] = sequence;
      return result;
    }
  }
}
