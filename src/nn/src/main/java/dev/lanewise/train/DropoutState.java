package dev.lanewise.train;

import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Module;
import dev.lanewise.optim.State;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the dropouts of a model draw from next, as numbers that a file can hold. */
final class DropoutState {
  private DropoutState() {}

  static State of(Module model) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    dropouts(model)
        .forEach((name, dropout) -> {
          // A long is too wide for a double, so a seed goes in two halves.
          long seed = dropout.state().seed();
          numbers.put(name + "seedHigh", (double) (seed >> 32));
          numbers.put(name + "seedLow", (double) (seed & 0xffffffffL));
          numbers.put(name + "calls", (double) dropout.state().calls());
        });
    return new State(Map.of(), numbers);
  }

  /**
   * Has the dropouts of {@code model} go on from {@code state}.
   *
   * @throws IllegalArgumentException naming a dropout that the state does not know
   */
  static void restore(Module model, State state) {
    Map<String, Dropout> dropouts = dropouts(model);
    Map<String, Double> numbers = state.numbers();
    for (String name : dropouts.keySet()) {
      if (!numbers.containsKey(name + "seedHigh")) {
        throw new IllegalArgumentException("the state has nothing of dropout " + name);
      }
    }
    dropouts.forEach((name, dropout) -> {
      double high = numbers.getOrDefault(name + "seedHigh", 0.0);
      double low = numbers.getOrDefault(name + "seedLow", 0.0);
      double calls = numbers.getOrDefault(name + "calls", 0.0);
      dropout.restore(new Dropout.State(((long) high << 32) + (long) low, (long) calls));
    });
  }

  private static Map<String, Dropout> dropouts(Module model) {
    Map<String, Dropout> found = new LinkedHashMap<>();
    model
        .namedModules()
        .forEach((name, module) -> {
          if (module instanceof Dropout dropout) {
            found.put(name.isEmpty() ? "" : name + ".", dropout);
          }
        });
    return found;
  }
}
