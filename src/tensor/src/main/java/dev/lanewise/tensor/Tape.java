package dev.lanewise.tensor;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.Activation;
import dev.lanewise.memory.Scope;
import dev.lanewise.op.Op;
import dev.lanewise.op.product.LinearAct;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What a thread is recording: every tensor made by an operation remembers the operation and its
 * inputs, in an order that a single reverse walk can follow.
 *
 * <p>One operation at a time may be held back. A linear layer is run only when the next operation
 * of its thread arrives, or its value is looked at: if that next operation is an activation of its
 * result, the two become one {@link LinearAct}, forward and backward. Nothing else can see the
 * delay, since every way to another result, or to the memory of an input, runs it first.
 */
final class Tape {
  private static final ThreadLocal<Tape> CURRENT = ThreadLocal.withInitial(Tape::new);
  private static final AtomicLong ORDER = new AtomicLong();
  private static final LinearAct LINEAR = new LinearAct(Activation.IDENTITY);
  private static final Map<Activation, LinearAct> FUSED = new EnumMap<>(Activation.class);

  static {
    for (Activation activation : Activation.values()) {
      FUSED.put(activation, new LinearAct(activation));
    }
  }

  boolean recording = true;
  boolean anomaly;
  @Nullable Trace trace;
  private @Nullable Tensor heldBack;

  private Tape() {}

  static Tape current() {
    return CURRENT.get();
  }

  /** Runs the operation that is held back, if there is one. */
  void flush() {
    Tensor tensor = heldBack;
    if (tensor != null) {
      heldBack = null;
      tensor.runIfAlive();
    }
  }

  /** Runs {@code op} and returns its result, recorded if an input requires a gradient. */
  static Tensor record(Op op, Tensor... inputs) {
    Tape tape = current();
    tape.flush();
    Trace trace = tape.trace;
    if (Trace.covers(trace, inputs) && trace != null) {
      return trace.add(op, inputs);
    }
    Shape[] shapes = new Shape[inputs.length];
    NDArray[] values = new NDArray[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      values[i] = inputs[i].value();
      shapes[i] = values[i].shape();
    }
    Shape shape = op.infer(shapes);
    NDArray value = op.forward(values);
    if (!value.shape().equals(shape)) {
      throw new IllegalStateException(
          op.name() + " inferred shape " + shape + " but its value has shape " + value.shape());
    }
    if (tape.anomaly) {
      Anomaly.checkValue(op, values, value);
    }
    return tape.tracks(inputs)
        ? new Tensor(value, op, inputs, ORDER.incrementAndGet())
        : new Tensor(value);
  }

  /** As {@link #record}, of an operation whose shape is not known before it has run. */
  static Tensor recordAlways(Op op, Tensor... inputs) {
    Tape tape = current();
    tape.flush();
    NDArray value = op.forward(Tensor.valuesOf(inputs));
    return tape.recording
        ? new Tensor(value, op, inputs, ORDER.incrementAndGet())
        : new Tensor(value);
  }

  /** Returns the result of a linear layer, held back until something needs it. */
  static Tensor recordLinear(Tensor... inputs) {
    Tape tape = current();
    tape.flush();
    Trace trace = tape.trace;
    if (Trace.covers(trace, inputs) && trace != null) {
      return trace.add(LINEAR, inputs);
    }
    Shape[] shapes = new Shape[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      shapes[i] = inputs[i].value().shape();
    }
    NDArray value = NDArray.empty(LINEAR.infer(shapes));
    Tensor result =
        Tensor.heldBack(value, LINEAR, inputs, ORDER.incrementAndGet(), tape.tracks(inputs));
    if (tape.anomaly) {
      Anomaly.checkValue(LINEAR, Tensor.valuesOf(inputs), result.value());
    } else if (outlive(inputs, value)) {
      tape.heldBack = result;
    } else {
      result.value();
    }
    return result;
  }

  /** Returns an activation of {@code tensor}, in one kernel with the linear layer that made it. */
  @SuppressWarnings("ReferenceEquality") // the very tensor that is held back
  static Tensor recordActivation(Activation activation, Op alone, Tensor tensor) {
    Tape tape = current();
    if (tape.heldBack == tensor
        && (!tensor.requiresGrad() || (tape.recording && activation.gradientFromOutput()))) {
      tape.heldBack = null;
      LinearAct op = Objects.requireNonNull(FUSED.get(activation));
      Tensor fused = tensor.fuse(op, ORDER.incrementAndGet());
      if (fused != null) {
        return fused;
      }
    }
    return record(alone, tensor);
  }

  /**
   * Says whether all of {@code inputs} live as long as {@code result}, wherever it is looked at.
   */
  private static boolean outlive(Tensor[] inputs, NDArray result) {
    Scope inner = result.storage().owner();
    for (Tensor input : inputs) {
      Scope scope = input.value().storage().owner();
      if (scope != null && (inner == null || !scope.encloses(inner))) {
        return false;
      }
    }
    return true;
  }

  private boolean tracks(Tensor[] inputs) {
    if (recording) {
      for (Tensor input : inputs) {
        if (input.requiresGrad()) {
          return true;
        }
      }
    }
    return false;
  }
}
