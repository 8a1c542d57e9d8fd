package dev.lanewise.tensor;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.ShapeException;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One reverse walk over the tape: from a result to the leaves, each recorded operation once, after
 * all that used its result.
 *
 * <p>Operations are visited in the reverse of the order in which they were recorded, which puts
 * every one before those that made its inputs. A cotangent with one contribution is passed on as it
 * is; a second one makes a sum of its own, to which further ones are added in place. Leaves gather
 * into their gradient directly.
 */
final class Backward implements Cotangents {
  private static final Comparator<Tensor> LATEST_LAST = Comparator.comparingLong(t -> t.order);

  private final boolean retainGraph;
  private final @Nullable Map<Tensor, NDArray> asked;
  private final List<Tensor> waiting = new ArrayList<>(0);
  private Tensor[] inputs = new Tensor[0];
  private boolean owned;

  /** A walk that gathers gradients in the leaves. */
  Backward(boolean retainGraph) {
    this(retainGraph, null);
  }

  /** A walk that leaves the leaves alone and puts the gradients of the keys into the map. */
  Backward(boolean retainGraph, @Nullable Map<Tensor, NDArray> asked) {
    this.retainGraph = retainGraph;
    this.asked = asked;
  }

  void walk(Tensor result, NDArray cotangent) {
    if (!result.requiresGrad()) {
      throw new IllegalStateException(
          "backward() from a tensor of shape "
              + result.shape()
              + " that requires no gradient: no leaf behind it does, or it was made under NoGrad or"
              + " detached");
    }
    if (!cotangent.shape().equals(result.shape())) {
      throw new ShapeException(
          "backward: cotangent "
              + cotangent.shape()
              + " is not of the result's shape "
              + result.shape());
    }
    if (result.op == null) {
      deliver(result, cotangent);
      return;
    }
    List<Tensor> recorded = reachable(result);
    boolean anomaly = Tape.current().anomaly;
    try {
      checkUsable(recorded);
      result.cotangent = cotangent;
      result.cotangentShared = true;
      for (int i = recorded.size() - 1; i >= 0; i--) {
        Tensor tensor = recorded.get(i);
        NDArray dOut = tensor.cotangent;
        Op op = tensor.op;
        Tensor[] from = tensor.inputs;
        if (dOut != null && op != null && from != null) {
          inputs = from;
          owned = !tensor.cotangentShared;
          if (isWatched(tensor)) {
            dOut = deliver(tensor, dOut);
            owned = false;
          }
          op.vjp(Tensor.valuesOf(from), tensor.value(), dOut, this);
          tensor.cotangent = null;
          if (anomaly) {
            Anomaly.checkGradients(tensor, dOut, from);
          }
        }
      }
      for (Tensor leaf : waiting) {
        NDArray gathered = leaf.cotangent;
        leaf.cotangent = null;
        if (gathered != null) {
          deliver(leaf, gathered);
        }
      }
    } finally {
      for (Tensor tensor : recorded) {
        tensor.cotangent = null;
      }
      for (Tensor leaf : waiting) {
        leaf.cotangent = null;
      }
    }
    if (!retainGraph) {
      for (Tensor tensor : recorded) {
        tensor.inputs = null;
      }
    }
  }

  /** Returns the recorded tensors from which {@code result} was made, and itself, in tape order. */
  private static List<Tensor> reachable(Tensor result) {
    List<Tensor> found = new ArrayList<>(16);
    found.add(result);
    result.reached = true;
    for (int i = 0; i < found.size(); i++) {
      Tensor[] from = found.get(i).inputs;
      if (from == null) {
        continue;
      }
      for (Tensor input : from) {
        if (input.op != null && input.requiresGrad() && !input.reached) {
          input.reached = true;
          found.add(input);
        }
      }
    }
    for (Tensor tensor : found) {
      tensor.reached = false;
    }
    found.sort(LATEST_LAST);
    return found;
  }

  private static void checkUsable(List<Tensor> recorded) {
    for (Tensor tensor : recorded) {
      if (tensor.inputs == null) {
        throw new IllegalStateException(
            "backward() met "
                + (tensor.op == null ? "an operation" : tensor.op.name())
                + " of shape "
                + tensor.shape()
                + ", whose graph an earlier backward() released; pass retainGraph to keep it");
      }
      tensor.checkVersion();
    }
  }

  /** Says whether anyone is to be told of the gradient of a tensor that is not a leaf. */
  private boolean isWatched(Tensor tensor) {
    return tensor.hooks != null
        || tensor.retainsGrad
        || (asked != null && asked.containsKey(tensor));
  }

  /** Hands a complete gradient to the hooks, and what they make of it to who wants it. */
  private NDArray deliver(Tensor tensor, NDArray complete) {
    NDArray gradient = complete;
    if (tensor.hooks != null) {
      for (UnaryOperator<NDArray> hook : List.copyOf(tensor.hooks)) {
        gradient = hook.apply(gradient);
        if (!gradient.shape().equals(tensor.shape())) {
          throw new ShapeException(
              "a hook gave a gradient of shape "
                  + gradient.shape()
                  + " for a tensor of shape "
                  + tensor.shape());
        }
      }
    }
    if (asked != null) {
      if (asked.containsKey(tensor)) {
        asked.put(tensor, gradient.copy());
      }
    } else if (tensor.op == null || tensor.retainsGrad) {
      gather(tensor, gradient);
    }
    return gradient;
  }

  /** Says whether a leaf's gradient is added up where it stays, with nobody to be told of it. */
  private boolean isDirect(Tensor tensor) {
    if (tensor.op != null) {
      return false;
    }
    if (tensor.hooks == null && asked == null) {
      return true;
    }
    if (tensor.cotangent == null) {
      waiting.add(tensor);
    }
    return false;
  }

  private static void gather(Tensor leaf, NDArray contribution) {
    NDArray grad = leaf.gradBuffer();
    if (leaf.isGradDefined()) {
      grad.accumulate(contribution);
    } else {
      grad.copyFrom(contribution);
      leaf.markGradDefined();
    }
  }

  @Override
  public boolean wants(int input) {
    return inputs[input].requiresGrad();
  }

  @Override
  public void add(int input, NDArray contribution) {
    Tensor tensor = inputs[input];
    if (!tensor.requiresGrad()) {
      return;
    }
    if (!contribution.shape().equals(tensor.shape())) {
      throw new IllegalStateException(
          "a vjp gave a cotangent of shape "
              + contribution.shape()
              + " for an input of shape "
              + tensor.shape());
    }
    if (isDirect(tensor)) {
      gather(tensor, contribution);
    } else if (tensor.cotangent == null) {
      tensor.cotangent = contribution;
      tensor.cotangentShared = true;
    } else if (tensor.cotangentShared) {
      tensor.cotangent = tensor.cotangent.add(contribution);
      tensor.cotangentShared = false;
    } else {
      tensor.cotangent.accumulate(contribution);
    }
  }

  @Override
  public float beta(int input) {
    Tensor tensor = inputs[input];
    boolean direct = tensor.op == null && tensor.hooks == null && asked == null;
    return (direct ? tensor.isGradDefined() : tensor.cotangent != null) ? 1 : 0;
  }

  @Override
  public NDArray accumulator(int input) {
    Tensor tensor = inputs[input];
    if (isDirect(tensor)) {
      NDArray grad = tensor.gradBuffer();
      tensor.markGradDefined();
      grad.touch();
      return grad;
    }
    NDArray gathered = tensor.cotangent;
    if (gathered == null) {
      gathered = NDArray.empty(tensor.shape());
    } else if (tensor.cotangentShared || !gathered.isContiguous()) {
      gathered = gathered.copy();
    }
    tensor.cotangent = gathered;
    tensor.cotangentShared = false;
    return gathered;
  }

  @Override
  public boolean ownsCotangent() {
    return owned;
  }
}
