package dev.lanewise.infer;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.PackedLinear;
import dev.lanewise.array.Recording;
import dev.lanewise.array.Recording.NoMemoryYetException;
import dev.lanewise.array.Recording.Recorded;
import dev.lanewise.array.Shape;
import dev.lanewise.infer.Graph.Constant;
import dev.lanewise.infer.Graph.Input;
import dev.lanewise.infer.Graph.Node;
import dev.lanewise.infer.Graph.Value;
import dev.lanewise.kernel.Weights;
import dev.lanewise.memory.Scope;
import dev.lanewise.memory.Storage;
import dev.lanewise.op.Op;
import dev.lanewise.op.product.LinearAct;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
  private final Map<Node, PackedLinear> layers = new HashMap<>();
  private final Map<Constant, NDArray> constants = new HashMap<>();

  Plan(Graph traced, Weights weights) {
    this.graph = Fusion.of(traced);
    this.answer = graph.answer();
    for (Node node : graph.nodes()) {
      if (isLayer(node)) {
        layers.put(node, layer(node, weights));
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

  /** Returns the memory that the weights take, in bytes. */
  long bytes() {
    return layers.values().stream().mapToLong(PackedLinear::bytes).sum()
        + constants.values().stream().mapToLong(array -> Float.BYTES * array.size()).sum();
  }

  /** Binds a run of {@code rows} rows to memory that is still to be given. */
  Binding bind(int rows) {
    return new Binding(rows);
  }

  /** The steps of a run of some rows, and the blocks of memory that they want. */
  final class Binding {
    private final int rows;
    private final Map<Value, NDArray> arrays = new HashMap<>();
    private final List<Runnable> steps = new ArrayList<>();
    private final Map<Storage, Long> places = new HashMap<>();
    private final NDArray input;
    private final NDArray output;
    private final long size;

    private Binding(int rows) {
      this.rows = rows;
      this.input = NDArray.over(Storage.promised(floats(graph.input())), graph.input().shape(rows));
      arrays.put(graph.input(), input);
      List<List<Storage>> born = new ArrayList<>();
      for (Node node : graph.nodes()) {
        born.add(record(node));
      }
      Recorded dense = Recording.of(() -> array(graph.result()).contiguous());
      this.output = dense.result();
      steps.addAll(dense.steps());
      born.add(dense.promised());
      this.size = place(born);
    }

    private long floats(Value value) {
      return value.shape(rows).size();
    }

    private List<Storage> record(Node node) {
      PackedLinear layer = layers.get(node);
      Recorded recorded =
          layer == null
              ? recordOperation(node)
              : recordLayer(layer, array(node.inputs().getFirst()), node.shape(rows));
      arrays.put(node, recorded.result());
      steps.addAll(recorded.steps());
      return recorded.promised();
    }

    private NDArray array(Value value) {
      NDArray array =
          switch (value) {
            case Constant constant ->
                constants.getOrDefault(constant, constant.isFixed() ? null : constant.array(rows));
            case Input _, Node _ -> arrays.get(value);
          };
      if (array == null) {
        throw new AssertionError("a value is used before it is made");
      }
      return array;
    }

    // rows x in * (out x in)' -> rows x out
    private static Recorded recordLayer(PackedLinear layer, NDArray given, Shape shape) {
      return Recording.of(() -> {
        NDArray x = given.contiguous();
        NDArray y = NDArray.empty(shape);
        int many = Math.toIntExact(y.size() / Math.max(1, layer.out()));
        Recording.launch(() -> layer.apply(many, x.segment(), x.offset(), y.segment(), y.offset()));
        return y;
      });
    }

    private Recorded recordOperation(Node node) {
      Op op = node.op(rows);
      NDArray[] inputs = node.inputs().stream().map(this::array).toArray(NDArray[]::new);
      try {
        return Recording.of(() -> op.forward(inputs));
      } catch (NoMemoryYetException e) {
        // An operation of somebody's own with kernels of its own: it is called as ever.
        return Recording.of(() -> {
          NDArray out = NDArray.empty(node.shape(rows));
          Recording.launch(() -> {
            try (Scope _ = Scope.open()) {
              out.copyFrom(op.forward(inputs));
            }
          });
          return out;
        });
      }
    }

    /**
     * Finds a place for each block, in memory that is taken again once a block is read no more, and
     * returns how much there must be.
     */
    private long place(List<List<Storage>> born) {
      Map<Storage, Integer> last = lastUses();
      Blocks blocks = new Blocks();
      take(input.storage(), blocks);
      for (int i = 0; i < born.size(); i++) {
        born.get(i).forEach(storage -> take(storage, blocks));
        for (Map.Entry<Storage, Long> placed : places.entrySet()) {
          boolean bornHere = born.get(i).contains(placed.getKey());
          if (last.getOrDefault(placed.getKey(), bornHere ? i : -1) == i) {
            blocks.give(placed.getValue());
          }
        }
      }
      return blocks.size();
    }

    private void take(Storage storage, Blocks blocks) {
      long floats = Math.max(1, storage.size());
      places.put(storage, blocks.take(Math.ceilDiv(floats, ALIGNED) * ALIGNED));
    }

    /** Returns after which operation each block that holds a value is read no more. */
    private Map<Storage, Integer> lastUses() {
      Map<Storage, Integer> last = new HashMap<>();
      List<Node> nodes = graph.nodes();
      last.put(input.storage(), 0);
      for (int i = 0; i < nodes.size(); i++) {
        last.merge(array(nodes.get(i)).storage(), i, Math::max);
        for (Value value : nodes.get(i).inputs()) {
          if (!(value instanceof Constant)) {
            last.merge(array(value).storage(), i, Math::max);
          }
        }
      }
      last.put(array(graph.result()).storage(), Integer.MAX_VALUE);
      last.put(output.storage(), Integer.MAX_VALUE);
      return last;
    }

    /** Returns the floats that {@link #on} wants. */
    long size() {
      return size;
    }

    /** Returns the program of this run, in memory that nothing else uses meanwhile. */
    Program on(Storage block) {
      places.forEach((storage, place) -> storage.provide(block, place));
      return new Program(steps.toArray(new Runnable[0]), input, output);
    }
  }

  private static boolean isLayer(Node node) {
    if (!(node.op(1) instanceof LinearAct)) {
      return false;
    }
    for (Value weight : node.inputs().subList(1, node.inputs().size())) {
      if (!(weight instanceof Constant constant && constant.isFixed())) {
        return false;
      }
    }
    return true;
  }

  private static PackedLinear layer(Node node, Weights weights) {
    List<Value> inputs = node.inputs();
    return PackedLinear.copyOf(
        ((Constant) inputs.get(1)).array(1),
        inputs.size() > 2 ? ((Constant) inputs.get(2)).array(1) : null,
        ((LinearAct) node.op(1)).activation(),
        weights);
  }

  private static NDArray copy(NDArray array) {
    return Scope.outside(() -> {
      NDArray copy = NDArray.persistent(array.shape());
      copy.copyFrom(array);
      return copy;
    });
  }
}
