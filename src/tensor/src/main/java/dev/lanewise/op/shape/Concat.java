package dev.lanewise.op.shape;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import java.util.Arrays;

/**
 * Arrays one after the other along an axis.
 *
 * @param axis the axis, which may count from the end
 */
public record Concat(int axis) implements Op {
  @Override
  public Shape infer(Shape... inputs) {
    Shape first = inputs[0];
    int counted = first.axis(axis);
    int length = 0;
    for (Shape shape : inputs) {
      if (shape.rank() != first.rank() || !shape.with(counted, 0).equals(first.with(counted, 0))) {
        throw new ShapeException(
            "concat: shapes " + first + " and " + shape + " differ beside axis " + axis);
      }
      length = Math.addExact(length, shape.dim(counted));
    }
    return first.with(counted, length);
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    Shape[] shapes = new Shape[inputs.length];
    Arrays.setAll(shapes, i -> inputs[i].shape());
    NDArray all = NDArray.empty(infer(shapes));
    int from = 0;
    for (NDArray input : inputs) {
      int to = from + input.shape().dim(axis);
      all.slice(axis, from, to).copyFrom(input);
      from = to;
    }
    return all;
  }

  // dx[i] = dy at its places
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    int from = 0;
    for (int i = 0; i < inputs.length; i++) {
      int to = from + inputs[i].shape().dim(axis);
      if (d.wants(i)) {
        d.add(i, dOut.slice(axis, from, to));
      }
      from = to;
    }
  }
}
