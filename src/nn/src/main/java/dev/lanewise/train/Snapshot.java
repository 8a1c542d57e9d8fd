package dev.lanewise.train;

import dev.lanewise.array.NDArray;
import dev.lanewise.io.FormatException;
import dev.lanewise.io.SafeTensors;
import dev.lanewise.optim.State;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The state of several things in one safetensors file: {@code model}'s arrays are its tensors
 * {@code model.fc1.weight} and so on, numbers are strings in its metadata. A file is replaced as a
 * whole or not at all.
 */
public final class Snapshot {
  private static final String FORMAT = "lanewise.snapshot";
  private static final String VERSION = "1";

  private Snapshot() {}

  /**
   * Writes {@code states}, whose names have no dot.
   *
   * @throws IllegalArgumentException if a name has one
   */
  public static void write(Path file, Map<String, State> states) throws IOException {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    Map<String, String> numbers = new LinkedHashMap<>();
    numbers.put(FORMAT, VERSION);
    states.forEach((name, state) -> {
      if (name.isEmpty() || name.contains(".")) {
        throw new IllegalArgumentException("'" + name + "' cannot name a state: it has a dot");
      }
      state.arrays().forEach((own, array) -> arrays.put(name + "." + own, array));
      state.numbers().forEach((own, n) -> numbers.put(name + "." + own, Double.toString(n)));
    });
    SafeTensors.write(file, arrays, numbers);
  }

  /**
   * Reads what {@link #write} wrote, by name.
   *
   * @throws FormatException if the file is no snapshot, or its numbers cannot be read
   */
  public static Map<String, State> read(Path file) throws IOException {
    SafeTensors source = SafeTensors.read(file);
    if (!VERSION.equals(source.metadata().get(FORMAT))) {
      throw new FormatException(
          file.toString(), 8, "no snapshot of a training run: no " + FORMAT + " in its metadata");
    }
    Map<String, Map<String, NDArray>> arrays = new LinkedHashMap<>();
    Map<String, Map<String, Double>> numbers = new LinkedHashMap<>();
    for (String name : source.entries().keySet()) {
      of(arrays, file, name).put(own(name), source.load(name));
    }
    for (Map.Entry<String, String> entry : source.metadata().entrySet()) {
      if (!entry.getKey().equals(FORMAT)) {
        double number = number(file, entry.getKey(), entry.getValue());
        of(numbers, file, entry.getKey()).put(own(entry.getKey()), number);
      }
    }
    Map<String, State> states = new LinkedHashMap<>();
    for (String name : arrays.keySet()) {
      states.put(name, new State(arrays.get(name), numbers.getOrDefault(name, Map.of())));
    }
    numbers.forEach((name, own) -> states.putIfAbsent(name, new State(Map.of(), own)));
    return states;
  }

  private static <T> Map<String, T> of(Map<String, Map<String, T>> all, Path file, String name)
      throws FormatException {
    int dot = name.indexOf('.');
    if (dot <= 0) {
      throw new FormatException(
          file.toString(), 8, "'" + name + "' does not say whose state it is");
    }
    return all.computeIfAbsent(name.substring(0, dot), key -> new LinkedHashMap<>());
  }

  private static String own(String name) {
    return name.substring(name.indexOf('.') + 1);
  }

  private static double number(Path file, String name, String text) throws FormatException {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new FormatException(file.toString(), 8, name + " is '" + text + "', not a number");
    }
  }
}
