package dev.lanewise.onnx;

import dev.lanewise.array.ShapeException;
import dev.lanewise.nn.Parameter;
import dev.lanewise.onnx.Value.Floats;
import dev.lanewise.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A model that was read: its nodes, run one after the other. */
final class GraphModule extends NamedParts {
  private final String name;
  private final ModelInput input;
  private final @Nullable Value[] start;
  private final List<Instruction> program;
  private final int result;

  /**
   * A node that is run.
   *
   * @param label how messages call it
   * @param inputs the slots that it reads, -1 for an input that is left out
   * @param outputs the slots that it writes
   * @param last the slots that nothing reads after it
   */
  record Instruction(
      String label,
      Operator.Step step,
      List<Integer> inputs,
      List<Integer> outputs,
      List<Integer> last) {}

  /**
   * A constant of the file.
   *
   * @param kind whether it is learned, or kept with what is learned, or neither
   */
  record Stored(String name, Value value, Kind kind) {
    enum Kind {
      PARAMETER,
      BUFFER,
      CONSTANT
    }
  }

  /**
   * Makes a module.
   *
   * @param constants what is in the slots from 1 on at every call; the input is in slot 0
   * @param slots how many slots there are
   * @param result the slot of the output
   */
  GraphModule(
      String name,
      ModelInput input,
      List<Stored> constants,
      int slots,
      List<Instruction> program,
      int result) {
    this.name = name;
    this.input = input;
    this.start = new @Nullable Value[slots];
    this.program = List.copyOf(program);
    this.result = result;
    for (int i = 0; i < constants.size(); i++) {
      start[i + 1] = placed(constants.get(i));
    }
  }

  private Value placed(Stored stored) {
    if (stored.kind == Stored.Kind.CONSTANT
        || !(stored.value instanceof Floats(Tensor floats, _))) {
      return stored.value;
    }
    if (stored.kind == Stored.Kind.PARAMETER) {
      return new Floats(place(stored.name, new Parameter(floats.array())), false);
    }
    return new Floats(Tensor.of(placeBuffer(stored.name, floats.array())), false);
  }

  ModelInput input() {
    return input;
  }

  /**
   * Returns the model's output. Dropout rests and batches are normalized by what was seen in
   * training, in training mode as well.
   *
   * @throws ShapeException if the input is not of the model's shape, or naming the node whose
   *     inputs do not fit
   */
  @Override
  public Tensor forward(Tensor given) {
    input.check(given.shape());
    Arguments.Batch batch = new Arguments.Batch(input.rows(), given.shape().dim(0));
    @Nullable Value[] slots = start.clone();
    slots[0] = new Floats(given, false);
    for (Instruction instruction : program) {
      @Nullable Value[] values = new @Nullable Value[instruction.inputs.size()];
      for (int i = 0; i < values.length; i++) {
        int slot = instruction.inputs.get(i);
        values[i] = slot < 0 ? null : slots[slot];
      }
      Value[] results = run(instruction, new Arguments(values, batch));
      for (int i = 0; i < instruction.outputs.size(); i++) {
        slots[instruction.outputs.get(i)] = results[i];
      }
      for (int slot : instruction.last) {
        slots[slot] = null;
      }
    }
    if (Objects.requireNonNull(slots[result]) instanceof Floats(Tensor tensor, _)) {
      return tensor;
    }
    throw new ShapeException(
        name + ": its output is of whole numbers, which follow from its shape");
  }

  private static Value[] run(Instruction instruction, Arguments inputs) {
    try {
      return instruction.step.run(inputs);
    } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
      ShapeException named = new ShapeException(instruction.label + ": " + e.getMessage());
      named.initCause(e);
      throw named;
    }
  }

  /** Returns the name of the model's graph. */
  @Override
  public String toString() {
    return name;
  }
}
