package dev.lanewise.nn;

import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Layers that read a sequence [batch, steps, in] step by step and carry a state along; each layer
 * reads the outputs of the one below it.
 *
 * <p>Parameters are named, shaped and ordered as PyTorch's ({@code batch_first=True}), and start
 * uniform on ±1 / sqrt(hidden): {@code weight_ih_l0} [gates hidden, in], {@code weight_hh_l0}
 * [gates hidden, hidden], {@code bias_ih_l0} and {@code bias_hh_l0} [gates hidden], then those of
 * layer 1 and so on. The projections of all steps' inputs are one product; what is left for each
 * step is the projection of the state.
 */
public abstract sealed class Recurrent extends Module permits Rnn, Gru, Lstm {
  private final int in;
  private final int hidden;
  private final int states;
  private final Layer[] layers;
  private final Dropout dropout;

  /**
   * What a recurrent network makes of a sequence.
   *
   * @param output the last layer's output at each step, [batch, steps, hidden]
   * @param state the state after the last step: the hidden one and, for an {@link Lstm}, the
   *     cell's, each [layers, batch, hidden]
   */
  public record Result(Tensor output, List<Tensor> state) {
    /** Copies the list. */
    public Result {
      state = List.copyOf(state);
    }
  }

  private record Layer(
      Parameter input, Parameter state, @Nullable Parameter inputBias, @Nullable Parameter bias) {}

  /**
   * Makes {@code layers} layers.
   *
   * @param gates how many projections a step takes
   * @param states how many tensors the state is
   */
  Recurrent(
      int in, int hidden, int layers, boolean withBias, double dropout, int gates, int states) {
    if (in <= 0 || hidden <= 0 || layers <= 0) {
      throw new IllegalArgumentException(
          "a recurrent network of "
              + layers
              + " layers from "
              + in
              + " to "
              + hidden
              + " has a size that is not positive");
    }
    this.in = in;
    this.hidden = hidden;
    this.states = states;
    this.layers = new Layer[layers];
    RandomGenerator random = Seed.split();
    for (int i = 0; i < layers; i++) {
      this.layers[i] = layer(i, i == 0 ? in : hidden, gates * hidden, withBias, random);
    }
    this.dropout = register("dropout", new Dropout(dropout));
  }

  private Layer layer(int i, int from, int to, boolean withBias, RandomGenerator random) {
    double bound = 1 / Math.sqrt(hidden);
    String l = "_l" + i;
    return new Layer(
        register("weight_ih" + l, Parameter.uniform(bound, random, Linear.weights(from, to))),
        register("weight_hh" + l, Parameter.uniform(bound, random, Linear.weights(hidden, to))),
        withBias ? register("bias_ih" + l, Parameter.uniform(bound, random, to)) : null,
        withBias ? register("bias_hh" + l, Parameter.uniform(bound, random, to)) : null);
  }

  /** Returns the last layer's output at each step, [batch, steps, hidden]. */
  @Override
  public final Tensor forward(Tensor input) {
    return run(input).output();
  }

  /** Returns what the network makes of {@code input}, [batch, steps, in], from a state of zeros. */
  public final Result run(Tensor input) {
    checkInput(input.shape());
    Tensor zeros = Tensor.zeros(layers.length, input.shape().dim(0), hidden);
    return run(input, Collections.nCopies(states, zeros));
  }

  /**
   * Returns what the network makes of {@code input}, [batch, steps, in], from a state as an earlier
   * sequence left it.
   *
   * @throws ShapeException if the input or the state is not of its shape
   */
  public final Result run(Tensor input, List<Tensor> state) {
    checkInput(input.shape());
    checkState(state, Shape.of(layers.length, input.shape().dim(0), hidden));
    Tensor sequence = input.transpose(0, 1); // [steps, batch, in], so that a step lies in one piece
    List<Tensor[]> last = new ArrayList<>();
    for (int i = 0; i < layers.length; i++) {
      int layer = i;
      Tensor[] now = state.stream().map(s -> s.select(0, layer)).toArray(Tensor[]::new);
      sequence = run(layers[i], i == 0 ? sequence : dropout.call(sequence), now);
      last.add(now);
    }
    List<Tensor> after = new ArrayList<>();
    for (int s = 0; s < states; s++) {
      int part = s;
      after.add(Tensor.stack(0, last.stream().map(now -> now[part]).toArray(Tensor[]::new)));
    }
    return new Result(sequence.transpose(0, 1), after);
  }

  /** Runs one layer over [steps, batch, in] and leaves its last state in {@code state}. */
  private Tensor run(Layer layer, Tensor sequence, Tensor[] state) {
    Tensor projected = sequence.linear(layer.input, layer.inputBias);
    Tensor[] outputs = new Tensor[sequence.shape().dim(0)];
    for (int t = 0; t < outputs.length; t++) {
      Tensor recurrent = state[0].linear(layer.state, layer.bias);
      step(projected.select(0, t), recurrent, state);
      outputs[t] = state[0];
    }
    return Tensor.stack(0, outputs);
  }

  /**
   * Moves {@code state}, each [batch, hidden], one step on.
   *
   * @param input the input's projection, [batch, gates hidden]
   * @param recurrent the hidden state's projection, [batch, gates hidden]
   */
  abstract void step(Tensor input, Tensor recurrent, Tensor[] state);

  /** Returns one gate, [batch, hidden], of a projection. */
  final Tensor gate(Tensor projection, int gate) {
    return projection.slice(-1, gate * hidden, (gate + 1) * hidden);
  }

  private void checkInput(Shape input) {
    if (input.rank() != 3 || input.dim(1) == 0 || input.dim(2) != in) {
      throw new ShapeException(
          this + ": input " + input + " is not [batch, steps, " + in + "] with a step at least");
    }
  }

  private void checkState(List<Tensor> state, Shape wanted) {
    List<Shape> shapes = state.stream().map(Tensor::shape).toList();
    if (!shapes.equals(Collections.nCopies(states, wanted))) {
      throw new ShapeException(
          this + ": the state " + shapes + " is not " + states + " of shape " + wanted);
    }
  }
}
