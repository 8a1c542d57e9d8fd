package dev.lanewise.parity;

import dev.lanewise.array.Indices;
import dev.lanewise.array.NDArray;
import dev.lanewise.tensor.Tensor;

/**
 * One argument of a function.
 *
 * @param differentiable whether the gradient with respect to it is compared; not so of masks and of
 *     whole numbers, which are floats here and made {@linkplain #indices indices} by the function
 */
public record Input(NDArray array, boolean differentiable) {
  /** Returns a fresh leaf. */
  Tensor tensor() {
    return Tensor.of(array.copy()).requiresGrad(differentiable);
  }

  /** Returns the whole numbers of a constant. */
  public static Indices indices(Tensor constant) {
    return Indices.of(integers(constant), constant.shape().toArray());
  }

  /** Returns the whole numbers of a constant in row-major order. */
  public static int[] integers(Tensor constant) {
    float[] floats = constant.toFloatArray();
    int[] numbers = new int[floats.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (int) floats[i];
    }
    return numbers;
  }
}
