package dev.lanewise.nn;

import dev.lanewise.array.NDArray;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * A part of a network: named parameters, named modules inside it, and a forward function.
 *
 * <p>Names join with dots as PyTorch's do: the weight of a layer registered as {@code fc1} is
 * {@code fc1.weight}.
 */
public abstract class Module {
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<String, Module> modules = new LinkedHashMap<>();
  private boolean training = true;

  /** Makes a module in training mode. */
  protected Module() {}

  /** Returns the module's result for {@code input}. */
  public abstract Tensor forward(Tensor input);

  /**
   * Makes {@code module} a part of this one and returns it.
   *
   * @throws IllegalArgumentException if the name is taken, empty or has a dot
   */
  protected final <M extends Module> M register(String name, M module) {
    checkName(name);
    modules.put(name, module);
    return module;
  }

  /**
   * Makes {@code parameter} a parameter of this module and returns it.
   *
   * @throws IllegalArgumentException if the name is taken, empty or has a dot
   */
  protected final Parameter register(String name, Parameter parameter) {
    checkName(name);
    parameters.put(name, parameter);
    return parameter;
  }

  /** Returns the parameters of this module and the modules inside it, each once. */
  public final List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>();
    for (Parameter parameter : namedParameters().values()) {
      // By identity: a parameter has no other equality, and a shared one is updated once.
      if (!all.contains(parameter)) {
        all.add(parameter);
      }
    }
    return List.copyOf(all);
  }

  /** Returns the parameters by their dotted names, in the order of registration. */
  public final Map<String, Parameter> namedParameters() {
    Map<String, Parameter> named = new LinkedHashMap<>();
    visit("", (path, module) -> module.parameters.forEach((name, p) -> named.put(path + name, p)));
    return named;
  }

  /** Returns the modules directly inside this one by their names. */
  public final Map<String, Module> children() {
    return Collections.unmodifiableMap(modules);
  }

  /** Says whether this module is in training mode, as new ones are. */
  public final boolean isTraining() {
    return training;
  }

  /** Puts this module and those inside it in training mode. */
  public final void train() {
    visit("", (path, module) -> module.training = true);
  }

  /** Puts this module and those inside it in evaluation mode: dropout rests. */
  public final void eval() {
    visit("", (path, module) -> module.training = false);
  }

  /** Forgets the gradients of all parameters. */
  public final void zeroGrad() {
    parameters().forEach(Tensor::zeroGrad);
  }

  /** Returns the values of the parameters by name, shared with this module. */
  public final Map<String, NDArray> stateDict() {
    Map<String, NDArray> state = new LinkedHashMap<>();
    namedParameters().forEach((name, parameter) -> state.put(name, parameter.array()));
    return state;
  }

  /**
   * Copies the values of a state dict into the parameters, all or none.
   *
   * @throws IllegalArgumentException listing every missing, unexpected or freed name and every
   *     shape that differs, if there is one
   */
  public final void loadStateDict(Map<String, NDArray> state) {
    Map<String, Parameter> named = namedParameters();
    List<String> faults = new ArrayList<>();
    TreeSet<String> unexpected = new TreeSet<>(state.keySet());
    unexpected.removeAll(named.keySet());
    named.forEach((name, parameter) -> {
      NDArray value = state.get(name);
      if (value == null) {
        faults.add(name + " is missing");
      } else if (!value.storage().isAlive()) {
        faults.add(name + " was freed with its scope");
      } else if (!value.shape().equals(parameter.shape())) {
        faults.add(name + " has shape " + value.shape() + ", not " + parameter.shape());
      }
    });
    unexpected.forEach(name -> faults.add(name + " is unexpected"));
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(
          "the state does not fit "
              + getClass().getSimpleName()
              + ": "
              + String.join("; ", faults));
    }
    named.forEach(
        (name, parameter) -> parameter.array().copyFrom(Objects.requireNonNull(state.get(name))));
  }

  /** Returns a table of the modules and parameters with their shapes and sizes. */
  public final String summary() {
    StringBuilder table = new StringBuilder();
    String row = "%-28s %-14s %-14s %12s%n";
    table.append(String.format(Locale.ROOT, row, "name", "kind", "shape", "parameters"));
    visit(
        "",
        (path, module) -> {
          String name = path.isEmpty() ? "(all)" : path.substring(0, path.length() - 1);
          String kind = module.getClass().getSimpleName();
          table.append(String.format(Locale.ROOT, row, name, kind, "", count(module)));
          module.parameters.forEach((own, p) ->
              table.append(
                  String.format(
                      Locale.ROOT, row, "  " + path + own, "", p.shape(), commas(p.size()))));
        });
    return table.toString();
  }

  private static String count(Module module) {
    return commas(module.parameters().stream().mapToLong(Tensor::size).sum());
  }

  private static String commas(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private void visit(String path, BiConsumer<String, Module> visitor) {
    visitor.accept(path, this);
    modules.forEach((name, module) -> module.visit(path + name + ".", visitor));
  }

  private void checkName(String name) {
    if (name.isEmpty() || name.contains(".")) {
      throw new IllegalArgumentException(
          "'" + name + "' cannot name a part: it is empty or has a dot");
    }
    if (modules.containsKey(name) || parameters.containsKey(name)) {
      throw new IllegalArgumentException("a part named '" + name + "' is registered already");
    }
  }
}
