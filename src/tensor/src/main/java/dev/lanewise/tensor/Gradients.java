package dev.lanewise.tensor;

import dev.lanewise.array.NDArray;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** Gradients of a result by some tensors, asked for by name and kept nowhere else. */
public final class Gradients {
  private Gradients() {}

  /**
   * Returns the gradient of {@code result}, one number, by each of {@code inputs}, leaves or not;
   * no {@link Tensor#grad} changes. The graph is released.
   *
   * @throws IllegalStateException as {@link Tensor#backward()} does, and if the result does not
   *     depend on an input
   */
  public static List<NDArray> of(Tensor result, Tensor... inputs) {
    if (result.size() != 1) {
      throw new IllegalStateException(
          "the gradient of a tensor of shape "
              + result.shape()
              + " wants a cotangent: Gradients.of(result, cotangent, false, inputs)");
    }
    return of(result, NDArray.full(result.shape(), 1), false, inputs);
  }

  /**
   * Returns the vector-Jacobian product of {@code result} with {@code cotangent}, of its shape, by
   * each of {@code inputs}; keeps the graph for another walk if {@code retainGraph}.
   */
  public static List<NDArray> of(
      Tensor result, NDArray cotangent, boolean retainGraph, Tensor... inputs) {
    NDArray none = NDArray.scalar(0);
    IdentityHashMap<Tensor, NDArray> asked = new IdentityHashMap<>();
    for (Tensor input : inputs) {
      asked.put(input, none);
    }
    var _ = result.array(); // computed, if it was held back
    new Backward(retainGraph, asked).walk(result, cotangent);
    List<NDArray> gradients = new ArrayList<>(inputs.length);
    for (int i = 0; i < inputs.length; i++) {
      NDArray gradient = asked.get(inputs[i]);
      if (gradient == null || isSame(gradient, none)) {
        throw new IllegalStateException(
            "the result does not depend on input "
                + i
                + " of shape "
                + inputs[i].shape()
                + ", or that requires no gradient");
      }
      gradients.add(gradient);
    }
    return gradients;
  }

  /**
   * Refuses: gradients are values, not tensors on the tape, so there is no gradient of a gradient.
   *
   * @throws UnsupportedOperationException always, if {@code createGraph}
   */
  public static List<NDArray> of(Tensor result, boolean createGraph, Tensor... inputs) {
    if (createGraph) {
      throw new UnsupportedOperationException(
          "the gradient of a gradient was asked for (createGraph): a backward walk records nothing,"
              + " so only first derivatives can be had");
    }
    return of(result, inputs);
  }

  @SuppressWarnings("ReferenceEquality") // the very array that says that nothing came
  private static boolean isSame(NDArray a, NDArray b) {
    return a == b;
  }
}
