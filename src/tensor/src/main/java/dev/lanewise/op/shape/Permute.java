package dev.lanewise.op.shape;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import java.util.Arrays;
import java.util.List;

/** A view whose axis {@code i} is the input's axis {@code axes.get(i)}, each named once. */
public record Permute(List<Integer> axes) implements Op {
  /** Copies the list. */
  public Permute {
    axes = List.copyOf(axes);
  }

  @Override
  public Shape infer(Shape... inputs) {
    return inputs[0].permute(named());
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].permute(named());
  }

  // dx = dy under the inverse permutation
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    int[] order = inputs[0].shape().permutation(named());
    int[] inverse = new int[order.length];
    for (int i = 0; i < inverse.length; i++) {
      inverse[order[i]] = i;
    }
    d.add(0, dOut.permute(inverse));
  }

  private int[] named() {
    int[] named = new int[axes.size()];
    Arrays.setAll(named, axes::get);
    return named;
  }
}
