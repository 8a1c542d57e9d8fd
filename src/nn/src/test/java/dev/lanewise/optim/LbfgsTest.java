package dev.lanewise.optim;

import static dev.lanewise.optim.Parameters.drawn;
import static dev.lanewise.optim.Parameters.in;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.nn.Parameter;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** L-BFGS against dense BFGS in double precision, and on Rosenbrock's valley. */
final class LbfgsTest {
  private int evaluations;

  /** A loss, its gradient gathered, as a closure of {@code optimizer}. */
  private Supplier<Tensor> closure(Optimizer optimizer, Supplier<Tensor> loss) {
    return () -> {
      evaluations++;
      optimizer.zeroGrad();
      Tensor value = loss.get();
      value.backward();
      return value;
    };
  }

  /** (1 - x)^2 + 100 (y - x^2)^2, whose lowest point (1, 1) lies in a bent valley. */
  private static Tensor rosenbrock(Parameter p) {
    Tensor x = p.mul(Tensor.of(new float[] {1, 0})).sum();
    Tensor y = p.mul(Tensor.of(new float[] {0, 1})).sum();
    return x.neg().add(1).square().add(y.sub(x.square()).square().mul(100));
  }

  private static double rosenbrock(double x, double y) {
    return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x);
  }

  private static double[] slope(double x, double y) {
    return new double[] {-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)};
  }

  @Test
  void rosenbrock_isSolved() {
    Parameter p = Parameters.of(-1.2f, 1);
    Lbfgs optimizer = new Lbfgs(List.of(p)).strongWolfe().maxIterations(100);
    Tensor first = optimizer.step(closure(optimizer, () -> rosenbrock(p)));
    // (1 + 1.2)^2 + 100 (1 - 1.44)^2, computed in single precision.
    assertThat((double) first.item()).isCloseTo(24.2, within(1e-4));
    assertThat((double) p.toFloatArray()[0]).isCloseTo(1, within(1e-3));
    assertThat((double) p.toFloatArray()[1]).isCloseTo(1, within(1e-3));
    assertThat(evaluations).isLessThan(100);
  }

  @Test
  void everyStep_meetsTheStrongWolfeConditions() {
    for (double lr : new double[] {1e-3, 1, 50}) {
      Parameter p = Parameters.of(-1.2f, 1);
      Lbfgs optimizer = new Lbfgs(List.of(p), lr).strongWolfe().maxIterations(1);
      for (int i = 0; i < 12; i++) {
        float[] from = p.toFloatArray();
        optimizer.step(closure(optimizer, () -> rosenbrock(p)));
        float[] to = p.toFloatArray();
        double before = along(from, from, to);
        double after = along(to, from, to);
        double fall = rosenbrock(from[0], from[1]) - rosenbrock(to[0], to[1]);
        // The search computed in single precision what is computed here in double.
        double rounding = 1e-5 * (1 + Math.abs(before));
        assertThat(before).isNegative();
        assertThat(fall).isGreaterThanOrEqualTo(1e-4 * -before - rounding);
        assertThat(Math.abs(after)).isLessThanOrEqualTo(0.9 * -before + rounding);
      }
      assertThat(rosenbrock(p.toFloatArray()[0], p.toFloatArray()[1]))
          .as("where the valley is reached")
          .isLessThan(5);
    }
  }

  /** The slope at {@code at} times the way from one point to another. */
  private static double along(float[] at, float[] from, float[] to) {
    double[] slope = slope(at[0], at[1]);
    return slope[0] * ((double) to[0] - from[0]) + slope[1] * ((double) to[1] - from[1]);
  }

  /** One parameter by columns, one by rows, one that the loss does not know. */
  private static List<Parameter> threeParameters() {
    return List.of(
        in(NDArray.persistent(Shape.of(3, 2)).transpose(), drawn(new Random(1), 6)),
        in(NDArray.persistent(Shape.of(2, 3)), drawn(new Random(2), 6)),
        Parameters.of(5));
  }

  private static final float[] STEEP = {1, 2, 3, 4, 5, 6, 1.5f, 2.5f, 3.5f, 4.5f, 5.5f, 6.5f};

  private static Tensor bowl(List<Parameter> p) {
    float[] first = Arrays.copyOfRange(STEEP, 0, 6);
    float[] second = Arrays.copyOfRange(STEEP, 6, 12);
    Tensor one = p.get(0).square().mul(Tensor.of(first, 2, 3)).sum();
    Tensor two = p.get(1).square().mul(Tensor.of(second, 2, 3)).sum();
    // The product bends the bowl, so that the curvature changes along the way.
    return one.add(two).add(one.mul(two).mul(0.1f));
  }

  private static double[] bowlSlope(double[] x) {
    double one = 0;
    double two = 0;
    for (int i = 0; i < 6; i++) {
      one += STEEP[i] * x[i] * x[i];
      two += STEEP[i + 6] * x[i + 6] * x[i + 6];
    }
    double[] g = new double[12];
    for (int i = 0; i < 12; i++) {
      g[i] = 2 * STEEP[i] * x[i] * (1 + 0.1 * (i < 6 ? two : one));
    }
    return g;
  }

  /**
   * With a history of m moves the direction is that of BFGS whose inverse Hessian begins as a
   * multiple of the identity and takes in the last m moves: here as a dense matrix, in doubles.
   */
  @Test
  void directions_areThoseOfDenseBfgs() {
    int history = 3;
    List<Parameter> p = threeParameters();
    double[] x = new double[12];
    for (int i = 0; i < 12; i++) {
      x[i] = p.get(i / 6).toFloatArray()[i % 6];
    }
    double lr = 0.5;
    Lbfgs optimizer = new Lbfgs(p, lr).history(history).maxIterations(1);
    List<double[]> moves = new ArrayList<>();
    List<double[]> changes = new ArrayList<>();
    double[] g = bowlSlope(x);
    for (int t = 1; t <= 9; t++) {
      optimizer.step(closure(optimizer, () -> bowl(p)));
      double[][] inverse = inverseHessian(moves, changes);
      double step = t == 1 ? lr * Math.min(1, 1 / sumOfMagnitudes(g)) : lr;
      double[] move = new double[12];
      for (int i = 0; i < 12; i++) {
        move[i] = -step * dot(inverse[i], g);
        x[i] += move[i];
      }
      double[] before = g;
      g = bowlSlope(x);
      double[] change = new double[12];
      for (int i = 0; i < 12; i++) {
        change[i] = g[i] - before[i];
      }
      moves.add(move);
      changes.add(change);
      if (moves.size() > history) {
        moves.removeFirst();
        changes.removeFirst();
      }
      for (int i = 0; i < 12; i++) {
        // Differences of gradients up to 20 are rounded like the gradients, and the steps, below 1,
        // are a few times less certain by their quotient; a dozen steps add up.
        assertThat((double) p.get(i / 6).toFloatArray()[i % 6])
            .as("step %s, element %s", t, i)
            .isCloseTo(x[i], within(2e-5));
      }
    }
    assertThat(p.get(2).item()).isEqualTo(5);
  }

  private static double[][] inverseHessian(List<double[]> moves, List<double[]> changes) {
    double[][] h = new double[12][12];
    double scale =
        moves.isEmpty()
            ? 1
            : dot(moves.getLast(), changes.getLast()) / dot(changes.getLast(), changes.getLast());
    for (int i = 0; i < 12; i++) {
      h[i][i] = scale;
    }
    for (int k = 0; k < moves.size(); k++) {
      double[] s = moves.get(k);
      double[] y = changes.get(k);
      double rho = 1 / dot(s, y);
      double[] hy = new double[12];
      for (int i = 0; i < 12; i++) {
        hy[i] = dot(h[i], y);
      }
      double yhy = dot(y, hy);
      // (I - rho s y') H (I - rho y s') + rho s s', multiplied out for a symmetric H.
      for (int i = 0; i < 12; i++) {
        for (int j = 0; j < 12; j++) {
          h[i][j] += -rho * (s[i] * hy[j] + hy[i] * s[j]) + rho * (rho * yhy + 1) * s[i] * s[j];
        }
      }
    }
    return h;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double sumOfMagnitudes(double[] a) {
    double sum = 0;
    for (double value : a) {
      sum += Math.abs(value);
    }
    return sum;
  }

  /** Many iterations in one step go where as many steps of one iteration go. */
  @Test
  void iterations_areSteps() {
    for (boolean wolfe : new boolean[] {false, true}) {
      List<Parameter> one = threeParameters();
      List<Parameter> many = threeParameters();
      Lbfgs once = new Lbfgs(one, 0.5).maxIterations(6).maxEvaluations(1000);
      Lbfgs often = new Lbfgs(many, 0.5).maxIterations(1);
      if (wolfe) {
        once.strongWolfe();
        often.strongWolfe();
      }
      once.step(closure(once, () -> bowl(one)));
      for (int i = 0; i < 6; i++) {
        often.step(closure(often, () -> bowl(many)));
      }
      for (int i = 0; i < 2; i++) {
        assertThat(one.get(i).toFloatArray()).isEqualTo(many.get(i).toFloatArray());
      }
    }
  }

  @Test
  void resumedRun_isTheSameRun() {
    List<Parameter> whole = threeParameters();
    Lbfgs first = new Lbfgs(whole).history(3).maxIterations(2).strongWolfe();
    for (int t = 0; t < 5; t++) {
      first.step(closure(first, () -> bowl(whole)));
    }
    List<Parameter> resumed = threeParameters();
    for (int i = 0; i < resumed.size(); i++) {
      resumed.get(i).array().copyFrom(whole.get(i).array());
    }
    Lbfgs second = new Lbfgs(resumed).history(3).maxIterations(2).strongWolfe();
    State state = first.stateDict();
    assertThat(state.arrays())
        .containsKeys("direction", "gradient", "move.2.move", "move.2.change")
        .doesNotContainKey("move.3.move");
    second.loadStateDict(state);
    for (int t = 0; t < 3; t++) {
      float[] before = whole.get(0).toFloatArray();
      first.step(closure(first, () -> bowl(whole)));
      second.step(closure(second, () -> bowl(resumed)));
      assertThat(whole.get(0).toFloatArray()).isNotEqualTo(before);
      for (int i = 0; i < 2; i++) {
        assertThat(resumed.get(i).toFloatArray()).isEqualTo(whole.get(i).toFloatArray());
      }
    }
  }

  @Test
  void stateThatDoesNotFit_isRefusedWhole() {
    Parameter p = Parameters.of(1, 2);
    Lbfgs optimizer = new Lbfgs(List.of(p));
    State fresh = optimizer.stateDict();
    assertThat(fresh.numbers()).containsEntry("iterations", 0.0);
    State bad =
        new State(
            Map.of("move.0.move", NDArray.zeros(Shape.of(2))),
            Map.of(
                "parameters", 1.0,
                "groups", 1.0,
                "group.0.learningRate", 0.5,
                "group.0.weightDecay", 0.0,
                "iterations", 1.0,
                "step", 1.0));
    assertThatThrownBy(() -> optimizer.loadStateDict(bad))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the state does not fit Lbfgs: scale is missing; direction is missing; gradient is"
                + " missing; move.0.curvature is missing; move.0.change is missing");
    assertThat(optimizer.stateDict()).isEqualTo(fresh);
  }

  @Test
  void stops_whereItSaid() {
    Parameter p = Parameters.of(-1.2f, 1);
    Lbfgs few = new Lbfgs(List.of(p)).strongWolfe().maxIterations(50).maxEvaluations(5);
    few.step(closure(few, () -> rosenbrock(p)));
    // A line search that has begun is finished.
    assertThat(evaluations).isBetween(5, 5 + 25);

    Parameter flat = Parameters.of(1, 1);
    Lbfgs done = new Lbfgs(List.of(flat));
    evaluations = 0;
    done.step(closure(done, () -> rosenbrock(flat)));
    assertThat(evaluations).as("the gradient is zero").isOne();
    assertThat(flat.toFloatArray()).containsExactly(1, 1);

    Parameter near = Parameters.of(-1.2f, 1);
    Lbfgs coarse = new Lbfgs(List.of(near)).strongWolfe().maxIterations(50).toleranceChange(10);
    evaluations = 0;
    coarse.step(closure(coarse, () -> rosenbrock(near)));
    assertThat(evaluations).isLessThan(10);

    Parameter rough = Parameters.of(1.001f, 1);
    Lbfgs loose = new Lbfgs(List.of(rough)).toleranceGradient(1000);
    evaluations = 0;
    loose.step(closure(loose, () -> rosenbrock(rough)));
    assertThat(evaluations).isOne();
  }

  @Test
  void misuse_isRefused() {
    List<Parameter> p = List.of(Parameters.of(1));
    assertThatThrownBy(() -> new Lbfgs(p).step())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "L-BFGS evaluates the loss several times in a step: give step() a closure that does"
                + " so");
    refused(
        () -> new Lbfgs(p).maxIterations(0), "the number of iterations must be at least 1, not 0");
    refused(
        () -> new Lbfgs(p).maxEvaluations(0),
        "the number of evaluations must be at least 1, not 0");
    refused(() -> new Lbfgs(p).history(0), "the history must be at least 1, not 0");
    refused(
        () -> new Lbfgs(p).toleranceGradient(-1),
        "the tolerance of the gradient must be a finite number from 0, not -1.0");
    refused(
        () -> new Lbfgs(p).toleranceChange(-1),
        "the tolerance of changes must be a finite number from 0, not -1.0");
  }

  private static void refused(Runnable call, String sentence) {
    assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class).hasMessage(sentence);
  }
}
