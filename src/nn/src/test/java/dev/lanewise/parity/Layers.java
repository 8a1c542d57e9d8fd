package dev.lanewise.parity;

import dev.lanewise.nn.Module;
import dev.lanewise.nn.Parameter;
import dev.lanewise.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/** Layers as functions of what they are given and of their parameters. */
final class Layers {
  /** What is made of a layer and the tensors that it is given. */
  @FunctionalInterface
  interface Call<M extends Module> {
    Tensor of(M layer, Tensor... given);
  }

  private Layers() {}

  /** A layer of the first input; the others are its parameters, in the order of registration. */
  static Case layer(
      String definition, Function<Draw, List<Input>> inputs, Function<Tensor[], Module> make) {
    return layer(definition, 1, inputs, make, (layer, x) -> layer.forward(x[0]));
  }

  /** A layer that is given as many inputs first; the others are its parameters. */
  static <M extends Module> Case layer(
      String definition,
      int given,
      Function<Draw, List<Input>> inputs,
      Function<Tensor[], M> make,
      Call<M> call) {
    return Case.of(
        definition,
        inputs,
        x -> {
          M layer = make.apply(x);
          List<Parameter> parameters = layer.parameters();
          if (parameters.size() != x.length - given) {
            throw new AssertionError(
                "%s has %s parameters, not the %s of the case"
                    .formatted(layer, parameters.size(), x.length - given));
          }
          for (int i = 0; i < parameters.size(); i++) {
            parameters.get(i).array().copyFrom(x[given + i].array());
            x[given + i] = parameters.get(i);
          }
          return call.of(layer, x);
        });
  }
}
