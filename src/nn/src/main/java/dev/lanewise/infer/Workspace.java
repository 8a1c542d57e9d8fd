package dev.lanewise.infer;

import dev.lanewise.infer.Plan.Binding;
import dev.lanewise.memory.Scope;
import dev.lanewise.memory.Storage;
import java.util.Arrays;
import java.util.Objects;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one call at a time, and the programs that are bound to it, one for each number of
 * rows that was asked for. It grows to the most rows that were, and starts afresh with another
 * version of the model.
 */
final class Workspace {
  private @Nullable Plan plan;
  private @Nullable Program program;
  private @Nullable PredictionEvent event;
  private long start;
  private int rows;
  private boolean answered;
  private @Nullable Storage block;
  private volatile long floats;
  private @Nullable Program[] programs = new Program[0];

  /** Begins a call of {@code count} rows, at {@code nanos} of the system's clock. */
  void begin(Plan current, int count, long nanos) {
    start = nanos;
    rows = count;
    answered = false;
    event = isRecorded() ? PredictionEvent.begun() : null;
    program = program(current, count);
  }

  /** Says whether a recording wants an event of this call. */
  private static boolean isRecorded() {
    // To touch the event's class is to start the recorder, for which a first answer would wait;
    // until somebody else has started it, there is no recording. An event that is off is never
    // made: nothing refers to this one.
    return FlightRecorder.isInitialized() && new PredictionEvent().isEnabled();
  }

  /** Returns the program of the call. */
  Program program() {
    return Objects.requireNonNull(program);
  }

  /** Says that the call has its answer. */
  void answered() {
    answered = true;
  }

  /** Ends the call, and tells of it. */
  void end(LatencyRecorder latencies, String name) {
    program = null;
    if (answered) {
      latencies.record(System.nanoTime() - start, rows);
    } else {
      latencies.recordFailure();
    }
    PredictionEvent begun = event;
    if (begun != null) {
      event = null;
      begun.commit(name, rows);
    }
  }

  private Program program(Plan current, int count) {
    if (plan == current && count < programs.length) {
      Program bound = programs[count];
      if (bound != null) {
        return bound;
      }
    }
    return Scope.outside(() -> bind(current, count));
  }

  /** Returns the floats that this work space holds. */
  long floats() {
    return floats;
  }

  private Program bind(Plan current, int count) {
    Binding binding = current.bind(count);
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
      floats = memory.size();
    }
    Program bound = binding.on(memory);
    if (count >= programs.length) {
      programs = Arrays.copyOf(programs, Math.max(count + 1, 2 * programs.length));
    }
    programs[count] = bound;
    plan = current;
    return bound;
  }
}
