package dev.lanewise.parity;

import static dev.lanewise.parity.Tolerance.DIFFERENCE;
import static dev.lanewise.parity.Values.SIXTEENTHS;

import dev.lanewise.nn.Parameter;
import dev.lanewise.optim.Adam;
import dev.lanewise.optim.AdamW;
import dev.lanewise.optim.Optimizer;
import dev.lanewise.optim.Sgd;
import dev.lanewise.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/** Optimizers, as functions of a parameter and its gradients in three steps: where it arrives. */
final class OptimizerCases {
  private OptimizerCases() {}

  static List<Case> all() {
    return List.of(
        optimizer("Sgd", p -> new Sgd(p, 0.1)),
        optimizer("Sgd momentum", p -> new Sgd(p, 0.1, 0.9, 0, false)),
        optimizer("Sgd nesterov decay", p -> new Sgd(p, 0.1, 0.9, 0.01, true)),
        optimizer("Adam", p -> new Adam(p, 0.01)),
        optimizer("AdamW", p -> new AdamW(p, 0.01)));
  }

  private static Case optimizer(String definition, Function<List<Parameter>, Optimizer> make) {
    return Case.of(definition, OptimizerCases::steps, x -> walk(make, x))
        .within(DIFFERENCE, DIFFERENCE);
  }

  private static List<Input> steps(Draw d) {
    int[] dims = d.dims(2);
    return List.of(
        d.constant(SIXTEENTHS, dims),
        d.constant(SIXTEENTHS, dims),
        d.constant(SIXTEENTHS, dims),
        d.constant(SIXTEENTHS, dims));
  }

  private static Tensor walk(Function<List<Parameter>, Optimizer> make, Tensor... x) {
    Parameter parameter = new Parameter(x[0].array().copy());
    Optimizer optimizer = make.apply(List.of(parameter));
    for (int step = 1; step < x.length; step++) {
      optimizer.zeroGrad();
      parameter.mul(x[step]).sum().backward();
      optimizer.step();
    }
    return parameter.detach();
  }
}
