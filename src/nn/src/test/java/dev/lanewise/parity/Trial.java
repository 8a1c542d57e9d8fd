package dev.lanewise.parity;

import dev.lanewise.array.NDArray;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One call of a function with PyTorch's answer.
 *
 * @param cotangent that of the value, from which the gradients follow
 * @param gradients those of the differentiable inputs by their places; none where the value is a
 *     function without one, as a comparison is
 */
public record Trial(
    List<Input> inputs, NDArray cotangent, NDArray value, SortedMap<Integer, NDArray> gradients) {
  /** Returns the largest finite magnitude among what a result is made from and itself, or 1. */
  double largest(NDArray result) {
    Stream<NDArray> from = Stream.concat(inputs.stream().map(Input::array), Stream.of(cotangent));
    double largest = 1;
    for (NDArray array : Stream.concat(from, Stream.of(result)).toList()) {
      for (float number : array.toFloatArray()) {
        largest = Float.isFinite(number) ? Math.max(largest, Math.abs(number)) : largest;
      }
    }
    return largest;
  }

  /** Returns the number of elements of the largest input. */
  long size() {
    return inputs.stream().mapToLong(input -> input.array().size()).max().orElse(0);
  }

  /** Returns the length of the longest axis of an input. */
  int longest() {
    return inputs.stream()
        .flatMapToInt(input -> IntStream.of(input.array().shape().toArray()))
        .max()
        .orElse(1);
  }
}
