package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.nn.Parameter;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * L-BFGS (Liu and Nocedal, 1989) as PyTorch defines it, for small problems whose loss is the same
 * at every evaluation: a quasi-Newton method that knows the curvature from its last moves.
 *
 * <pre>{@code
 * Lbfgs optimizer = new Lbfgs(parameters).strongWolfe();
 * Tensor loss = optimizer.step(() -> {
 *   optimizer.zeroGrad();
 *   Tensor current = loss(model);
 *   current.backward();
 *   return current;
 * });
 * }</pre>
 *
 * <p>It keeps a few vectors as long as all parameters together, and two more for each move of its
 * history. A parameter without a gradient has one of zeros. There are no groups and no weight
 * decay.
 */
public final class Lbfgs extends Optimizer {
  /** A move whose product with the change of the gradient is below this says nothing. */
  private static final double LEAST_CURVATURE = 1e-10;

  private int maxIterations = 20;
  private int maxEvaluations;
  private int history = 100;
  private double toleranceGradient = 1e-7;
  private double toleranceChange = 1e-9;
  private @Nullable StrongWolfe lineSearch;

  private final List<Shape> shapes = new ArrayList<>();
  private final int size;
  private final FlatVector origin;
  private final FlatVector trial;
  private final FlatVector direction;
  private final FlatVector lastGradient;
  private final StrongWolfe.Point start;
  private final List<Move> moves = new ArrayList<>();
  private @Nullable Move spare;
  private long iterations;
  private double step;
  private double scale = 1;

  /** A move, and by how much the gradient changed along it. */
  private static final class Move {
    final FlatVector move;
    final FlatVector change;
    double curvature;

    Move(int size) {
      move = new FlatVector(size);
      change = new FlatVector(size);
    }
  }

  /**
   * Makes the optimizer with learning rate 1, at most 20 iterations a step and as many evaluations
   * and a quarter more, a history of 100 moves, tolerances 1e-7 of the gradient and 1e-9 of
   * changes, and no line search.
   */
  public Lbfgs(List<Parameter> parameters) {
    this(parameters, 1);
  }

  /**
   * Makes the optimizer with the same defaults.
   *
   * @param learningRate the length of a step beside the quasi-Newton step, or of the first that a
   *     line search tries
   */
  public Lbfgs(List<Parameter> parameters, double learningRate) {
    super(parameters, learningRate);
    long elements = 0;
    for (Parameter parameter : parameters) {
      shapes.add(parameter.shape());
      elements += parameter.size();
    }
    if (elements > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "L-BFGS is for small problems, not for " + elements + " elements");
    }
    size = (int) elements;
    origin = new FlatVector(size);
    trial = new FlatVector(size);
    direction = new FlatVector(size);
    lastGradient = new FlatVector(size);
    start = new StrongWolfe.Point(size);
  }

  /**
   * Sets the most iterations of one step, 20 if not set.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public Lbfgs maxIterations(int count) {
    maxIterations = Check.atLeast(1, "number of iterations", count);
    return this;
  }

  /**
   * Sets the evaluations of the loss after which a step ends, 5/4 of the iterations if not set.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public Lbfgs maxEvaluations(int count) {
    maxEvaluations = Check.atLeast(1, "number of evaluations", count);
    return this;
  }

  /**
   * Sets how many moves are remembered, 100 if not set.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public Lbfgs history(int count) {
    history = Check.atLeast(1, "history", count);
    return this;
  }

  /**
   * Sets the greatest magnitude in the gradient at which all is done, 1e-7 if not set.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public Lbfgs toleranceGradient(double value) {
    toleranceGradient = Check.atLeastZero("tolerance of the gradient", value);
    return this;
  }

  /**
   * Sets the change of the loss or of the parameters at which a step ends, 1e-9 if not set.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public Lbfgs toleranceChange(double value) {
    toleranceChange = Check.atLeastZero("tolerance of changes", value);
    return this;
  }

  /** Searches along each direction for a step that meets the strong Wolfe conditions. */
  public Lbfgs strongWolfe() {
    lineSearch = new StrongWolfe(size);
    return this;
  }

  /**
   * Refuses: L-BFGS wants a closure.
   *
   * @throws IllegalStateException always
   */
  @Override
  public void step() {
    throw new IllegalStateException(
        "L-BFGS evaluates the loss several times in a step: give step() a closure that does so");
  }

  /**
   * Takes up to {@code maxIterations} quasi-Newton steps.
   *
   * @param closure forgets the gradients, computes the loss, goes backward from it and returns it
   * @return the loss before the first of them
   */
  @Override
  public Tensor step(Supplier<Tensor> closure) {
    Tensor first = closure.get();
    start.loss = first.item();
    gather(start.gradient, Tensor::grad);
    int evaluations = 1;
    int allowed = maxEvaluations > 0 ? maxEvaluations : maxIterations * 5 / 4;
    boolean flat = start.gradient.greatestMagnitude() <= toleranceGradient;
    for (int i = 1; i <= maxIterations && !flat; i++) {
      turn();
      lastGradient.set(start.gradient);
      double lastLoss = start.loss;
      step = learningRate();
      if (iterations == 1) {
        step *= Math.min(1, 1 / start.gradient.sumOfMagnitudes());
      }
      start.slope = start.gradient.dot(direction);
      if (start.slope > -toleranceChange) {
        break;
      }
      double reach = direction.greatestMagnitude();
      StrongWolfe search = lineSearch;
      gather(origin, Tensor::array);
      if (search != null) {
        StrongWolfe.Point found =
            search.search(at -> evaluate(closure, at), start, step, toleranceChange / reach);
        evaluations += search.evaluations();
        step = found.t;
        start.loss = found.loss;
        start.gradient.set(found.gradient);
        moveTo(step);
      } else {
        moveTo(step);
        if (i < maxIterations) {
          start.loss = closure.get().item();
          gather(start.gradient, Tensor::grad);
          evaluations++;
        }
      }
      flat = start.gradient.greatestMagnitude() <= toleranceGradient;
      if (evaluations >= allowed
          || reach * step <= toleranceChange
          || Math.abs(start.loss - lastLoss) < toleranceChange) {
        break;
      }
    }
    return first;
  }

  /** Sets the direction: of steepest descent at first, then the quasi-Newton one. */
  private void turn() {
    iterations++;
    if (iterations > 1) {
      remember();
    }
    // The two loops over the history: see Nocedal and Wright, algorithm 7.4.
    direction.set(-1, start.gradient);
    double[] parts = new double[moves.size()];
    for (int k = parts.length - 1; k >= 0; k--) {
      Move move = moves.get(k);
      parts[k] = move.move.dot(direction) / move.curvature;
      direction.add(-parts[k], move.change);
    }
    direction.set(scale, direction);
    for (int k = 0; k < parts.length; k++) {
      Move move = moves.get(k);
      direction.add(parts[k] - move.change.dot(direction) / move.curvature, move.move);
    }
  }

  /** Puts the last move at the end of the history, if it shows the loss curve upward. */
  private void remember() {
    Move latest = spare == null ? new Move(size) : spare;
    latest.move.set(step, direction);
    latest.change.set(start.gradient);
    latest.change.add(-1, lastGradient);
    latest.curvature = latest.change.dot(latest.move);
    spare = latest;
    if (latest.curvature > LEAST_CURVATURE) {
      scale = latest.curvature / latest.change.dot(latest.change);
      moves.add(latest);
      spare = null;
      while (moves.size() > history) {
        spare = moves.removeFirst();
      }
    }
  }

  private void evaluate(Supplier<Tensor> closure, StrongWolfe.Point at) {
    moveTo(at.t);
    at.loss = closure.get().item();
    gather(at.gradient, Tensor::grad);
    at.slope = at.gradient.dot(direction);
  }

  /** Sets the parameters to {@code t} directions from where this iteration began. */
  private void moveTo(double t) {
    trial.set(origin);
    trial.add(t, direction);
    NDArray[] parts = trial.parts(shapes);
    for (int i = 0; i < parts.length; i++) {
      parameter(i).array().copyFrom(parts[i]);
    }
  }

  /** Copies an array of each parameter into one row, zeros where there is none. */
  private void gather(FlatVector row, Function<Parameter, @Nullable NDArray> of) {
    NDArray[] parts = row.parts(shapes);
    for (int i = 0; i < parts.length; i++) {
      NDArray array = of.apply(parameter(i));
      if (array == null) {
        parts[i].fill(0);
      } else {
        parts[i].copyFrom(array);
      }
    }
  }

  @Override
  void write(StateWriter out) {
    super.write(out);
    out.count("iterations", iterations);
    if (iterations == 0) {
      return;
    }
    out.number("step", step);
    out.number("scale", scale);
    out.array("direction", direction.array());
    out.array("gradient", lastGradient.array());
    for (int k = 0; k < moves.size(); k++) {
      Move move = moves.get(k);
      out.number("move." + k + ".curvature", move.curvature);
      out.array("move." + k + ".move", move.move.array());
      out.array("move." + k + ".change", move.change.array());
    }
  }

  @Override
  void read(StateReader in) {
    super.read(in);
    long taken = in.count("iterations");
    double length = taken == 0 ? 0 : in.number("step");
    double ratio = taken == 0 ? 1 : in.number("scale");
    Shape row = Shape.of(size);
    if (taken > 0) {
      in.array("direction", row, direction.array()::copyFrom);
      in.array("gradient", row, lastGradient.array()::copyFrom);
    }
    List<Move> read = new ArrayList<>();
    for (int k = 0; in.has("move." + k + "."); k++) {
      Move move = new Move(size);
      move.curvature = in.atLeastZero("move." + k + ".curvature");
      in.array("move." + k + ".move", row, move.move.array()::copyFrom);
      in.array("move." + k + ".change", row, move.change.array()::copyFrom);
      read.add(move);
    }
    in.then(() -> {
      iterations = taken;
      step = length;
      scale = ratio;
      moves.clear();
      moves.addAll(read);
    });
  }
}
