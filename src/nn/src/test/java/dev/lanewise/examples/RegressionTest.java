package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.array.NDArray;
import dev.lanewise.data.DataLoader;
import dev.lanewise.data.Dataset;
import dev.lanewise.nn.Gelu;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Seed;
import dev.lanewise.nn.Sequential;
import dev.lanewise.optim.Adam;
import dev.lanewise.optim.CosineSchedule;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import dev.lanewise.train.Trainer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * A network learns a function of eight numbers from noisy samples, down to the noise: on fresh
 * samples no model can have a mean squared error below the noise's variance.
 *
 * <pre>
 *   mvn -q test -pl src/nn -am -Dtest=RegressionTest -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
final class RegressionTest {
  private static final int INPUTS = 8;
  private static final double DEVIATION = 0.2;
  private static final int EPOCHS = 40;

  @Test
  void network_reachesTheNoiseFloor() throws Exception {
    Seed.set(1);
    Dataset train = samples(16_384, 1);
    Dataset test = samples(4_096, 2);
    Sequential model =
        new Sequential(
            new Linear(INPUTS, 64), new Gelu(), new Linear(64, 64), new Gelu(), new Linear(64, 1));
    new Trainer(
            model,
            new Adam(model.parameters(), 3e-3),
            (m, batch) -> Losses.mse(m.forward(batch.x()), batch.y()))
        .schedule(new CosineSchedule(EPOCHS))
        .fit(new DataLoader(train, 128).shuffle(1), EPOCHS);
    double error = error(model, test);
    double floor = DEVIATION * DEVIATION;
    double spread = floor * Math.sqrt(2.0 / test.size()); // of a mean of squares of normal numbers
    System.out.printf("regression: test error %.5f, noise floor %.5f%n", error, floor);
    assertThat(error).isBetween(floor - 4 * spread, 1.15 * floor);
  }

  private static double error(Sequential model, Dataset test) {
    try (NoGrad _ = NoGrad.open()) {
      return Losses.mse(model.forward(Tensor.of(test.features())), Tensor.of(test.targets()))
          .item();
    }
  }

  private static Dataset samples(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] x = new float[count * INPUTS];
    float[] y = new float[count];
    for (int i = 0; i < count; i++) {
      double[] p = new double[INPUTS];
      for (int j = 0; j < INPUTS; j++) {
        p[j] = random.nextDouble(-1, 1);
        x[i * INPUTS + j] = (float) p[j];
      }
      double value =
          Math.sin(3 * p[0]) + p[1] * p[2] + Math.exp(-p[3] * p[3]) + Math.abs(p[4]) - p[5] * p[6];
      y[i] = (float) (value + DEVIATION * random.nextGaussian());
    }
    return Dataset.of(NDArray.of(x, count, INPUTS), NDArray.of(y, count, 1));
  }
}
