package dev.lanewise.op.pointwise;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import java.util.Locale;

/**
 * A function that is constant between its steps, element by element; its slope is 0.
 *
 * @param function which one
 */
public record Steps(Function function) implements Op {
  /** The functions. */
  public enum Function {
    /** -1, 0 or 1; NaN stays NaN. */
    SIGN,

    /** The greatest whole number that is not greater. */
    FLOOR,

    /** The least whole number that is not less. */
    CEIL,

    /** The nearest whole number, the even one of two. */
    ROUND
  }

  @Override
  public String name() {
    return function.name().charAt(0) + function.name().substring(1).toLowerCase(Locale.ROOT);
  }

  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].mapEach(
        switch (function) {
          case SIGN -> Math::signum;
          case FLOOR -> x -> (float) Math.floor(x);
          case CEIL -> x -> (float) Math.ceil(x);
          case ROUND -> x -> (float) Math.rint(x);
        });
  }

  // dx = 0
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    d.add(0, NDArray.zeros(inputs[0].shape()));
  }
}
