package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.memory.Scope;
import dev.lanewise.optim.Adam;
import dev.lanewise.optim.Sgd;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Chains of modules, and what they learn. */
final class SequentialTest {
  @Test
  void forward_runsTheLayersInOrder() {
    Tensor x = Tensor.of(new float[] {-1, 0.5f, 2}, 1, 3);
    assertThat(new Sequential(new Relu(), new Tanh()).forward(x).toFloatArray())
        .isEqualTo(x.relu().tanh().toFloatArray());
    assertThat(new Sequential(new Gelu(), new Sigmoid(), new Softmax(-1)).forward(x).toFloatArray())
        .isEqualTo(x.gelu().sigmoid().softmax(1).toFloatArray());
    assertThat(new Sequential().forward(x)).isSameAs(x);
  }

  @Test
  void layersAndActivations_areTheSameBitsAsByHand() {
    Linear first = new Linear(3, 20);
    Linear second = new Linear(20, 2);
    Tensor x = Tensor.of(new float[] {-1, 0.5f, 2, 1, 1, 1}, 2, 3);
    Tensor chained = new Sequential(first, new Relu(), second, new Sigmoid()).forward(x);
    float[] hidden = first.forward(x).toFloatArray();
    float[] output = second.forward(Tensor.of(hidden, 2, 20).relu()).toFloatArray();
    assertThat(chained.toFloatArray()).isEqualTo(Tensor.of(output, 2, 2).sigmoid().toFloatArray());
  }

  @Test
  void tinyNetwork_learnsXor() {
    Seed.set(1);
    Sequential net = new Sequential(new Linear(2, 8), new Tanh(), new Linear(8, 1), new Sigmoid());
    Seed.set(0);
    Adam adam = new Adam(net.parameters(), 0.05);
    Tensor x = Tensor.of(new float[] {0, 0, 0, 1, 1, 0, 1, 1}, 4, 2);
    Tensor y = Tensor.of(new float[] {0, 1, 1, 0}, 4, 1);
    for (int i = 0; i < 500; i++) {
      try (Scope _ = Scope.open()) {
        adam.zeroGrad();
        Losses.mse(net.forward(x), y).backward();
        adam.step();
      }
    }
    float[] learned = net.forward(x).toFloatArray();
    assertThat(learned[0]).isLessThan(0.1f);
    assertThat(learned[1]).isGreaterThan(0.9f);
    assertThat(learned[2]).isGreaterThan(0.9f);
    assertThat(learned[3]).isLessThan(0.1f);
  }

  @Test
  void softmaxClassifier_learnsThreeClouds() {
    Random random = new Random(3);
    float[] points = new float[600];
    int[] labels = new int[300];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % 3;
      double angle = 2 * Math.PI * labels[i] / 3;
      points[2 * i] = (float) (Math.cos(angle) + 0.25 * random.nextGaussian());
      points[2 * i + 1] = (float) (Math.sin(angle) + 0.25 * random.nextGaussian());
    }
    Tensor x = Tensor.of(points, 300, 2);
    Linear classifier = new Linear(2, 3, true, random);
    Sgd sgd = new Sgd(classifier.parameters(), 0.5, 0.9);
    double before = Losses.crossEntropy(classifier.forward(x), labels).item();
    for (int i = 0; i < 100; i++) {
      try (Scope _ = Scope.open()) {
        sgd.zeroGrad();
        Losses.crossEntropy(classifier.forward(x), labels).backward();
        sgd.step();
      }
    }
    int right = 0;
    try (NoGrad _ = NoGrad.open()) {
      Tensor probabilities = classifier.forward(x).softmax(-1);
      assertThat(Losses.crossEntropy(classifier.forward(x), labels).item())
          .isLessThan((float) before);
      for (int i = 0; i < labels.length; i++) {
        float own = probabilities.array().get(i, labels[i]);
        right += own > 0.5f ? 1 : 0;
      }
    }
    // The clouds are 3.5 deviations from their borders: one point in 2000 falls beyond.
    assertThat(right).isGreaterThanOrEqualTo(295);
  }
}
