package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.DoublePredicate;

/**
 * A {@link State} being read: its faults are gathered, and what is to be done with it waits until
 * all of it has been read and none was found.
 */
final class StateReader {
  private final State state;
  private final TreeSet<String> unread;
  private final List<String> faults = new ArrayList<>();
  private final List<Runnable> loads = new ArrayList<>();

  private StateReader(State state) {
    this.state = state;
    this.unread = new TreeSet<>(state.arrays().keySet());
    unread.addAll(state.numbers().keySet());
  }

  /**
   * Lets {@code owner} read a state and then load it.
   *
   * @throws IllegalArgumentException listing every fault, if there is one; nothing is then loaded
   */
  static void load(Object owner, State state, Consumer<StateReader> reading) {
    StateReader reader = new StateReader(state);
    reading.accept(reader);
    reader.unread.forEach(name -> reader.faults.add(name + " is unexpected"));
    if (!reader.faults.isEmpty()) {
      throw new IllegalArgumentException(
          "the state does not fit "
              + owner.getClass().getSimpleName()
              + ": "
              + String.join("; ", reader.faults));
    }
    reader.loads.forEach(Runnable::run);
  }

  /** Does {@code load} once the whole state is known to be good. */
  void then(Runnable load) {
    loads.add(load);
  }

  /** Says whether anything unread has a name that begins so. */
  boolean has(String prefix) {
    String name = unread.ceiling(prefix);
    return name != null && name.startsWith(prefix);
  }

  /** Returns a number, or 0 where it is missing. */
  double number(String name) {
    return number(name, value -> true, "");
  }

  /** Returns a finite number from 0. */
  double atLeastZero(String name) {
    return number(
        name, value -> value >= 0 && value < Double.POSITIVE_INFINITY, "a finite number from 0");
  }

  /** Returns a whole number from 0. */
  long count(String name) {
    return (long)
        number(
            name,
            value -> value >= 0 && value <= 0x1p53 && value == Math.rint(value),
            "a whole number from 0");
  }

  /** Reads a number that must be {@code expected}. */
  void expect(String name, long expected) {
    number(name, value -> value == expected, String.valueOf(expected));
  }

  /** Reads an array of {@code shape}, to be given to {@code load} in the end. */
  void array(String name, Shape shape, Consumer<NDArray> load) {
    unread.remove(name);
    NDArray array = state.arrays().get(name);
    if (array == null) {
      faults.add(name + " is missing");
    } else if (!array.storage().isAlive()) {
      faults.add(name + " was freed with its scope");
    } else if (!array.shape().equals(shape)) {
      faults.add(name + " has shape " + array.shape() + ", not " + shape);
    } else {
      then(() -> load.accept(array));
    }
  }

  private double number(String name, DoublePredicate rule, String wanted) {
    unread.remove(name);
    Double value = state.numbers().get(name);
    if (value == null) {
      faults.add(name + " is missing");
      return 0;
    }
    if (!rule.test(value)) {
      faults.add(name + " is " + value + ", not " + wanted);
      return 0;
    }
    return value;
  }
}
