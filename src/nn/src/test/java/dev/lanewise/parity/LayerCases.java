package dev.lanewise.parity;

import static dev.lanewise.parity.Values.EIGHTHS;

import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Module;
import dev.lanewise.nn.Parameter;
import dev.lanewise.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/** Layers, as functions of their input and their parameters. */
final class LayerCases {
  private LayerCases() {}

  static List<Case> all() {
    return List.of(
        layer(
            "Linear",
            d -> {
              int in = d.length(4);
              int out = d.length(5);
              return List.of(
                  d.input(EIGHTHS, d.length(3), in),
                  d.input(EIGHTHS, out, in),
                  d.input(EIGHTHS, out));
            },
            x -> new Linear(x[1].shape().dim(1), x[1].shape().dim(0))));
  }

  /** A layer of the first input whose parameters are the others, in the order of registration. */
  private static Case layer(
      String definition, Function<Draw, List<Input>> inputs, Function<Tensor[], Module> make) {
    return Case.of(
        definition,
        inputs,
        x -> {
          Module layer = make.apply(x);
          List<Parameter> parameters = layer.parameters();
          for (int i = 0; i < parameters.size(); i++) {
            parameters.get(i).array().copyFrom(x[i + 1].array());
            x[i + 1] = parameters.get(i);
          }
          return layer.forward(x[0]);
        });
  }
}
