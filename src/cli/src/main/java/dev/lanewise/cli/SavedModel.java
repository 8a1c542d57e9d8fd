package dev.lanewise.cli;

import dev.lanewise.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A {@link NeuralNetwork} as a safetensors file holds it: the parameters as tensors, and all that
 * is needed to run it again as metadata.
 *
 * @param rows the height of the images that it takes
 * @param cols their width
 */
record SavedModel(Path file, NeuralNetwork network, Layers layers, int rows, int cols) {
  private static final String FORMAT = "lanewise-network-1";
  private static final String ACTIVATIONS = "relu,sigmoid,sigmoid,sigmoid";
  private static final String RANGE = NeuralNetwork.LOW + "," + NeuralNetwork.HIGH;

  /** Saves {@code network} in {@code file}, which appears whole or not at all. */
  static void write(
      Path file, NeuralNetwork network, Layers layers, int rows, int cols, Map<String, String> made)
      throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>(made);
    metadata.put("format", FORMAT);
    metadata.put("layers", layers.join(","));
    metadata.put("activations", ACTIVATIONS);
    metadata.put("target_range", RANGE);
    metadata.put(
        "classes",
        IntStream.range(0, layers.out())
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(",")));
    metadata.put("image", rows + "x" + cols);
    metadata.put("lanewise_version", Version.NUMBER);
    SafeTensors.write(file, network.stateDict(), metadata);
  }

  /**
   * Loads the network that {@link #write} saved.
   *
   * @throws Failure if the file is a safetensors file but no such network
   */
  static SavedModel read(Path file) throws IOException {
    SafeTensors saved = SafeTensors.read(file);
    Reader reader = new Reader(file, saved.metadata());
    reader.require("format", FORMAT);
    reader.require("activations", ACTIVATIONS);
    reader.require("target_range", RANGE);
    int[] image = reader.sizes("image", "x", 2);
    Layers layers = reader.layers();
    if ((long) image[0] * image[1] != layers.l1()) {
      throw reader.refusal(
          "its images of "
              + image[0]
              + " x "
              + image[1]
              + " do not go with its first layer's "
              + layers.l1()
              + " inputs");
    }
    reader.requireShapes(saved.entries(), layers.parameterShapes());
    // The optimizer is there because the network has one; it never takes a step here.
    NeuralNetwork network = layers.create(OptimizerKind.SGD, 0);
    network.loadStateDict(saved.loadAll());
    network.eval();
    return new SavedModel(file, network, layers, image[0], image[1]);
  }

  /** The metadata of one file, which it refuses with sentences. */
  private record Reader(Path file, Map<String, String> metadata) {
    Failure refusal(String reason) {
      return new Failure(file + " is not a network that lanewise train saved: " + reason);
    }

    String get(String key) {
      String value = metadata.get(key);
      if (value == null) {
        throw refusal("its metadata lack \"" + key + "\"");
      }
      return value;
    }

    void require(String key, String wanted) {
      String value = get(key);
      if (!value.equals(wanted)) {
        throw refusal(
            "its \"" + key + "\" is \"" + value + "\", and only \"" + wanted + "\" is known");
      }
    }

    int[] sizes(String key, String separator, int count) {
      String value = get(key);
      try {
        int[] sizes =
            Arrays.stream(value.split(separator, -1)).mapToInt(Integer::parseInt).toArray();
        if (sizes.length == count && Arrays.stream(sizes).allMatch(size -> size > 0)) {
          return sizes;
        }
      } catch (NumberFormatException e) {
        // Falls through to the one sentence for every malformed value.
      }
      throw refusal("its \"" + key + "\" is \"" + value + "\", not " + count + " sizes");
    }

    Layers layers() {
      try {
        return Layers.of(sizes("layers", ",", Layers.COUNT));
      } catch (IllegalArgumentException e) {
        throw refusal(String.valueOf(e.getMessage()));
      }
    }

    void requireShapes(Map<String, SafeTensors.Entry> entries, Map<String, List<Long>> wanted) {
      List<String> faults = new ArrayList<>();
      wanted.forEach((name, shape) -> {
        SafeTensors.Entry entry = entries.get(name);
        if (entry == null) {
          faults.add("it lacks the tensor " + name + " " + shape);
        } else if (!entry.shape().equals(shape)) {
          faults.add(name + " has the shape " + entry.shape() + ", not " + shape);
        }
      });
      Set<String> extra = new TreeSet<>(entries.keySet());
      extra.removeAll(wanted.keySet());
      if (!extra.isEmpty()) {
        faults.add("it holds tensors that the network has not: " + String.join(", ", extra));
      }
      if (!faults.isEmpty()) {
        throw refusal(String.join("; ", faults));
      }
    }
  }
}
