package dev.lanewise.bench.peers;

import dev.lanewise.bench.Mlp;
import dev.lanewise.nn.Parameter;
import java.util.ArrayList;
import java.util.List;

/** The numbers of a linear layer, from which every peer starts. */
final class Layer {
  final int in;
  final int out;

  /** A row of {@link #in} floats per output. */
  final float[] weight;

  /** A float per output. */
  final float[] bias;

  Layer(int in, int out, float[] weight, float[] bias) {
    this.in = in;
    this.out = out;
    this.weight = weight;
    this.bias = bias;
  }

  /** Returns the layers of a network as they are now. */
  static List<Layer> of(Mlp network) {
    List<Layer> layers = new ArrayList<>();
    List<Parameter> parameters = network.parameters();
    for (int i = 0; i < parameters.size(); i += 2) {
      int[] dims = parameters.get(i).shape().toArray();
      layers.add(
          new Layer(
              dims[1],
              dims[0],
              parameters.get(i).toFloatArray(),
              parameters.get(i + 1).toFloatArray()));
    }
    return layers;
  }
}
