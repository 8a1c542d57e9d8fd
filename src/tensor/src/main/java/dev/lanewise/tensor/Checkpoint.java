package dev.lanewise.tensor;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.memory.Scope;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import java.util.Arrays;
import java.util.function.Function;

/**
 * A part of a graph that keeps nothing but its inputs and its result, and is computed again when
 * backward comes to it: memory for time, where a network is deeper than memory allows (Chen et al.,
 * Training Deep Nets with Sublinear Memory Cost, 2016).
 *
 * <pre>{@code
 * Tensor y = Checkpoint.run(in -> block.forward(in[0]), x);
 * }</pre>
 */
public final class Checkpoint {
  private Checkpoint() {}

  /**
   * Returns {@code part}'s result for {@code inputs}. Its own tensors are freed as soon as it is
   * known; parameters that it uses besides the inputs gather their gradients as ever.
   *
   * <p>The part must give the same result whenever it is run: backward refuses to go on where it
   * does not, as with a dropout inside that draws anew.
   */
  public static Tensor run(Function<Tensor[], Tensor> part, Tensor... inputs) {
    Recompute op = new Recompute(part);
    Tensor[] passed = inputs.clone();
    if (Trace.covers(Tape.current().trace, passed)) {
      return part.apply(passed);
    }
    return Tape.recordAlways(op, passed);
  }

  /** The part as an operation. */
  private record Recompute(Function<Tensor[], Tensor> part) implements Op {
    @Override
    public String name() {
      return "Checkpoint";
    }

    @Override
    public Shape infer(Shape... inputs) {
      throw new UnsupportedOperationException("a checkpoint's shape is known once it has run");
    }

    @Override
    public NDArray forward(NDArray... inputs) {
      try (Scope _ = Scope.open();
          NoGrad _ = NoGrad.open()) {
        Tensor[] leaves = leaves(inputs);
        NDArray result = part.apply(leaves).array();
        return Scope.outside(result::copy);
      }
    }

    @Override
    public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
      try (Scope _ = Scope.open()) {
        Tensor[] leaves = leaves(inputs);
        for (int i = 0; i < leaves.length; i++) {
          leaves[i].requiresGrad(d.wants(i));
        }
        Tensor again = part.apply(leaves);
        if (!Arrays.equals(again.toFloatArray(), out.toFloatArray())) {
          throw new IllegalStateException(
              "a checkpointed part of shape "
                  + out.shape()
                  + " gave another result when backward ran it again; what it draws or writes"
                  + " makes its gradient unknown");
        }
        if (again.requiresGrad()) {
          again.backward(dOut);
        }
        for (int i = 0; i < leaves.length; i++) {
          NDArray gradient = leaves[i].grad();
          if (d.wants(i) && gradient != null) {
            d.add(i, Scope.outside(gradient::copy));
          }
        }
      }
    }

    private static Tensor[] leaves(NDArray[] values) {
      return Arrays.stream(values).map(Tensor::of).toArray(Tensor[]::new);
    }
  }
}
