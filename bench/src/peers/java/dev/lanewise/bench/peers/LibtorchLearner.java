package dev.lanewise.bench.peers;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A training step in libtorch. */
final class LibtorchLearner implements Learner {
  private final LibtorchMlp network;
  private final Adam optimizer;
  private final Tensor x;
  private final Tensor y;

  LibtorchLearner(List<Layer> layers, float[] x, float[] y, int batch, int threads) {
    LibtorchMlp.threads(threads);
    network = LibtorchMlp.of(layers);
    optimizer = network.adam(0.001);
    this.x = Tensor.create(x, batch, layers.getFirst().in);
    this.y = Tensor.create(y, batch, layers.getLast().out);
  }

  @Override
  public void step() {
    try (PointerScope _ = new PointerScope()) {
      Tensor loss = torch.mse_loss(network.forward(x), y);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
    }
  }

  @Override
  public float loss() {
    return torch.mse_loss(network.forward(x), y).item_float();
  }

  @Override
  public List<Layer> layers() {
    return network.layers.stream()
        .map(layer ->
            new Layer(
                Math.toIntExact(layer.weight().size(1)),
                Math.toIntExact(layer.weight().size(0)),
                LibtorchMlp.floats(layer.weight()),
                LibtorchMlp.floats(layer.bias())))
        .toList();
  }
}
