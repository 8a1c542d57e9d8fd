package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;

/** A {@link State} in the making. */
final class StateWriter {
  private final Map<String, NDArray> arrays = new LinkedHashMap<>();
  private final Map<String, Double> numbers = new LinkedHashMap<>();

  void array(String name, NDArray array) {
    arrays.put(name, array);
  }

  void number(String name, double number) {
    numbers.put(name, number);
  }

  void count(String name, long number) {
    numbers.put(name, (double) number);
  }

  State state() {
    return new State(arrays, numbers);
  }
}
