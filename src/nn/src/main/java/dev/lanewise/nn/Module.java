package dev.lanewise.nn;

import dev.lanewise.array.NDArray;
import dev.lanewise.tensor.Hook;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A part of a network: named parameters, which it learns, named buffers, which it keeps, named
 * modules inside it, and a forward function.
 *
 * <p>Names join with dots as PyTorch's do: the weight of a layer registered as {@code fc1} is
 * {@code fc1.weight}.
 */
public abstract class Module {
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<String, NDArray> buffers = new LinkedHashMap<>();
  private final Map<String, Module> modules = new LinkedHashMap<>();
  private final List<UnaryOperator<Tensor>> before = new CopyOnWriteArrayList<>();
  private final List<BinaryOperator<Tensor>> after = new CopyOnWriteArrayList<>();
  private boolean training = true;

  /** Makes a module in training mode. */
  protected Module() {}

  /** Returns the module's result for {@code input}. */
  public abstract Tensor forward(Tensor input);

  /** Returns the result of {@link #forward}, with the hooks before and after it. */
  public final Tensor call(Tensor input) {
    Tensor given = input;
    for (UnaryOperator<Tensor> hook : before) {
      given = hook.apply(given);
    }
    Tensor result = forward(given);
    for (BinaryOperator<Tensor> hook : after) {
      result = hook.apply(given, result);
    }
    return result;
  }

  /**
   * Has {@code hook} run before each {@link #call}: what it returns for the input takes its place.
   *
   * @return closing it removes the hook
   */
  public final Hook beforeForward(UnaryOperator<Tensor> hook) {
    before.add(hook);
    return () -> before.remove(hook);
  }

  /**
   * Has {@code hook} run after each {@link #call}: what it returns for the input and the result
   * takes the result's place.
   *
   * @return closing it removes the hook
   */
  public final Hook afterForward(BinaryOperator<Tensor> hook) {
    after.add(hook);
    return () -> after.remove(hook);
  }

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

  /**
   * Makes {@code value}, which is not copied, a buffer of this module and returns it: an array that
   * is saved with the parameters and that no optimizer moves.
   *
   * @throws IllegalArgumentException if the name is taken, empty or has a dot, or if {@code value}
   *     belongs to a scope
   */
  protected final NDArray registerBuffer(String name, NDArray value) {
    checkName(name);
    Parameter.requireLasting("buffer", value);
    buffers.put(name, value);
    return value;
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

  /** Returns the buffers by their dotted names, in the order of registration. */
  public final Map<String, NDArray> namedBuffers() {
    Map<String, NDArray> named = new LinkedHashMap<>();
    visit("", (path, module) -> module.buffers.forEach((name, b) -> named.put(path + name, b)));
    return named;
  }

  /** Returns the modules directly inside this one by their names. */
  public final Map<String, Module> children() {
    return Collections.unmodifiableMap(modules);
  }

  /** Returns this module, named "", and all those inside it by their dotted names. */
  public final Map<String, Module> namedModules() {
    Map<String, Module> named = new LinkedHashMap<>();
    visit("", (path, module) -> named.put(withoutDot(path), module));
    return named;
  }

  /** Has {@code visitor} called with each module inside this one, and then with this one. */
  public final void apply(Consumer<? super Module> visitor) {
    modules.values().forEach(module -> module.apply(visitor));
    visitor.accept(this);
  }

  /** Says whether this module is in training mode, as new ones are. */
  public final boolean isTraining() {
    return training;
  }

  /** Puts this module and those inside it in training mode. */
  public final void train() {
    visit("", (path, module) -> module.training = true);
  }

  /**
   * Puts this module and those inside it in evaluation mode: dropout rests, and batches are
   * normalized by what was seen in training.
   */
  public final void eval() {
    visit("", (path, module) -> module.training = false);
  }

  /** Forgets the gradients of all parameters. */
  public final void zeroGrad() {
    parameters().forEach(Tensor::zeroGrad);
  }

  /** Keeps all parameters as they are: they receive no gradient, and forget the one they have. */
  public final void freeze() {
    zeroGrad();
    parameters().forEach(parameter -> parameter.requiresGrad(false));
  }

  /** Has all parameters receive gradients, as new ones do. */
  public final void unfreeze() {
    parameters().forEach(parameter -> parameter.requiresGrad(true));
  }

  /** Returns the values of the parameters and the buffers by name, shared with this module. */
  public final Map<String, NDArray> stateDict() {
    Map<String, NDArray> state = new LinkedHashMap<>();
    visit(
        "",
        (path, module) -> {
          module.parameters.forEach((name, parameter) -> state.put(path + name, parameter.array()));
          module.buffers.forEach((name, buffer) -> state.put(path + name, buffer));
        });
    return state;
  }

  /**
   * Copies the values of a state dict into the parameters and buffers, all or none.
   *
   * @throws IllegalArgumentException listing every missing, unexpected or freed name and every
   *     shape that differs, if there is one
   */
  public final void loadStateDict(Map<String, NDArray> state) {
    var _ = loadStateDict(state, true);
  }

  /**
   * As {@link #loadStateDict(Map)} if {@code strict}; else names that only this module or only the
   * state dict has are passed over, and returned.
   *
   * @throws IllegalArgumentException as there, but for the missing and unexpected names if not
   *     {@code strict}
   */
  public final UnmatchedNames loadStateDict(Map<String, NDArray> state, boolean strict) {
    Map<String, NDArray> own = stateDict();
    List<String> missing = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    own.forEach((name, target) -> {
      NDArray value = state.get(name);
      if (value == null) {
        missing.add(name);
        if (strict) {
          faults.add(name + " is missing");
        }
      } else if (!value.storage().isAlive()) {
        faults.add(name + " was freed with its scope");
      } else if (!value.shape().equals(target.shape())) {
        faults.add(name + " has shape " + value.shape() + ", not " + target.shape());
      }
    });
    TreeSet<String> unexpected = new TreeSet<>(state.keySet());
    unexpected.removeAll(own.keySet());
    if (strict) {
      unexpected.forEach(name -> faults.add(name + " is unexpected"));
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(
          "the state does not fit " + this + ": " + String.join("; ", faults));
    }
    own.keySet().removeAll(missing);
    own.forEach((name, target) -> target.copyFrom(Objects.requireNonNull(state.get(name))));
    return new UnmatchedNames(missing, List.copyOf(unexpected));
  }

  /** Returns what kind of module this is. */
  @Override
  public String toString() {
    return getClass().getSimpleName();
  }

  /** Returns a table of the modules and parameters with their shapes and sizes. */
  public final String summary() {
    StringBuilder table = new StringBuilder();
    String row = "%-28s %-14s %-14s %12s%n";
    table.append(String.format(Locale.ROOT, row, "name", "kind", "shape", "parameters"));
    visit(
        "",
        (path, module) -> {
          String name = path.isEmpty() ? "(all)" : withoutDot(path);
          table.append(String.format(Locale.ROOT, row, name, module, "", count(module)));
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

  private static String withoutDot(String path) {
    return path.isEmpty() ? path : path.substring(0, path.length() - 1);
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
    if (modules.containsKey(name) || parameters.containsKey(name) || buffers.containsKey(name)) {
      throw new IllegalArgumentException("a part named '" + name + "' is registered already");
    }
  }
}
