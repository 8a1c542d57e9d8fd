package dev.lanewise.infer;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.PackedLinear;
import dev.lanewise.array.Shape;
import dev.lanewise.infer.Graph.Constant;
import dev.lanewise.infer.Graph.Input;
import dev.lanewise.infer.Graph.Node;
import dev.lanewise.infer.Graph.Value;
import dev.lanewise.memory.Scope;
import dev.lanewise.op.Op;
import dev.lanewise.op.product.LinearAct;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One version of a model, ready to be bound to memory: its operations fused, its weights copied and
 * packed, so that nothing which happens to the module later is seen. Immutable, and shared by all
 * threads.
 */
final class Plan {
  /** Floats to which each array of a work space is aligned: a cache line. */
  private static final int ALIGNED = 16;

  private final Graph graph;
  private final Shape answer;
  private final Map<Node, PackedLinear> layers = new IdentityHashMap<>();
  private final Map<Constant, NDArray> constants = new IdentityHashMap<>();

  Plan(Graph traced, Precision precision) {
    this.graph = Fusion.of(traced);
    this.answer = graph.answer();
    for (Node node : graph.nodes()) {
      if (isLayer(node)) {
        layers.put(node, layer(node, precision));
      } else {
        for (Value input : node.inputs()) {
          if (input instanceof Constant constant && constant.isFixed()) {
            constants.computeIfAbsent(constant, c -> copy(c.array(1)));
          }
        }
      }
    }
  }

  Shape row() {
    return graph.input().row();
  }

  /** Returns the shape of one row of the answer. */
  Shape answer() {
    return answer;
  }

  /**
   * Where each array of a run of some rows lies in a block of floats.
   *
   * @param places the first float of each array that has memory of its own
   * @param size the floats in all
   */
  record Places(int rows, Map<Value, Long> places, long size) {}

  /** Finds places for the arrays of {@code rows} rows, which share memory where they can. */
  Places places(int rows) {
    Map<Value, Long> places = new IdentityHashMap<>();
    Map<Value, Integer> last = lastUses();
    Blocks blocks = new Blocks();
    List<Node> nodes = graph.nodes();
    try (Scope scope = Scope.open()) {
      Map<Value, NDArray> arrays = new IdentityHashMap<>();
      take(graph.input(), rows, arrays, places, blocks);
      for (int i = 0; i < nodes.size(); i++) {
        Node node = nodes.get(i);
        NDArray view = view(node, rows, inputs(node, rows, arrays));
        if (view == null) {
          take(node, rows, arrays, places, blocks);
        } else {
          arrays.put(node, view);
        }
        for (Map.Entry<Value, Long> placed : places.entrySet()) {
          if (last.getOrDefault(placed.getKey(), -1) == i) {
            blocks.give(placed.getValue());
          }
        }
      }
    }
    return new Places(rows, places, blocks.size());
  }

  private static void take(
      Value value, int rows, Map<Value, NDArray> arrays, Map<Value, Long> places, Blocks blocks) {
    NDArray array = NDArray.empty(value.shape(rows));
    arrays.put(value, array);
    long floats = Math.max(1, array.size());
    places.put(value, blocks.take(Math.ceilDiv(floats, ALIGNED) * ALIGNED));
  }

  /** Binds a run of the rows that {@code places} is for to {@code block}, from its first float. */
  Program bind(Places places, NDArray block) {
    int rows = places.rows();
    Map<Value, NDArray> arrays = new IdentityHashMap<>();
    arrays.put(graph.input(), at(places, graph.input(), block));
    List<Runnable> steps = new ArrayList<>();
    for (Node node : graph.nodes()) {
      NDArray[] inputs = inputs(node, rows, arrays);
      NDArray view = view(node, rows, inputs);
      if (view != null) {
        arrays.put(node, view);
        continue;
      }
      NDArray out = at(places, node, block);
      arrays.put(node, out);
      steps.add(step(node, rows, inputs, out));
    }
    NDArray result = arrays.get(graph.result());
    if (result == null) {
      throw new AssertionError("the result is no value of the graph");
    }
    if (!result.isContiguous()) {
      NDArray dense = NDArray.persistent(result.shape());
      NDArray strided = result;
      steps.add(() -> dense.copyFrom(strided));
      result = dense;
    }
    NDArray input = arrays.get(graph.input());
    return new Program(steps.toArray(new Runnable[0]), input, result);
  }

  private Runnable step(Node node, int rows, NDArray[] inputs, NDArray out) {
    PackedLinear layer = layers.get(node);
    if (layer == null) {
      return node.op(rows).bind(inputs, out);
    }
    NDArray x = inputs[0];
    int many = Math.toIntExact(x.size() / Math.max(1, layer.in()));
    if (x.isContiguous()) {
      return () -> layer.apply(many, x.segment(), x.offset(), out.segment(), out.offset());
    }
    NDArray dense = NDArray.persistent(x.shape());
    return () -> {
      dense.copyFrom(x);
      layer.apply(many, dense.segment(), dense.offset(), out.segment(), out.offset());
    };
  }

  /** Returns the array of {@code value} in a block. */
  private static NDArray at(Places places, Value value, NDArray block) {
    Long first = places.places().get(value);
    if (first == null) {
      throw new AssertionError("no place was kept");
    }
    Shape shape = value.shape(places.rows());
    int from = Math.toIntExact(first);
    return block.slice(0, from, Math.toIntExact(from + shape.size())).reshape(shape);
  }

  private NDArray[] inputs(Node node, int rows, Map<Value, NDArray> arrays) {
    return node.inputs().stream()
        .map(input -> switch (input) {
          case Constant constant when constants.get(constant) instanceof NDArray copy -> copy;
          case Constant constant -> constant.array(rows);
          case Input in -> arrays.get(in);
          case Node other -> arrays.get(other);
        })
        .toArray(NDArray[]::new);
  }

  private static @Nullable NDArray view(Node node, int rows, NDArray[] inputs) {
    Op op = node.op(rows);
    if (!isView(op)) {
      return null;
    }
    NDArray view = op.forward(inputs);
    return view.storage() == inputs[0].storage() ? view : null;
  }

  private static boolean isView(Op op) {
    return op.getClass().getPackageName().endsWith(".shape");
  }

  /**
   * Returns after which operation each value is read no more. What may be a view counts as a use of
   * what it is a view of for as long as it is used itself.
   */
  private Map<Value, Integer> lastUses() {
    Map<Value, Integer> last = new IdentityHashMap<>();
    List<Node> nodes = graph.nodes();
    last.put(graph.result(), Integer.MAX_VALUE);
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      int used = isView(node.op(1)) ? Math.max(i, last.getOrDefault(node, i)) : i;
      node.inputs().forEach(input -> last.merge(input, used, Math::max));
    }
    return last;
  }

  private static boolean isLayer(Node node) {
    return node.op(1) instanceof LinearAct
        && node.inputs().stream()
            .skip(1)
            .allMatch(input -> input instanceof Constant constant && constant.isFixed());
  }

  private static PackedLinear layer(Node node, Precision precision) {
    NDArray weight = copy(((Constant) node.inputs().get(1)).array(1));
    NDArray bias =
        node.inputs().size() > 2 ? copy(((Constant) node.inputs().get(2)).array(1)) : null;
    return PackedLinear.of(weight, bias, ((LinearAct) node.op(1)).activation());
  }

  private static NDArray copy(NDArray array) {
    return Scope.outside(() -> {
      NDArray copy = NDArray.persistent(array.shape());
      copy.copyFrom(array);
      return copy;
    });
  }
}
