package dev.lanewise.infer;

import dev.lanewise.infer.Plan.Binding;
import dev.lanewise.memory.Scope;
import dev.lanewise.memory.Storage;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one call at a time, and the programs that are bound to it, one for each number of
 * rows that was asked for. It grows to the most rows that were, and starts afresh with another
 * version of the model.
 */
final class Workspace {
  private @Nullable Plan plan;
  private @Nullable Storage block;
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
    Storage memory = block;
    return memory == null ? 0 : memory.size();
  }

  private Program bind(Plan current, int rows) {
    Binding binding = current.bind(rows);
    if (plan != current) {
      plan = null;
      programs = new Program[0];
    }
    Storage memory = block;
    if (memory == null || memory.size() < binding.size()) {
      // Nothing may stay bound to the old memory; it goes before the new comes.
      block = null;
      programs = new Program[0];
      memory = Storage.persistent(binding.size());
      block = memory;
    }
    Program program = binding.on(memory);
    if (rows >= programs.length) {
      programs = Arrays.copyOf(programs, Math.max(rows + 1, 2 * programs.length));
    }
    programs[rows] = program;
    plan = current;
    return program;
  }
}
