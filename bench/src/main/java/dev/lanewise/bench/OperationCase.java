package dev.lanewise.bench;

import dev.lanewise.array.NDArray;
import dev.lanewise.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** A call of one operation, of a size that networks of middling size have. */
public enum OperationCase {
  /** 256 rows of 512, with scale and shift. */
  LAYER_NORM("layerNorm", List.of(List.of(256, 512), List.of(512), List.of(512))) {
    @Override
    Tensor apply(Tensor... in) {
      return in[0].layerNorm(in[1], in[2], 1e-5f);
    }
  },

  /** 256 rows of 512. */
  SOFTMAX("softmax", List.of(List.of(256, 512))) {
    @Override
    Tensor apply(Tensor... in) {
      return in[0].softmax(-1);
    }
  },

  /** 256 rows of 1,000 classes. */
  CROSS_ENTROPY("crossEntropy", List.of(List.of(256, 1000))) {
    @Override
    Tensor apply(Tensor... in) {
      return in[0].crossEntropy(labels());
    }
  },

  /** 32 images of 16 channels and 28 x 28, 32 filters of 3 x 3 with a border of 1. */
  CONV_2D("conv2d", List.of(List.of(32, 16, 28, 28), List.of(32, 16, 3, 3), List.of(32))) {
    @Override
    Tensor apply(Tensor... in) {
      return in[0].conv2d(in[1], in[2], 1, 1);
    }
  },

  /** 32 heads of 64 places and 32 numbers. */
  ATTENTION("attention", List.of(List.of(32, 64, 32), List.of(32, 64, 32), List.of(32, 64, 32))) {
    @Override
    Tensor apply(Tensor... in) {
      return Tensor.attention(in[0], in[1], in[2], null);
    }
  };

  private final String label;
  private final List<List<Integer>> shapes;

  OperationCase(String label, List<List<Integer>> shapes) {
    this.label = label;
    this.shapes = shapes;
  }

  /** Returns the operation on {@code in}. */
  abstract Tensor apply(Tensor... in);

  /** Returns the case with the name that benchmarks show. */
  public static OperationCase named(String label) {
    return Arrays.stream(values())
        .filter(each -> each.label.equals(label))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no operation " + label));
  }

  /** Returns the shapes of the inputs. */
  public List<int[]> shapes() {
    return shapes.stream()
        .map(dims -> dims.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  /** Returns the values of input {@code input}: the same in every process. */
  public float[] values(int input) {
    Random random = new Random(input + 1);
    int size = Arrays.stream(shapes().get(input)).reduce(1, Math::multiplyExact);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = random.nextFloat(-1, 1);
    }
    return values;
  }

  /** Returns the class of each of 256 rows. */
  public static int[] labels() {
    return IntStream.range(0, 256).map(row -> row * 37 % 1000).toArray();
  }

  /** Returns the inputs, which require gradients. */
  Tensor[] inputs() {
    List<int[]> all = shapes();
    Tensor[] inputs = new Tensor[all.size()];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = Tensor.of(NDArray.of(values(i), all.get(i))).requiresGrad(true);
    }
    return inputs;
  }

  /** Returns the value and then every gradient from a sum of the result, in row-major order. */
  public List<float[]> computed() {
    Tensor[] inputs = inputs();
    Tensor result = apply(inputs);
    float[] value = result.toFloatArray();
    result.sum().backward();
    return IntStream.rangeClosed(0, inputs.length)
        .mapToObj(i -> i == 0 ? value : gradient(inputs[i - 1]))
        .toList();
  }

  private static float[] gradient(Tensor input) {
    NDArray gradient = input.grad();
    if (gradient == null) {
      throw new IllegalStateException("an input of shape " + input.shape() + " has no gradient");
    }
    return gradient.toFloatArray();
  }
}
