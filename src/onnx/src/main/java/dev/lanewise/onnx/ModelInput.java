package dev.lanewise.onnx;

import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The input of a model.
 *
 * @param dims its lengths, 0 for one that the file leaves open; empty if it leaves all open
 */
record ModelInput(String name, List<Integer> dims) {
  /** Returns the number of rows that the file says, or 0 if it leaves it open. */
  int rows() {
    return dims.isEmpty() ? 0 : dims.getFirst();
  }

  /** Returns the shape of a row, or null if the file leaves it open. */
  @Nullable Shape row() {
    if (dims.isEmpty() || dims.subList(1, dims.size()).contains(0)) {
      return null;
    }
    return Shape.of(dims.stream().skip(1).mapToInt(Integer::intValue).toArray());
  }

  /** Refuses a shape that is not rows of the model's. */
  void check(Shape shape) {
    boolean fits = shape.rank() > 0 && (dims.isEmpty() || shape.rank() == dims.size());
    for (int i = 1; fits && i < dims.size(); i++) {
      fits = dims.get(i) == 0 || dims.get(i) == shape.dim(i);
    }
    if (!fits) {
      throw new ShapeException(
          "the input '" + Node.shown(name) + "' is " + this + ", not " + shape);
    }
  }

  @Override
  public String toString() {
    return dims.isEmpty()
        ? "[N, ...]"
        : dims.stream()
            .skip(1)
            .map(dim -> dim == 0 ? ", ?" : ", " + dim)
            .collect(Collectors.joining("", "[N", "]"));
  }
}
