package dev.lanewise.op;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.Views;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One call of an operation to check.
 *
 * @param reference the operation's value in double precision
 * @param terms the most numbers that one element of the value is gathered from
 */
record Sample(Op op, List<NDArray> arrays, Reference reference, int terms) {
  NDArray[] inputs() {
    return arrays.toArray(NDArray[]::new);
  }

  Shape[] shapes() {
    return arrays.stream().map(NDArray::shape).toArray(Shape[]::new);
  }

  double[][] values() {
    return arrays.stream().map(Views::read).toArray(double[][]::new);
  }

  @Override
  public String toString() {
    return arrays.stream()
        .map(x -> {
          Shape shape = x.shape();
          long[] strides = new long[shape.rank()];
          Arrays.setAll(strides, axis -> x.layout().stride(axis));
          return shape + " with strides " + Arrays.toString(strides) + " from " + x.offset();
        })
        .collect(Collectors.joining(", ", op.name() + " of ", ": " + op));
  }
}
