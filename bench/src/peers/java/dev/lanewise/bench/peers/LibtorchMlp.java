package dev.lanewise.bench.peers;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
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
