package dev.lanewise.parity;

import static dev.lanewise.parity.Layers.layer;
import static dev.lanewise.parity.Tolerance.AVERAGE;

import dev.lanewise.array.NDArray;
import dev.lanewise.nn.AttentionMask;
import dev.lanewise.nn.Gru;
import dev.lanewise.nn.Lstm;
import dev.lanewise.nn.MultiheadAttention;
import dev.lanewise.nn.Recurrent;
import dev.lanewise.nn.Rnn;
import dev.lanewise.nn.TransformerEncoderLayer;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Layers over sequences: recurrent networks, attention and a transformer's encoder. */
final class SequenceCases {
  private static final Values NUMBERS = Values.between(-2, 2);

  /**
   * A row of four has magnitudes that add up to about 1: a layer averages what it is given, and
   * passes the errors of the one before on as they are.
   */
  private static final Values WEIGHTS = Values.between(-0.5f, 0.5f);

  private static final int SIZE = 4;
  private static final int HEADS = 2;
  private static final int INNER = 5;

  private SequenceCases() {}

  static List<Case> all() {
    List<Case> all = new ArrayList<>();
    addRecurrent(all);
    addAttention(all);
    addEncoders(all);
    return all;
  }

  private static void addRecurrent(List<Case> all) {
    all.add(fromZeros("Rnn", 1, Rnn::new));
    all.add(fromZeros("Gru", 3, Gru::new));
    all.add(fromZeros("Lstm", 4, Lstm::new));
    all.add(
        recurrent(
            "Rnn tanh",
            new Sizes(1, 1, 2, true),
            (in, hidden) -> new Rnn(in, hidden, 2, true, 0, Tensor::tanh)));
    all.add(
        recurrent(
            "Rnn relu",
            new Sizes(1, 1, 2, false),
            (in, hidden) -> new Rnn(in, hidden, 2, false, 0, Tensor::relu)));
    all.add(
        recurrent(
            "Gru of 2", new Sizes(3, 1, 2, true), (in, hidden) -> new Gru(in, hidden, 2, true, 0)));
    all.add(
        recurrent(
            "Gru of 1 without bias",
            new Sizes(3, 1, 1, false),
            (in, hidden) -> new Gru(in, hidden, 1, false, 0)));
    all.add(
        recurrent(
            "Lstm of 2",
            new Sizes(4, 2, 2, true),
            (in, hidden) -> new Lstm(in, hidden, 2, true, 0)));
    all.add(
        recurrent(
            "Lstm of 1 without bias",
            new Sizes(4, 2, 1, false),
            (in, hidden) -> new Lstm(in, hidden, 1, false, 0)));
  }

  /** Makes a network of given input and hidden sizes. */
  @FunctionalInterface
  private interface Maker {
    Recurrent of(int in, int hidden);
  }

  private record Sizes(int gates, int states, int layers, boolean withBias) {}

  /** One layer's outputs from a state of zeros. */
  private static Case fromZeros(String definition, int gates, Maker make) {
    return layer(
            definition,
            d -> sequence(d, new Sizes(gates, 0, 1, true)),
            x -> make.of(x[1].shape().dim(1), x[2].shape().dim(1)))
        .within(AVERAGE, AVERAGE);
  }

  /** The outputs and the last states, from given ones, in one row. */
  private static Case recurrent(String definition, Sizes sizes, Maker make) {
    int given = 1 + sizes.states();
    return layer(
            definition,
            given,
            d -> sequence(d, sizes),
            x -> make.of(x[0].shape().dim(2), x[1].shape().dim(2)),
            (layer, x) -> {
              Recurrent.Result result = layer.run(x[0], List.of(x).subList(1, given));
              return Tensor.concat(
                  0,
                  Stream.concat(Stream.of(result.output()), result.state().stream())
                      .map(part -> part.reshape(-1))
                      .toArray(Tensor[]::new));
            })
        .within(AVERAGE, AVERAGE);
  }

  /** A sequence, the states and the parameters. */
  private static List<Input> sequence(Draw d, Sizes sizes) {
    int batch = d.length(2);
    int in = d.length(3);
    int hidden = 1 + d.length(2);
    List<Input> x = new ArrayList<>();
    x.add(d.input(NUMBERS, batch, d.length(3), in));
    for (int i = 0; i < sizes.states(); i++) {
      x.add(d.input(NUMBERS, sizes.layers(), batch, hidden));
    }
    for (int i = 0; i < sizes.layers(); i++) {
      x.add(d.input(WEIGHTS, sizes.gates() * hidden, i == 0 ? in : hidden));
      x.add(d.input(WEIGHTS, sizes.gates() * hidden, hidden));
      if (sizes.withBias()) {
        x.add(d.input(WEIGHTS, sizes.gates() * hidden));
        x.add(d.input(WEIGHTS, sizes.gates() * hidden));
      }
    }
    return x;
  }

  private static void addAttention(List<Case> all) {
    all.add(attention("MultiheadAttention", 1, d -> List.of(tokens(d)), (a, x) -> a.forward(x[0])));
    all.add(
        layer(
                "MultiheadAttention without bias",
                d -> {
                  List<Input> weights = projections(d);
                  return List.of(tokens(d), weights.get(0), weights.get(2));
                },
                _ -> new MultiheadAttention(SIZE, HEADS, 0, false))
            .within(AVERAGE, AVERAGE));
    all.add(
        attention(
            "MultiheadAttention causal",
            1,
            d -> List.of(tokens(d)),
            (a, x) -> a.forward(x[0], AttentionMask.causal(x[0].shape().dim(1)))));
    all.add(
        attention(
            "MultiheadAttention padded",
            2,
            SequenceCases::padded,
            (a, x) -> a.forward(x[0], AttentionMask.padding(x[1]))));
    all.add(
        attention(
            "MultiheadAttention of three",
            4,
            d -> {
              int batch = d.length(2);
              int queries = d.length(3);
              int keys = 1 + d.length(3);
              return List.of(
                  d.input(NUMBERS, batch, queries, SIZE),
                  d.input(NUMBERS, batch, keys, SIZE),
                  d.input(NUMBERS, batch, keys, SIZE),
                  d.constant(NUMBERS, queries, keys));
            },
            (a, x) -> a.forward(x[0], x[1], x[2], x[3])));
  }

  /** An attention with biases of what it is given and the projections after it. */
  private static Case attention(
      String definition,
      int given,
      Function<Draw, List<Input>> inputs,
      Layers.Call<MultiheadAttention> call) {
    return layer(
            definition,
            given,
            d -> Stream.of(inputs.apply(d), projections(d)).flatMap(List::stream).toList(),
            _ -> new MultiheadAttention(SIZE, HEADS),
            call)
        .within(AVERAGE, AVERAGE);
  }

  private static Input tokens(Draw d) {
    return d.input(NUMBERS, d.length(2), 1 + d.length(3), SIZE);
  }

  /** Tokens of which the last is padding in some samples, and where it is. */
  private static List<Input> padded(Draw d) {
    int batch = 2;
    int length = 2 + d.length(2);
    float[] padding = new float[batch * length];
    padding[length - 1] = 1;
    return List.of(
        d.input(NUMBERS, batch, length, SIZE),
        new Input(NDArray.of(padding, batch, length), false));
  }

  private static List<Input> projections(Draw d) {
    return List.of(
        d.input(WEIGHTS, 3 * SIZE, SIZE),
        d.input(WEIGHTS, 3 * SIZE),
        d.input(WEIGHTS, SIZE, SIZE),
        d.input(WEIGHTS, SIZE));
  }

  private static void addEncoders(List<Case> all) {
    for (boolean normFirst : new boolean[] {false, true}) {
      String definition = "TransformerEncoderLayer " + (normFirst ? "norm first " : "");
      all.add(encoder(definition + "relu", 1, Tensor::relu, normFirst, (e, x) -> e.forward(x[0])));
      all.add(
          encoder(
              definition + "gelu causal",
              1,
              Tensor::gelu,
              normFirst,
              (e, x) -> e.forward(x[0], AttentionMask.causal(x[0].shape().dim(1)))));
    }
    all.add(
        encoder(
            "TransformerEncoderLayer gelu padded",
            2,
            Tensor::gelu,
            false,
            (e, x) -> e.forward(x[0], AttentionMask.padding(x[1]))));
  }

  private static Case encoder(
      String definition,
      int given,
      UnaryOperator<Tensor> activation,
      boolean normFirst,
      Layers.Call<TransformerEncoderLayer> call) {
    return layer(
            definition,
            given,
            d -> {
              List<Input> x = new ArrayList<>(given == 1 ? List.of(tokens(d)) : padded(d));
              x.addAll(projections(d));
              x.add(d.input(WEIGHTS, INNER, SIZE));
              x.add(d.input(WEIGHTS, INNER));
              x.add(d.input(WEIGHTS, SIZE, INNER));
              for (int i = 0; i < 5; i++) {
                x.add(d.input(WEIGHTS, SIZE));
              }
              return x;
            },
            _ -> new TransformerEncoderLayer(SIZE, HEADS, INNER, 0, activation, normFirst),
            call)
        .within(AVERAGE, AVERAGE);
  }
}
