package dev.lanewise.cli;

import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Module;
import dev.lanewise.optim.Optimizer;
import dev.lanewise.tensor.Tensor;

/**
 * The network that {@code lanewise train} trains: four fully connected layers and the optimizer
 * that moves them, written by the means that every user of the library has.
 */
final class NeuralNetwork extends Module {
  /** The target of every class but the right one. */
  static final float LOW = -1;

  /** The target of the right class. */
  static final float HIGH = 1;

  private final Linear fc1;
  private final Linear fc2;
  private final Linear fc3;
  private final Linear fc4;
  private final Optimizer optimizer;

  NeuralNetwork(int l1, int l2, int l3, int l4, int out, OptimizerKind kind, double learningRate) {
    fc1 = register("fc1", new Linear(l1, l2));
    fc2 = register("fc2", new Linear(l2, l3));
    fc3 = register("fc3", new Linear(l3, l4));
    fc4 = register("fc4", new Linear(l4, out));
    optimizer = kind.create(parameters(), learningRate);
  }

  @Override
  public Tensor forward(Tensor input) {
    Tensor hidden1 = fc1.forward(input).relu();
    Tensor hidden2 = fc2.forward(hidden1).sigmoid();
    Tensor hidden3 = fc3.forward(hidden2).sigmoid();
    return rescale(fc4.forward(hidden3).sigmoid());
  }

  /** Moves the parameters one step down the gradient of {@code loss}. */
  void update(Tensor loss) {
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }

  /** Stretches the sigmoid's range, 0 to 1, to the targets' range. */
  private static Tensor rescale(Tensor unit) {
    return unit.mul(HIGH - LOW).add(LOW);
  }
}
