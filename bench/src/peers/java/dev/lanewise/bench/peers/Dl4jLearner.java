package dev.lanewise.bench.peers;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * A training step in DL4J. Its threads are set in ND4J's environment, in its OpenMP pool and in the
 * OpenBLAS that it calls.
 */
final class Dl4jLearner implements Learner {
  /**
   * Adam's epsilon that, before DL4J's correction of the second moment, is 1e-8 at the first step.
   */
  private static final double EPSILON = 1e-8 * Math.sqrt(1 - 0.999);

  private final MultiLayerNetwork network;
  private final INDArray x;
  private final INDArray y;

  Dl4jLearner(List<Layer> layers, float[] x, float[] y, int batch, int threads) {
    Nd4j.getEnvironment().setMaxThreads(threads);
    Nd4j.getEnvironment().setMaxMasterThreads(threads);
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
    Nd4j.factory().blas().setMaxThreads(threads);
    NeuralNetConfiguration.ListBuilder configuration =
        new NeuralNetConfiguration.Builder()
            .updater(Adam.builder().learningRate(0.001).epsilon(EPSILON).build())
            .list();
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      Activation activation = i == 0 ? Activation.RELU : Activation.SIGMOID;
      configuration.layer(
          i == layers.size() - 1
              ? new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                  .nIn(layer.in)
                  .nOut(layer.out)
                  .activation(activation)
                  .build()
              : new DenseLayer.Builder()
                  .nIn(layer.in)
                  .nOut(layer.out)
                  .activation(activation)
                  .build());
    }
    network = new MultiLayerNetwork(configuration.build());
    network.init();
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      network
          .getLayer(i)
          .getParam("W")
          .assign(matrix(layer.weight, layer.out, layer.in).transpose());
      network.getLayer(i).getParam("b").assign(matrix(layer.bias, 1, layer.out));
    }
    this.x = matrix(x, batch, layers.getFirst().in);
    this.y = matrix(y, batch, layers.getLast().out);
  }

  private static INDArray matrix(float[] values, int rows, int columns) {
    return Nd4j.create(values, new long[] {rows, columns}, 'c');
  }

  @Override
  public void step() {
    network.fit(x, y);
  }

  @Override
  public float loss() {
    return (float) network.score(new DataSet(x, y));
  }

  /**
   * DL4J's error grows with the squares that it adds up, as where each is added to a float: it is
   * 4e-5 over 32 rows of 1,024 and 3e-4 over 1,024 such rows. The layers' check is as strict as
   * any.
   */
  @Override
  public double lossTolerance(double usual) {
    return 1e-3;
  }

  @Override
  public List<Layer> layers() {
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < network.getnLayers(); i++) {
      INDArray weight = network.getLayer(i).getParam("W");
      INDArray bias = network.getLayer(i).getParam("b");
      layers.add(
          new Layer(
              Math.toIntExact(weight.size(0)),
              Math.toIntExact(weight.size(1)),
              weight.transpose().dup('c').data().asFloat(),
              bias.dup('c').data().asFloat()));
    }
    return layers;
  }
}
