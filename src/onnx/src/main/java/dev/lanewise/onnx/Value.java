package dev.lanewise.onnx;

import dev.lanewise.array.Shape;
import dev.lanewise.tensor.Tensor;
import java.util.Arrays;

/** What a node of a model reads and writes. */
sealed interface Value {
  /** Returns the shape. */
  Shape shape();

  /**
   * Float numbers.
   *
   * @param constant whether they are the same at every call, and not learned
   */
  record Floats(Tensor tensor, boolean constant) implements Value {
    @Override
    public Shape shape() {
      return tensor.shape();
    }
  }

  /** Whole numbers that follow from the model and from shapes alone, such as a shape itself. */
  final class Whole implements Value {
    private final long[] numbers;
    private final Shape shape;

    Whole(long[] numbers, Shape shape) {
      this.numbers = numbers;
      this.shape = shape;
    }

    /** Returns numbers of one axis. */
    static Whole of(long... numbers) {
      return new Whole(numbers, Shape.of(numbers.length));
    }

    /** Returns the numbers in row-major order, not copied. */
    long[] numbers() {
      return numbers;
    }

    @Override
    public Shape shape() {
      return shape;
    }

    @Override
    public String toString() {
      return Arrays.toString(numbers);
    }
  }
}
