package dev.lanewise.bench.peers;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The network of {@link dev.lanewise.bench.Mlp} in libtorch. */
final class LibtorchMlp extends Module {
  final List<LinearImpl> layers = new ArrayList<>();

  LibtorchMlp(int... sizes) {
    for (int i = 1; i < sizes.length; i++) {
      layers.add(register_module("fc" + i, new LinearImpl(sizes[i - 1], sizes[i])));
    }
  }

  /** Makes a network that starts from these weights and biases. */
  static LibtorchMlp of(List<Layer> from) {
    int[] sizes = new int[from.size() + 1];
    sizes[0] = from.getFirst().in;
    for (int i = 0; i < from.size(); i++) {
      sizes[i + 1] = from.get(i).out;
    }
    LibtorchMlp network = new LibtorchMlp(sizes);
    try (NoGradGuard _ = new NoGradGuard()) {
      for (int i = 0; i < from.size(); i++) {
        Layer layer = from.get(i);
        LinearImpl to = network.layers.get(i);
        to.weight().copy_(Tensor.create(layer.weight, layer.out, layer.in));
        to.bias().copy_(Tensor.create(layer.bias, layer.out));
      }
    }
    return network;
  }

  /** Fixes libtorch's threads, and those of the OpenBLAS that it calls. */
  static void threads(int threads) {
    torch.set_num_threads(threads);
    openblas.blas_set_num_threads(threads);
  }

  static float[] floats(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.numel())];
    tensor.contiguous().data_ptr_float().get(values);
    return values;
  }

  Adam adam(double learningRate) {
    return new Adam(parameters(), new AdamOptions(learningRate));
  }

  Tensor forward(Tensor input) {
    Tensor hidden = torch.relu(layers.getFirst().forward(input));
    for (LinearImpl layer : layers.subList(1, layers.size())) {
      hidden = torch.sigmoid(layer.forward(hidden));
    }
    return hidden;
  }
}
