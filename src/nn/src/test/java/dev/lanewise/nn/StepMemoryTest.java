package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.kernel.Workers;
import dev.lanewise.memory.Memory;
import dev.lanewise.memory.Scope;
import dev.lanewise.optim.Adam;
import dev.lanewise.optim.Optimizer;
import dev.lanewise.optim.Sgd;
import dev.lanewise.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a training step takes of the heap and of off-heap memory, and that it repeats itself. */
final class StepMemoryTest {
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void warmStepInAScope_allocatesFewHeapBytes_andNoOffHeapMemory() {
    Network model = new Network(64, 128, 128, 64, 10, 1e-3f);
    Random random = new Random(1);
    Tensor x = drawn(random, 32, 64);
    Tensor y = drawn(random, 32, 10);
    for (int i = 0; i < 10; i++) {
      step(model, x, y);
    }
    Memory.resetPeak();
    long offHeap = Memory.peak();
    long least = Long.MAX_VALUE;
    // C2 compiles in its own time: what it removes in the end is what counts.
    for (int round = 0; round < 200 && least >= 4096; round++) {
      for (int i = 0; i < 200; i++) {
        step(model, x, y);
      }
      long start = THREADS.getTotalThreadAllocatedBytes();
      for (int i = 0; i < 50; i++) {
        step(model, x, y);
      }
      least = Math.min(least, (THREADS.getTotalThreadAllocatedBytes() - start) / 50);
    }
    assertThat(least).as("heap bytes per step").isLessThan(4096);
    assertThat(Memory.peak()).as("off-heap bytes").isLessThanOrEqualTo(offHeap);
  }

  @Test
  void hundredThousandSteps_takeNoMoreMemory() {
    Sequential model = new Sequential(new Linear(3, 4), new Tanh(), new Linear(4, 2));
    Optimizer optimizer = new Adam(model.parameters(), 1e-3);
    Random random = new Random(2);
    Tensor x = drawn(random, 2, 3);
    Tensor y = drawn(random, 2, 2);
    long before = 0;
    for (int i = 0; i < 100_000; i++) {
      try (Scope _ = Scope.open()) {
        optimizer.zeroGrad();
        Losses.mse(model.forward(x), y).backward();
        optimizer.step();
      }
      if (i == 10) {
        Memory.resetPeak();
        before = Memory.peak();
      }
    }
    assertThat(Memory.peak()).isLessThanOrEqualTo(before);
    assertThat(Losses.mse(model.forward(x), y).item()).as("the loss learnt").isLessThan(1e-3f);
  }

  @Test
  void withoutScopes_memoryStaysBounded() {
    Network model = new Network(64, 128, 128, 64, 10, 1e-3f);
    Random random = new Random(3);
    Tensor x = drawn(random, 32, 64);
    Tensor y = drawn(random, 32, 10);
    long limit = Memory.limit();
    long bound = Memory.inUse() + (24L << 20);
    Memory.setLimit(bound);
    try {
      for (int i = 0; i < 2000; i++) {
        model.update(Losses.mse(model.forward(x), y));
      }
      assertThat(Memory.inUse()).isLessThanOrEqualTo(bound);
    } finally {
      Memory.setLimit(limit);
    }
  }

  /** Above the size from which products are cut for several threads. */
  @Test
  void sameSeed_sameBits_withAnyNumberOfThreads() {
    int threads = Workers.threads();
    try {
      Workers.setThreads(1);
      List<float[]> alone = trained();
      for (int several : new int[] {2, 3, 1}) {
        Workers.setThreads(several);
        List<float[]> together = trained();
        for (int i = 0; i < alone.size(); i++) {
          assertThat(together.get(i))
              .as("parameter %s with %s threads", i, several)
              .isEqualTo(alone.get(i));
        }
      }
    } finally {
      Workers.setThreads(threads);
    }
  }

  private static List<float[]> trained() {
    Seed.set(42);
    Sequential model =
        new Sequential(
            new Linear(200, 256),
            new Relu(),
            new Linear(256, 256),
            new Sigmoid(),
            new Dropout(0.1),
            new Linear(256, 10));
    Seed.set(0);
    Optimizer optimizer = new Sgd(model.parameters(), 0.1, 0.9);
    Random random = new Random(4);
    int[] labels = random.ints(64, 0, 10).toArray();
    Tensor x = drawn(random, 64, 200);
    for (int i = 0; i < 20; i++) {
      try (Scope _ = Scope.open()) {
        optimizer.zeroGrad();
        Losses.crossEntropy(model.forward(x), labels).backward();
        optimizer.step();
      }
    }
    List<float[]> values = new ArrayList<>();
    model.parameters().forEach(parameter -> values.add(parameter.toFloatArray()));
    return values;
  }

  private static void step(Network model, Tensor x, Tensor y) {
    try (Scope _ = Scope.open()) {
      model.update(Losses.mse(model.forward(x), y));
    }
  }

  private static Tensor drawn(Random random, int rows, int cols) {
    float[] values = new float[rows * cols];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat(-1, 1);
    }
    return Tensor.of(values, rows, cols);
  }

  /** The network of the user's first page. */
  private static final class Network extends Module {
    private final Linear fc1;
    private final Linear fc2;
    private final Linear fc3;
    private final Linear fc4;
    private final Optimizer optimizer;

    Network(int l1, int l2, int l3, int l4, int out, float learningRate) {
      fc1 = register("fc1", new Linear(l1, l2));
      fc2 = register("fc2", new Linear(l2, l3));
      fc3 = register("fc3", new Linear(l3, l4));
      fc4 = register("fc4", new Linear(l4, out));
      optimizer = new Adam(parameters(), learningRate);
    }

    @Override
    public Tensor forward(Tensor input) {
      Tensor hidden1 = fc1.forward(input).relu();
      Tensor hidden2 = fc2.forward(hidden1).sigmoid();
      Tensor hidden3 = fc3.forward(hidden2).sigmoid();
      return fc4.forward(hidden3).sigmoid().mul(2).add(-1);
    }

    void update(Tensor loss) {
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    }
  }
}
