package dev.lanewise.tensor;

import dev.lanewise.array.NDArray;
import dev.lanewise.op.Op;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A region in which the first operation that makes a NaN is named, forward or backward, on the
 * current thread.
 *
 * <pre>{@code
 * try (Anomaly watch = Anomaly.open()) {
 *   model.forward(x).mse(y).backward();
 * }
 * }</pre>
 *
 * <p>Every value and every gradient is read once more, and a linear layer is not fused with its
 * activation: for the search of a fault, not for training.
 */
public final class Anomaly implements AutoCloseable {
  private final Tape tape;
  private final boolean before;

  private Anomaly(Tape tape) {
    this.tape = tape;
    this.before = tape.anomaly;
    tape.anomaly = true;
  }

  /** Opens a region, which its {@link #close} ends. */
  public static Anomaly open() {
    return new Anomaly(Tape.current());
  }

  /** Returns to what was before the region. */
  @Override
  public void close() {
    if (Tape.current() != tape) {
      throw new IllegalStateException("an Anomaly region is closed by the thread that opened it");
    }
    tape.anomaly = before;
  }

  /** Throws if an operation made a NaN of inputs that have none. */
  static void checkValue(Op op, NDArray[] inputs, NDArray value) {
    if (hasNan(value) && Arrays.stream(inputs).noneMatch(Anomaly::hasNan)) {
      throw new ArithmeticException(
          op.name()
              + " made a NaN: inputs of shapes "
              + shapes(inputs)
              + " without one gave a value of shape "
              + value.shape()
              + " with one");
    }
  }

  /** Throws if the gradient of an operation is NaN where its cotangent has none. */
  static void checkGradients(Tensor made, NDArray dOut, Tensor[] inputs) {
    if (hasNan(dOut)) {
      return;
    }
    for (int i = 0; i < inputs.length; i++) {
      Tensor input = inputs[i];
      NDArray gradient = input.cotangent != null ? input.cotangent : input.grad();
      if (input.requiresGrad() && gradient != null && hasNan(gradient)) {
        throw new ArithmeticException(
            "the backward of "
                + name(made.op)
                + " made a NaN: a cotangent of shape "
                + dOut.shape()
                + " without one gave input "
                + i
                + " of shapes "
                + shapes(Tensor.valuesOf(inputs))
                + " a gradient with one");
      }
    }
  }

  private static String name(@Nullable Op op) {
    return op == null ? "an operation" : op.name();
  }

  private static String shapes(NDArray[] arrays) {
    return Arrays.toString(Arrays.stream(arrays).map(NDArray::shape).toArray());
  }

  private static boolean hasNan(NDArray array) {
    for (float value : array.toFloatArray()) {
      if (Float.isNaN(value)) {
        return true;
      }
    }
    return false;
  }
}
