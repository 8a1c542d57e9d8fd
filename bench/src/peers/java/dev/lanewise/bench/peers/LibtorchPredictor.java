package dev.lanewise.bench.peers;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;

/** Inference in libtorch, without its record for gradients. */
final class LibtorchPredictor implements Predictor {
  private final LibtorchMlp network;
  private final Tensor x;

  LibtorchPredictor(List<Layer> layers, float[] x, int batch, int threads) {
    LibtorchMlp.threads(threads);
    network = LibtorchMlp.of(layers);
    this.x = Tensor.create(x, batch, layers.getFirst().in);
  }

  @Override
  public void predict() {
    try (PointerScope _ = new PointerScope();
        InferenceMode _ = new InferenceMode()) {
      network.forward(x);
    }
  }

  @Override
  public float[] output() {
    try (PointerScope _ = new PointerScope();
        InferenceMode _ = new InferenceMode()) {
      return LibtorchMlp.floats(network.forward(x));
    }
  }
}
