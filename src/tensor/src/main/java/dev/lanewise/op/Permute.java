package dev.lanewise.op;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
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
    Shape shape = inputs[0];
    int[] dims = new int[axes.size()];
    boolean[] seen = new boolean[shape.rank()];
    boolean fits = axes.size() == shape.rank();
    for (int i = 0; fits && i < dims.length; i++) {
      int axis = shape.axis(axes.get(i));
      fits = !seen[axis];
      seen[axis] = true;
      dims[i] = shape.dim(axis);
    }
    if (!fits) {
      throw new ShapeException(
          "permute: " + axes + " does not name each axis of shape " + shape + " once");
    }
    return Shape.of(dims);
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    return inputs[0].permute(toArray(axes));
  }

  // dx = dy under the inverse permutation
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    int[] inverse = new int[axes.size()];
    for (int i = 0; i < inverse.length; i++) {
      inverse[inputs[0].shape().axis(axes.get(i))] = i;
    }
    d.add(0, dOut.permute(inverse));
  }

  private static int[] toArray(List<Integer> list) {
    int[] array = new int[list.size()];
    Arrays.setAll(array, list::get);
    return array;
  }
}
