package dev.lanewise.bench.peers;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.L2Loss;
import ai.djl.training.optimizer.Adam;
import ai.djl.training.tracker.Tracker;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A training step in DJL over its own libtorch, by DJL's trainer. Its threads are those of the
 * system property {@code ai.djl.pytorch.num_threads} at the moment when the engine starts.
 */
final class DjlLearner implements Learner {
  /**
   * Adam's epsilon that, before DJL's correction of the second moment, is 1e-8 at the first step.
   */
  private static final float EPSILON = (float) (1e-8 * Math.sqrt(1 - 0.999));

  private final Model model;
  private final Trainer trainer;
  private final NDManager manager;
  private final NDArray x;
  private final NDArray y;

  DjlLearner(List<Layer> layers, float[] x, float[] y, int batch, int threads) {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    SequentialBlock block = new SequentialBlock();
    for (int i = 0; i < layers.size(); i++) {
      block.add(Linear.builder().setUnits(layers.get(i).out).build());
      block.add(i == 0 ? Activation.reluBlock() : Activation.sigmoidBlock());
    }
    model = Model.newInstance("mlp", Device.cpu(), "PyTorch");
    model.setBlock(block);
    Adam adam =
        Adam.builder().optLearningRateTracker(Tracker.fixed(0.001f)).optEpsilon(EPSILON).build();
    trainer =
        model.newTrainer(
            new DefaultTrainingConfig(new L2Loss("mse", 1))
                .optDevices(new Device[] {Device.cpu()})
                .optOptimizer(adam));
    trainer.initialize(new Shape(batch, layers.getFirst().in));
    List<Parameter> parameters = parameters();
    for (int i = 0; i < layers.size(); i++) {
      parameters.get(2 * i).getArray().set(FloatBuffer.wrap(layers.get(i).weight));
      parameters.get(2 * i + 1).getArray().set(FloatBuffer.wrap(layers.get(i).bias));
    }
    manager = trainer.getManager();
    this.x = manager.create(x, new Shape(batch, layers.getFirst().in));
    this.y = manager.create(y, new Shape(batch, layers.getLast().out));
  }

  @Override
  public void step() {
    try (NDManager scope = manager.newSubManager()) {
      scope.tempAttachAll(x, y);
      try (GradientCollector gradients = trainer.newGradientCollector()) {
        NDList predicted = trainer.forward(new NDList(x));
        gradients.backward(trainer.getLoss().evaluate(new NDList(y), predicted));
      }
      trainer.step();
    }
  }

  @Override
  public float loss() {
    return trainer.getLoss().evaluate(new NDList(y), trainer.evaluate(new NDList(x))).getFloat();
  }

  @Override
  public List<Layer> layers() {
    List<Layer> layers = new ArrayList<>();
    List<Parameter> parameters = parameters();
    for (int i = 0; i < parameters.size(); i += 2) {
      NDArray weight = parameters.get(i).getArray();
      layers.add(
          new Layer(
              Math.toIntExact(weight.getShape().get(1)),
              Math.toIntExact(weight.getShape().get(0)),
              weight.toFloatArray(),
              parameters.get(i + 1).getArray().toFloatArray()));
    }
    return layers;
  }

  private List<Parameter> parameters() {
    return model.getBlock().getParameters().values();
  }
}
