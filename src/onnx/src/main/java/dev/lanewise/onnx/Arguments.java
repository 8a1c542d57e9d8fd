package dev.lanewise.onnx;

import dev.lanewise.array.Shape;
import dev.lanewise.onnx.Value.Floats;
import dev.lanewise.onnx.Value.Whole;
import dev.lanewise.tensor.Tensor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The inputs of one run of a node. */
final class Arguments {
  private final @Nullable Value[] values;
  private final Batch batch;

  /**
   * The number of rows of the model's input.
   *
   * @param written what the file says, or 0 if it leaves it open
   * @param given what it is in this call
   */
  record Batch(int written, int given) {}

  Arguments(@Nullable Value[] values, Batch batch) {
    this.values = values;
    this.batch = batch;
  }

  Batch batch() {
    return batch;
  }

  int count() {
    return values.length;
  }

  /** Says whether there is an input at a place that may be left out. */
  boolean has(int place) {
    return place < values.length && values[place] != null;
  }

  Value value(int place) {
    return Objects.requireNonNull(values[place]);
  }

  /** Returns the float numbers at a place. */
  Tensor tensor(int place) {
    return floats(place).tensor();
  }

  /** Returns the float numbers at a place that may be left out, or null. */
  @Nullable Tensor tensorOrNull(int place) {
    return has(place) ? tensor(place) : null;
  }

  private Floats floats(int place) {
    if (value(place) instanceof Floats floats) {
      return floats;
    }
    throw new IllegalArgumentException(
        "input " + place + " holds whole numbers, where float numbers are needed");
  }

  boolean isWhole(int place) {
    return value(place) instanceof Whole;
  }

  /** Returns the whole numbers at a place. */
  Whole whole(int place) {
    if (value(place) instanceof Whole whole) {
      return whole;
    }
    throw new IllegalArgumentException(
        "input "
            + place
            + " holds float numbers, where whole numbers are needed that follow from the model and"
            + " from shapes");
  }

  /** Returns the whole numbers at a place as ints. */
  int[] ints(int place) {
    return Numbers.ints(whole(place).numbers());
  }

  /** Returns the single number at a place, if it is the same at every call, or null. */
  @Nullable Float number(int place) {
    return switch (value(place)) {
      case Floats(Tensor tensor, boolean constant) ->
          constant && tensor.size() == 1 ? (Float) tensor.item() : null;
      case Whole whole -> whole.numbers().length == 1 ? (Float) (float) whole.numbers()[0] : null;
    };
  }

  /** Returns the single number at a place that may be left out. */
  float number(int place, float otherwise) {
    if (!has(place)) {
      return otherwise;
    }
    Float number = number(place);
    if (number == null) {
      throw new IllegalArgumentException(
          "input " + place + " must be one number that is the same at every call");
    }
    return number;
  }

  Shape shape(int place) {
    return value(place).shape();
  }
}
