package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;

/** Modules run one after the other; they are named by their position, "0", "1" and so on. */
public final class Sequential extends Module {
  private final Module[] layers;

  /** Makes a chain of {@code layers}. */
  public Sequential(Module... layers) {
    this.layers = layers.clone();
    for (int i = 0; i < layers.length; i++) {
      register(Integer.toString(i), layers[i]);
    }
  }

  @Override
  public Tensor forward(Tensor input) {
    Tensor result = input;
    for (Module layer : layers) {
      result = layer.call(result);
    }
    return result;
  }
}
