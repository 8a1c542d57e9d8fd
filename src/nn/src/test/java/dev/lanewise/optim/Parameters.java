package dev.lanewise.optim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.nn.Parameter;
import dev.lanewise.tensor.Tensor;
import java.util.Random;

/** Parameters of known values, and gradients given to them exactly. */
final class Parameters {
  private Parameters() {}

  static Parameter of(float... values) {
    return in(NDArray.persistent(Shape.of(values.length)), values);
  }

  /**
   * Makes a parameter of {@code array}, whose elements become {@code values} in row-major order.
   */
  static Parameter in(NDArray array, float... values) {
    array.copyFrom(NDArray.of(values, array.shape().toArray()));
    return new Parameter(array);
  }

  /** Adds {@code g} to the gradient, exactly: it is the slope of sum(p g). */
  static void add(Parameter p, float... g) {
    p.mul(Tensor.of(g, p.shape().toArray())).sum().backward();
  }

  /** Makes {@code g} the gradient. */
  static void give(Parameter p, float... g) {
    p.zeroGrad();
    add(p, g);
    assertThat(p.grad().toFloatArray()).isEqualTo(g);
  }

  static float[] drawn(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextFloat(-1, 1);
    }
    return values;
  }
}
