package dev.lanewise.infer;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.nn.Module;
import dev.lanewise.op.Op;
import dev.lanewise.tensor.Trace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a module computes in evaluation mode, for any number of rows.
 *
 * <p>It is found by tracing the module's forward pass for two and for three rows: what differs
 * between the two traces, such as a length in a shape, is taken to grow by the same amount with
 * each row, and traces of one row and of seven must then come out as foreseen. A module that
 * computes something else for another number of rows, or that looks at values, is refused.
 */
public final class Graph {
  private static final int FEW = 2;
  private static final int MORE = 3;
  private static final int[] PROOFS = {1, 7};

  private final Input input;
  private final List<Node> nodes;
  private final Value result;

  Graph(Input input, List<Node> nodes, Value result) {
    this.input = input;
    this.nodes = List.copyOf(nodes);
    this.result = result;
  }

  /** Something that operations use. */
  public sealed interface Value permits Input, Constant, Node {
    /** Returns the shape for {@code rows} rows. */
    Shape shape(int rows);
  }

  /**
   * The input.
   *
   * @param row the shape of one row
   */
  public record Input(Shape row) implements Value {
    @Override
    public Shape shape(int rows) {
      return batch(rows, row);
    }
  }

  /** An array that does not depend on the input, but may have as many rows. */
  public static final class Constant implements Value {
    private final NDArray array;
    private final Varying.Dims dims;

    Constant(NDArray array) {
      this(array, Varying.Dims.of(array.shape(), array.shape()));
    }

    private Constant(NDArray array, Varying.Dims dims) {
      this.array = array;
      this.dims = dims;
    }

    /** Says whether it is the same array for any number of rows. */
    public boolean isFixed() {
      return dims.isFixed();
    }

    /** Returns the array for {@code rows} rows, shared with the module where it is a parameter. */
    public NDArray array(int rows) {
      if (isFixed()) {
        return array;
      }
      NDArray one = array;
      for (int axis : dims.varying()) {
        one = one.slice(axis, 0, 1);
      }
      return one.broadcastTo(shape(rows));
    }

    @Override
    public Shape shape(int rows) {
      return dims.at(rows);
    }
  }

  /** An operation on values. */
  public static final class Node implements Value {
    private final Varying.Operation op;
    private final List<Value> inputs;
    private final Varying.Dims dims;

    Node(Varying.Operation op, List<? extends Value> inputs, Varying.Dims dims) {
      this.op = op;
      this.inputs = List.copyOf(inputs);
      this.dims = dims;
    }

    /** Returns the operation for {@code rows} rows. */
    public Op op(int rows) {
      return op.at(rows);
    }

    /** Returns what it is applied to. */
    public List<Value> inputs() {
      return inputs;
    }

    @Override
    public Shape shape(int rows) {
      return dims.at(rows);
    }

    /** Returns {@code op} on other inputs in this node's place: its result has the same shape. */
    Node with(Op other, List<? extends Value> otherInputs) {
      return new Node(Varying.Operation.fixed(other), otherInputs, dims);
    }

    /** Returns the same operation on other inputs. */
    Node on(List<? extends Value> otherInputs) {
      return new Node(op, otherInputs, dims);
    }
  }

  /**
   * Finds what {@code module} computes from rows of {@code rowShape}. The module is in evaluation
   * mode meanwhile, and as before afterwards.
   *
   * @throws IllegalArgumentException saying what stands in the way, if it cannot be traced or is
   *     not alike for any number of rows
   */
  public static Graph of(Module module, int... rowShape) {
    Shape row = Shape.of(rowShape);
    Map<Module, Boolean> modes = modes(module);
    module.eval();
    try {
      Trace few = trace(module, row, FEW);
      Graph graph = new Reading(module, row, few, trace(module, row, MORE)).graph();
      for (int rows : PROOFS) {
        new Proof(module, rows).check(graph, trace(module, row, rows));
      }
      return graph;
    } finally {
      modes.forEach((part, training) -> {
        if (training) {
          part.train();
        } else {
          part.eval();
        }
      });
    }
  }

  /** Returns the input. */
  public Input input() {
    return input;
  }

  /** Returns the operations, each after those that it uses. */
  public List<Node> nodes() {
    return nodes;
  }

  /** Returns the value that the module returns. */
  public Value result() {
    return result;
  }

  /** Returns the shape of one row of the result. */
  public Shape answer() {
    int[] dims = result.shape(FEW).toArray();
    return Shape.of(Arrays.copyOfRange(dims, 1, dims.length));
  }

  /** Returns each module's mode, those outside before those inside, as they must be restored. */
  private static Map<Module, Boolean> modes(Module module) {
    Map<Module, Boolean> modes = new LinkedHashMap<>();
    module.namedModules().values().forEach(part -> modes.put(part, part.isTraining()));
    return modes;
  }

  private static Trace trace(Module module, Shape row, int rows) {
    try {
      return Trace.of(module::call, batch(rows, row));
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException(module + " cannot be prepared: " + e.getMessage(), e);
    }
  }

  private static Shape batch(int rows, Shape row) {
    int[] dims = new int[row.rank() + 1];
    dims[0] = rows;
    System.arraycopy(row.toArray(), 0, dims, 1, row.rank());
    return Shape.of(dims);
  }

  static IllegalArgumentException unlike(Module module, String how) {
    return new IllegalArgumentException(
        module + " cannot be prepared: it is not alike for any number of rows: " + how);
  }

  /** Two traces read as one graph. */
  private static final class Reading {
    private final Module module;
    private final Trace few;
    private final Trace more;
    private final Input input;
    private final Map<Trace.Value, Value> values = new HashMap<>();
    private final Map<Trace.Value, Trace.Value> pairs = new HashMap<>();

    Reading(Module module, Shape row, Trace few, Trace more) {
      this.module = module;
      this.few = few;
      this.more = more;
      this.input = new Input(row);
      values.put(few.input(), input);
      pairs.put(few.input(), more.input());
    }

    Graph graph() {
      int count = few.nodes().size();
      if (more.nodes().size() != count) {
        throw unlike(
            module,
            ("it takes " + count + " operations for " + FEW + " rows and ")
                + (more.nodes().size() + " for " + MORE));
      }
      List<Node> nodes = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        nodes.add(node(few.nodes().get(i), more.nodes().get(i)));
      }
      Value result = value(few.result(), more.result());
      if (result instanceof Constant) {
        throw new IllegalArgumentException(
            module + " cannot be prepared: its result does not depend on its input");
      }
      Shape two = result.shape(FEW);
      Shape three = result.shape(MORE);
      if (two.rank() == 0 || two.dim(0) != FEW || !two.with(0, MORE).equals(three)) {
        throw unlike(
            module,
            ("its result has shape " + two + " for " + FEW + " rows and " + three + " for " + MORE)
                + ": the first axis must be the rows");
      }
      return new Graph(input, nodes, result);
    }

    private Node node(Trace.Node a, Trace.Node b) {
      if (a.inputs().size() != b.inputs().size()) {
        throw unlike(module, a.op().name() + " has another number of inputs");
      }
      List<Value> inputs = new ArrayList<>();
      for (int i = 0; i < a.inputs().size(); i++) {
        inputs.add(value(a.inputs().get(i), b.inputs().get(i)));
      }
      Node node =
          new Node(
              Varying.Operation.of(module, a.op(), b.op()),
              inputs,
              Varying.Dims.of(module, a.op().name(), a.shape(), b.shape()));
      values.put(a, node);
      pairs.put(a, b);
      return node;
    }

    private Value value(Trace.Value a, Trace.Value b) {
      if (a instanceof Trace.Constant one && b instanceof Trace.Constant other) {
        return values.computeIfAbsent(a, key -> constant(one.array(), other.array()));
      }
      Value known = values.get(a);
      if (known == null || pairs.get(a) != b) {
        throw unlike(module, "an operation uses the result of another one");
      }
      return known;
    }

    private Constant constant(NDArray a, NDArray b) {
      Varying.Dims dims = Varying.Dims.of(module, "an array", a.shape(), b.shape());
      Constant constant = new Constant(a, dims);
      if (!dims.isFixed() && !Arrays.equals(constant.array(FEW).toFloatArray(), a.toFloatArray())) {
        throw unlike(
            module, "the rows of an array of shape " + a.shape() + " differ from each other");
      }
      boolean same = a.storage() == b.storage() && a.offset() == b.offset();
      if (!same && !Arrays.equals(constant.array(MORE).toFloatArray(), b.toFloatArray())) {
        throw unlike(
            module,
            ("an array of shape " + a.shape() + " that does not depend on the input has other")
                + " values each time (is something drawn at random?)");
      }
      return constant;
    }
  }

  /** The comparison of a graph with a trace of another number of rows. */
  private record Proof(Module module, int rows) {
    void check(Graph graph, Trace trace) {
      if (trace.nodes().size() != graph.nodes().size()) {
        throw unlike(
            module,
            ("it takes " + graph.nodes().size() + " operations for " + FEW + " rows and ")
                + (trace.nodes().size() + " for " + rows));
      }
      for (int i = 0; i < graph.nodes().size(); i++) {
        Node node = graph.nodes().get(i);
        Trace.Node traced = trace.nodes().get(i);
        if (!node.op(rows).equals(traced.op()) || !node.shape(rows).equals(traced.shape())) {
          throw unlike(
              module,
              (traced.op().name() + " gives " + traced.shape() + " for " + rows + " rows, ")
                  + ("where " + node.op(rows).name() + " of " + node.shape(rows))
                  + (" follows from " + FEW + " and " + MORE + " rows"));
        }
      }
    }
  }
}
