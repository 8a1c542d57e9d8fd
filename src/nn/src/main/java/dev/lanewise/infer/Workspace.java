package dev.lanewise.infer;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.infer.Plan.Places;
import dev.lanewise.memory.Scope;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one call at a time, and the programs that are bound to it, one for each number of
 * rows that was asked for. It grows to the most rows that were, and starts afresh with another
 * version of the model.
 */
final class Workspace {
  private @Nullable Plan plan;
  private @Nullable NDArray block;
  private @Nullable Program[] programs = new Program[0];

  /** Returns the program of {@code current} for {@code rows} rows, bound to this memory. */
  Program program(Plan current, int rows) {
    if (plan == current && rows < programs.length) {
      Program program = programs[rows];
      if (program != null) {
        return program;
      }
    }
    return Scope.outside(() -> bind(current, rows));
  }

  /** Returns the floats that this work space holds. */
  long floats() {
    NDArray memory = block;
    return memory == null ? 0 : memory.size();
  }

  private Program bind(Plan current, int rows) {
    Places places = current.places(rows);
    NDArray memory = block;
    if (plan != current) {
      plan = null;
      programs = new Program[0];
    }
    if (memory == null || memory.size() < places.size()) {
      // Nothing may stay bound to the old memory; it goes before the new comes.
      block = null;
      programs = new Program[0];
      memory = NDArray.persistent(Shape.of(Math.toIntExact(places.size())));
      block = memory;
    }
    Program program = current.bind(places, memory);
    if (rows >= programs.length) {
      programs = Arrays.copyOf(programs, Math.max(rows + 1, 2 * programs.length));
    }
    programs[rows] = program;
    plan = current;
    return program;
  }
}
