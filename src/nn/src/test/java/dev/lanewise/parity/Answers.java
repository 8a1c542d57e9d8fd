package dev.lanewise.parity;

import dev.lanewise.array.NDArray;
import dev.lanewise.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * PyTorch's answers to the cases of a family, kept in a safetensors file.
 *
 * <p>A trial's tensors are named {@code case/trial/what}: {@code input0} or, if it is not
 * differentiable, {@code constant0}, and so on; {@code cotangent}; {@code value}; {@code
 * gradient0}, and so on.
 */
public final class Answers {
  private final Map<String, NDArray> tensors;

  private Answers(Map<String, NDArray> tensors) {
    this.tensors = tensors;
  }

  /** Returns answers to nothing yet. */
  public static Answers empty() {
    return new Answers(new TreeMap<>());
  }

  /** Reads a file. */
  static Answers read(Path file) throws IOException {
    return new Answers(SafeTensors.read(file).loadAll());
  }

  /** Adds the answer to a trial of a case. */
  public void put(Case one, int number, Trial trial) {
    String prefix = trial(one, number) + "/";
    for (int i = 0; i < trial.inputs().size(); i++) {
      Input input = trial.inputs().get(i);
      tensors.put(prefix + (input.differentiable() ? "input" : "constant") + i, input.array());
    }
    tensors.put(prefix + "cotangent", trial.cotangent());
    tensors.put(prefix + "value", trial.value());
    trial.gradients().forEach((i, gradient) -> tensors.put(prefix + "gradient" + i, gradient));
  }

  /** Returns the answers to a case, which must be there. */
  List<Trial> to(Case one) {
    return IntStream.range(0, Catalogue.KEPT_TRIALS).mapToObj(number -> get(one, number)).toList();
  }

  private Trial get(Case one, int number) {
    String prefix = trial(one, number) + "/";
    List<Input> inputs = new ArrayList<>();
    SortedMap<Integer, NDArray> gradients = new TreeMap<>();
    while (true) {
      int i = inputs.size();
      NDArray input = tensors.get(prefix + "input" + i);
      NDArray constant = tensors.get(prefix + "constant" + i);
      if (input == null && constant == null) {
        break;
      }
      inputs.add(input != null ? new Input(input, true) : new Input(constant, false));
      NDArray gradient = tensors.get(prefix + "gradient" + i);
      if (gradient != null) {
        gradients.put(i, gradient);
      }
    }
    return new Trial(inputs, require(prefix + "cotangent"), require(prefix + "value"), gradients);
  }

  private NDArray require(String name) {
    NDArray tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalStateException("no answer holds " + name + "; see GoldenOperationsTest");
    }
    return tensor;
  }

  /** Returns the names of the trials that are answered. */
  Set<String> trials() {
    return tensors.keySet().stream()
        .map(name -> name.substring(0, name.lastIndexOf('/')))
        .collect(Collectors.toSet());
  }

  /** Creates or replaces a file. */
  public void write(Path file) throws IOException {
    SafeTensors.write(file, tensors, Map.of());
  }

  /** Returns the name of a trial of a case. */
  static String trial(Case one, int number) {
    return one.name() + "/" + number;
  }
}
