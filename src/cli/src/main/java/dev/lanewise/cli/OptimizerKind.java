package dev.lanewise.cli;

import dev.lanewise.nn.Parameter;
import dev.lanewise.optim.Adam;
import dev.lanewise.optim.Optimizer;
import dev.lanewise.optim.Sgd;
import java.util.List;
import java.util.Locale;

/** An optimizer that can be chosen by name. */
enum OptimizerKind {
  /** Adam with PyTorch's betas. */
  ADAM(0.002) {
    @Override
    Optimizer create(List<Parameter> parameters, double learningRate) {
      return new Adam(parameters, learningRate);
    }
  },

  /**
   * Plain stochastic gradient descent; four sigmoids pass on small gradients, so its rate is high.
   */
  SGD(3) {
    @Override
    Optimizer create(List<Parameter> parameters, double learningRate) {
      return new Sgd(parameters, learningRate);
    }
  };

  private final double defaultLearningRate;

  OptimizerKind(double defaultLearningRate) {
    this.defaultLearningRate = defaultLearningRate;
  }

  abstract Optimizer create(List<Parameter> parameters, double learningRate);

  /** The learning rate that trains the default network best. */
  double defaultLearningRate() {
    return defaultLearningRate;
  }

  /** The name as a person types it. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
