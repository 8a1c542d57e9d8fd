package dev.lanewise.bench.peers;

import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** A parameter, the first of the tensors, after a step along each of the others. */
final class OptimizerDefinitions {
  static final Map<String, Definition> ALL =
      Map.of(
          "Sgd", x -> walk(p -> sgd(p, 0, 0, false), x),
          "Sgd momentum", x -> walk(p -> sgd(p, 0.9, 0, false), x),
          "Sgd nesterov decay", x -> walk(p -> sgd(p, 0.9, 0.01, true), x),
          "Adam", x -> walk(p -> new Adam(p, new AdamOptions(0.01)), x),
          "AdamW", x -> walk(p -> new AdamW(p, new AdamWOptions(0.01)), x));

  private OptimizerDefinitions() {}

  private static Optimizer sgd(
      TensorVector parameters, double momentum, double decay, boolean nesterov) {
    SGDOptions options = new SGDOptions(0.1);
    options.momentum().put(momentum);
    options.weight_decay().put(decay);
    options.nesterov().put(nesterov);
    return new SGD(parameters, options);
  }

  private static Tensor walk(Function<TensorVector, Optimizer> make, Tensor... x) {
    Tensor parameter = x[0].clone().set_requires_grad(true);
    Optimizer optimizer = make.apply(new TensorVector(parameter));
    for (int step = 1; step < x.length; step++) {
      optimizer.zero_grad();
      parameter.mul(x[step]).sum().backward();
      optimizer.step();
    }
    return parameter.detach();
  }
}
