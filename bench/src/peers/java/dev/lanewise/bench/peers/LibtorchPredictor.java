package dev.lanewise.bench.peers;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;

/** A caller of a network in libtorch, which others may share, without its record for gradients. */
final class LibtorchPredictor implements Predictor {
  private final LibtorchMlp network;
  private final Tensor x;

  LibtorchPredictor(LibtorchMlp network, float[] x, int batch) {
    this.network = network;
    this.x = Tensor.create(x, batch, x.length / batch);
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
