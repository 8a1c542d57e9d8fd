package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import org.jspecify.annotations.Nullable;

/** One array beside each parameter of an optimizer, such as the running mean of its gradients. */
public final class Slot {
  private final String name;
  private final @Nullable NDArray[] arrays;
  private float initial;

  Slot(String name, int count) {
    this.name = name;
    this.arrays = new NDArray[count];
  }

  /** Returns the name, which a state dict puts behind the parameter's number. */
  String name() {
    return name;
  }

  /** Sets what elements of arrays to come begin as. */
  void beginAt(double value) {
    initial = (float) value;
  }

  /** Returns the array of parameter {@code index}, made beside {@code value} if there is none. */
  public NDArray at(int index, NDArray value) {
    NDArray array = arrays[index];
    if (array == null) {
      array = NDArray.emptyLike(value);
      array.fill(initial);
      arrays[index] = array;
    }
    return array;
  }

  /** Forgets the array of parameter {@code index}. */
  void clear(int index) {
    arrays[index] = null;
  }
}
