package dev.lanewise.op;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import java.util.Arrays;
import java.util.List;

/** The sum over {@code axes}, over all where none is named. */
public record Sum(List<Integer> axes, boolean keepDims) implements Op {
  /** Copies the list. */
  public Sum {
    axes = List.copyOf(axes);
  }

  @Override
  public Shape infer(Shape... inputs) {
    return reduced(inputs[0], keepDims);
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    int[] named = new int[axes.size()];
    for (int i = 0; i < named.length; i++) {
      named[i] = axes.get(i);
    }
    return inputs[0].sum(named, keepDims);
  }

  // dx = dy repeated over the summed axes
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    Shape shape = inputs[0].shape();
    d.add(0, dOut.reshape(reduced(shape, true)).broadcastTo(shape));
  }

  private Shape reduced(Shape shape, boolean keep) {
    boolean[] summed = new boolean[shape.rank()];
    for (int axis : axes) {
      int counted = shape.axis(axis);
      if (summed[counted]) {
        throw new ShapeException("sum: axis " + axis + " of shape " + shape + " is named twice");
      }
      summed[counted] = true;
    }
    int[] dims = new int[shape.rank()];
    int rank = 0;
    for (int axis = 0; axis < dims.length; axis++) {
      if (!summed[axis] && !axes.isEmpty()) {
        dims[rank++] = shape.dim(axis);
      } else if (keep) {
        dims[rank++] = 1;
      }
    }
    return Shape.of(Arrays.copyOf(dims, rank));
  }
}
