package dev.lanewise.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A model with an input, for the comparison with ONNX Runtime.
 *
 * @param input the shape of the input, rows included
 */
public record OnnxCase(String name, ModelProto model, Shape input) {
  /** The largest that numbers of an input are. */
  private static final float REACH = 3;

  /** Returns the input, which is the same each time. */
  public NDArray x() {
    return random(name.hashCode(), input.toArray());
  }

  /** Returns numbers from -3 to 3. */
  static NDArray random(long seed, int... dims) {
    return NDArray.of(numbers(seed, Math.toIntExact(Shape.of(dims).size())), dims);
  }

  static float[] numbers(long seed, int size) {
    Random random = new Random(seed);
    float[] numbers = new float[size];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = REACH * (2 * random.nextFloat() - 1);
    }
    return numbers;
  }

  /** Returns numbers from 0.5 to 1.5. */
  static float[] positive(long seed, int size) {
    float[] numbers = numbers(seed, size);
    for (int i = 0; i < size; i++) {
      numbers[i] = 1 + numbers[i] / (2 * REACH);
    }
    return numbers;
  }

  /** Returns the operators in the model. */
  Set<String> operators() {
    return model.getGraph().getNodeList().stream()
        .map(node -> node.getOpType())
        .collect(Collectors.toSet());
  }

  @Override
  public String toString() {
    return name + " " + Arrays.toString(input.toArray());
  }
}
