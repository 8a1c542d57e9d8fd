package dev.lanewise.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The sizes of a {@link NeuralNetwork}: of its input, of what each hidden layer gives, and of its
 * output.
 */
record Layers(int l1, int l2, int l3, int l4, int out) {
  /** The largest size of a layer. */
  static final int LARGEST = 1 << 16;

  /** How many sizes there are. */
  static final int COUNT = 5;

  /** The sizes in {@code values}, each of which must be from 1 to {@link #LARGEST}. */
  static Layers of(int... values) {
    if (values.length != COUNT
        || Arrays.stream(values).anyMatch(value -> value < 1 || value > LARGEST)) {
      throw new IllegalArgumentException(
          "layers are "
              + COUNT
              + " sizes from 1 to "
              + LARGEST
              + ", not "
              + Arrays.toString(values));
    }
    return new Layers(values[0], values[1], values[2], values[3], values[4]);
  }

  /** A network of these sizes with new weights. */
  NeuralNetwork create(OptimizerKind kind, double learningRate) {
    return new NeuralNetwork(l1, l2, l3, l4, out, kind, learningRate);
  }

  /** The shapes of the network's parameters by their names. */
  Map<String, List<Long>> parameterShapes() {
    int[] sizes = sizes();
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    for (int layer = 1; layer < sizes.length; layer++) {
      shapes.put("fc" + layer + ".weight", List.of((long) sizes[layer], (long) sizes[layer - 1]));
      shapes.put("fc" + layer + ".bias", List.of((long) sizes[layer]));
    }
    return shapes;
  }

  /**
   * The floating-point operations of the matrix products that one sample takes in a training step:
   * forward, to the weights, and to the inputs of every layer but the first.
   */
  double trainingFlops() {
    int[] sizes = sizes();
    double flops = 0;
    for (int layer = 1; layer < sizes.length; layer++) {
      int products = layer == 1 ? 2 : 3;
      flops += 2.0 * products * sizes[layer - 1] * sizes[layer];
    }
    return flops;
  }

  private int[] sizes() {
    return new int[] {l1, l2, l3, l4, out};
  }

  /** The sizes joined by {@code separator}. */
  String join(String separator) {
    return Arrays.stream(sizes())
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(separator));
  }
}
