package dev.lanewise.op.shape;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Rows;
import dev.lanewise.array.Shape;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import java.util.Arrays;
import java.util.List;

/** The same elements in the reverse order along {@code axes}, each named once. */
public record Flip(List<Integer> axes) implements Op {
  /** Copies the list. */
  public Flip {
    axes = List.copyOf(axes);
  }

  @Override
  public Shape infer(Shape... inputs) {
    Rows.of(inputs[0], "flip", toArray());
    return inputs[0];
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].flip(toArray());
  }

  // dx = dy in the reverse order
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    d.add(0, dOut.flip(toArray()));
  }

  private int[] toArray() {
    int[] array = new int[axes.size()];
    Arrays.setAll(array, axes::get);
    return array;
  }
}
