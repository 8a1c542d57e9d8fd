package dev.lanewise.tensor;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.memory.Scope;
import dev.lanewise.op.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a function makes of one input: its operations in the order in which it called them.
 *
 * <p>Nothing is computed of what depends on the input: such a tensor has a shape and no values.
 * What does not depend on it is computed as ever, and is a constant to the operations that use it.
 * A function whose course depends on values, not on shapes alone, cannot be traced and is refused
 * where it looks at one.
 */
public final class Trace {
  private final Input input;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<NDArray, Constant> constants = new HashMap<>();
  private @Nullable Value result;

  private Trace(Shape shape) {
    this.input = new Input(shape);
  }

  /** Something that operations use. */
  public sealed interface Value permits Input, Constant, Node {
    /** Returns the shape. */
    Shape shape();
  }

  /** The input of the function. */
  public static final class Input implements Value {
    private final Shape shape;

    private Input(Shape shape) {
      this.shape = shape;
    }

    @Override
    public Shape shape() {
      return shape;
    }
  }

  /** An array that does not depend on the input. */
  public static final class Constant implements Value {
    private final NDArray array;

    private Constant(NDArray array) {
      this.array = array;
    }

    /** Returns the values, shared with the tensor that the function used. */
    public NDArray array() {
      return array;
    }

    @Override
    public Shape shape() {
      return array.shape();
    }
  }

  /** An operation on values. */
  public static final class Node implements Value {
    private final Op op;
    private final List<Value> inputs;
    private final Shape shape;

    private Node(Op op, List<Value> inputs, Shape shape) {
      this.op = op;
      this.inputs = inputs;
      this.shape = shape;
    }

    /** Returns the operation. */
    public Op op() {
      return op;
    }

    /** Returns what it is applied to. */
    public List<Value> inputs() {
      return inputs;
    }

    @Override
    public Shape shape() {
      return shape;
    }
  }

  /**
   * Traces {@code function} for an input of a shape. Gradients are not recorded meanwhile, and what
   * the function makes outlives every scope.
   *
   * @throws IllegalStateException naming the operation whose value it looks at, if it does
   */
  public static Trace of(UnaryOperator<Tensor> function, Shape shape) {
    Tape tape = Tape.current();
    if (tape.trace != null) {
      throw new IllegalStateException("a function is being traced already on this thread");
    }
    tape.flush();
    Trace trace = new Trace(shape);
    return Scope.outside(() -> {
      tape.trace = trace;
      try (NoGrad _ = NoGrad.open()) {
        Tensor result = function.apply(trace.tensor(shape, trace.input));
        tape.flush();
        trace.result = trace.valueOf(result);
        return trace;
      } finally {
        tape.trace = null;
      }
    });
  }

  /** Returns the input. */
  public Input input() {
    return input;
  }

  /** Returns the operations, each after those that it uses. */
  public List<Node> nodes() {
    return Collections.unmodifiableList(nodes);
  }

  /** Returns what the function returned. */
  public Value result() {
    Value value = result;
    if (value == null) {
      throw new IllegalStateException("the trace has not ended");
    }
    return value;
  }

  /**
   * Says whether one of {@code inputs} depends on the input of a trace.
   *
   * @throws IllegalStateException if it does, and that trace has ended or is another thread's
   */
  static boolean covers(@Nullable Trace current, Tensor... inputs) {
    boolean covered = false;
    for (Tensor input : inputs) {
      if (input.traced != null) {
        if (input.trace != current) {
          throw new IllegalStateException(
              "a tensor of shape "
                  + input.shape()
                  + " was used outside of the trace that made it: it has no values");
        }
        covered = true;
      }
    }
    return covered;
  }

  Tensor add(Op op, Tensor... inputs) {
    Shape[] shapes = Arrays.stream(inputs).map(Tensor::shape).toArray(Shape[]::new);
    Shape shape = op.infer(shapes);
    Node node = new Node(op, Arrays.stream(inputs).map(this::valueOf).toList(), shape);
    nodes.add(node);
    return tensor(shape, node);
  }

  /** Returns a tensor whose array has a shape, and one number of memory. */
  private Tensor tensor(Shape shape, Value value) {
    Tensor tensor = new Tensor(NDArray.scalar(Float.NaN).broadcastTo(shape));
    tensor.traced = value;
    tensor.trace = this;
    return tensor;
  }

  private Value valueOf(Tensor tensor) {
    Value traced = tensor.traced;
    return traced != null ? traced : constants.computeIfAbsent(tensor.array(), Constant::new);
  }

  static IllegalStateException looked(Tensor tensor) {
    return new IllegalStateException(
        "cannot trace: the function looks at the values of "
            + (tensor.traced instanceof Node node
                ? "the result of " + node.op().name() + ", of shape " + node.shape()
                : "its input")
            + ", which a trace does not have");
  }
}
