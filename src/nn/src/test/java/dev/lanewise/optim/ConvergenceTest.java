package dev.lanewise.optim;

import static dev.lanewise.optim.Parameters.drawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.memory.Scope;
import dev.lanewise.nn.Parameter;
import dev.lanewise.tensor.Tensor;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Every optimizer finds the lowest point of a bowl, twenty times as steep one way as another. */
final class ConvergenceTest {
  private static final int STEPS = 2000;
  private static final int N = 20;

  private final float[] center = drawn(new Random(2), N);

  @Test
  void each_findsTheLowestPoint() {
    converges(p -> new Sgd(p, 0.3));
    converges(p -> new Sgd(p, 0.05).momentum(0.9).nesterov());
    converges(p -> new Adam(p, 0.05));
    converges(p -> new Adam(p, 0.05).amsgrad());
    converges(p -> new AdamW(p, 0.05).weightDecay(0));
    converges(p -> new NAdam(p, 0.05));
    converges(p -> new RAdam(p, 0.05));
    converges(p -> new RmsProp(p, 0.02));
    converges(p -> new RmsProp(p, 0.005).momentum(0.9).centered());
    converges(p -> new Adagrad(p, 0.5));
    converges(p -> new Adadelta(p, 10));
    converges(p -> new Lion(p, 0.01));
    converges(p -> new Lbfgs(p).maxIterations(2));
    converges(p -> new Lbfgs(p).maxIterations(2).strongWolfe());
  }

  private void converges(Function<List<Parameter>, Optimizer> maker) {
    Parameter p = Parameters.of(new float[N]);
    Optimizer optimizer = maker.apply(List.of(p));
    Scheduler scheduler = new Scheduler(optimizer, new PolynomialSchedule(STEPS));
    for (int t = 0; t < STEPS; t++) {
      try (Scope _ = Scope.open()) {
        optimizer.step(() -> {
          optimizer.zeroGrad();
          Tensor loss = loss(p);
          loss.backward();
          return loss;
        });
      }
      scheduler.step();
    }
    for (int i = 0; i < N; i++) {
      // The last steps are a hundredth of the rate and less.
      assertThat(p.toFloatArray()[i])
          .as("%s, element %s", optimizer.getClass().getSimpleName(), i)
          .isCloseTo(center[i], within(1e-3f));
    }
  }

  private Tensor loss(Parameter p) {
    float[] steepness = new float[N];
    for (int i = 0; i < N; i++) {
      steepness[i] = 0.05f * (i + 1);
    }
    return p.sub(Tensor.of(center)).square().mul(Tensor.of(steepness)).sum();
  }
}
