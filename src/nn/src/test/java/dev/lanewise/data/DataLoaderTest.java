package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.memory.Memory;
import dev.lanewise.memory.Scope;
import dev.lanewise.nn.Linear;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DataLoaderTest {
  @ParameterizedTest
  @CsvSource({"1,1", "7,3", "6,3", "3,5", "64,64", "1000,7", "0,4"})
  void iterator_everySampleOnce(int samples, int batchSize) {
    DataLoader loader = new DataLoader(data(samples), batchSize).shuffle(5);
    for (int epoch = 0; epoch < 3; epoch++) {
      List<Integer> seen = new ArrayList<>();
      int batches = 0;
      for (Batch batch : loader) {
        batches++;
        assertThat(batch.size()).isEqualTo(Math.min(batchSize, samples - seen.size()));
        assertRowsBelongTogether(batch);
        for (int label : batch.labels()) {
          seen.add(label);
        }
      }
      assertThat(batches).isEqualTo(loader.batches());
      assertThat(seen.stream().sorted()).isEqualTo(IntStream.range(0, samples).boxed().toList());
    }
  }

  @Test
  void iterator_withoutShuffleKeepsTheOrder() {
    DataLoader loader = new DataLoader(data(10), 4);
    assertThat(order(loader)).isEqualTo(IntStream.range(0, 10).boxed().toList());
    assertThat(order(loader.dropLast())).isEqualTo(IntStream.range(0, 8).boxed().toList());
    assertThat(loader.dropLast().batches()).isEqualTo(2);
    assertThat(order(new DataLoader(data(3), 4).dropLast())).isEmpty();
  }

  @Test
  void results_collectedOverTheBatches_areEachOfItsOwnBatch() {
    Dataset data = data(10);
    Linear layer = new Linear(data.features().shape().dim(-1), 3);
    List<Tensor> collected = new ArrayList<>();
    for (Batch batch : new DataLoader(data, 4)) {
      collected.add(layer.forward(batch.x()));
    }
    int i = 0;
    for (Batch batch : new DataLoader(data, 4)) {
      assertThat(collected.get(i++).toFloatArray())
          .isEqualTo(layer.forward(batch.x()).toFloatArray());
    }
    assertThat(i).isEqualTo(3);
  }

  @Test
  void shuffle_orderDependsOnSeedAndEpochAlone() {
    Dataset data = data(100);
    DataLoader loader = new DataLoader(data, 8).shuffle(1);
    List<List<Integer>> epochs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      assertThat(loader.epoch()).isEqualTo(i);
      epochs.add(order(loader));
    }
    assertThat(epochs).doesNotHaveDuplicates();
    assertThat(order(loader.epoch(2))).isEqualTo(epochs.get(2));
    assertThat(order(loader)).isEqualTo(epochs.get(3));
    assertThat(order(new DataLoader(data, 13).shuffle(1).epoch(3))).isEqualTo(epochs.get(3));
    assertThat(order(new DataLoader(data, 8).shuffle(2))).isNotEqualTo(epochs.get(0));
  }

  @Test
  void shuffle_staysAsItIsInThisVersion() {
    assertThat(order(new DataLoader(data(8), 3).shuffle(42)))
        .containsExactly(3, 7, 0, 5, 2, 6, 1, 4);
  }

  @Test
  void shuffle_isUniform() {
    int[][] counts = new int[5][5];
    DataLoader loader = new DataLoader(data(5), 5).shuffle(3);
    int epochs = 5000;
    for (int i = 0; i < epochs; i++) {
      int[] labels = loader.iterator().next().labels();
      for (int place = 0; place < 5; place++) {
        counts[place][labels[place]]++;
      }
    }
    // Five standard deviations of a binomial of 5000 draws at 1/5.
    for (int[] place : counts) {
      for (int count : place) {
        assertThat(count).isBetween(1000 - 142, 1000 + 142);
      }
    }
  }

  @Test
  void next_allocatesNothingOffHeap() {
    DataLoader loader = new DataLoader(data(100), 8).shuffle(1);
    assertThat(order(loader)).hasSize(100);
    Memory.resetPeak();
    long before = Memory.inUse();
    for (int i = 0; i < 5; i++) {
      assertThat(order(loader)).hasSize(100);
    }
    assertThat(Memory.peak()).isLessThanOrEqualTo(before);
  }

  @Test
  void next_replacesTheBatchBefore() {
    Iterator<Batch> batches = new DataLoader(data(4), 2).iterator();
    Batch first = batches.next();
    NDArray buffer = first.x().array();
    Batch kept = first.copy();
    long version = buffer.storage().version();
    Batch second = batches.next();
    assertThat(second.x().array()).isSameAs(buffer);
    assertThat(buffer.storage().version()).isGreaterThan(version);
    assertThatThrownBy(first::x)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "this batch of 2 samples was replaced by the next one of its loader; copy() gives one"
                + " to keep");
    assertThatThrownBy(first::copy).isInstanceOf(IllegalStateException.class);
    assertThat(kept.labels()).containsExactly(0, 1);
    assertRowsBelongTogether(kept);
    assertRowsBelongTogether(second);
    assertThatThrownBy(batches::next).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void iterator_endsTheOneBefore() {
    DataLoader loader = new DataLoader(data(4), 2);
    Iterator<Batch> old = loader.iterator();
    Batch batch = old.next();
    assertThat(loader.iterator().next().labels()).containsExactly(0, 1);
    assertThatThrownBy(old::next)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("this iteration ended when another one");
    assertThatThrownBy(batch::labels).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void dataset_outlivesTheScopeItWasMadeIn() {
    Dataset data;
    try (Scope step = Scope.open()) {
      assertThat(step).isNotNull();
      NDArray wide = NDArray.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
      data = Dataset.of(wide.transpose(), wide.slice(0, 0, 2));
    }
    assertThat(data.features().toFloatArray()).containsExactly(1, 3, 5, 2, 4, 6);
    assertThat(data.targets().toFloatArray()).containsExactly(1, 2, 3, 4);
    assertThat(data.hasLabels()).isFalse();
    Batch batch = new DataLoader(data, 2).iterator().next();
    assertThat(batch.labels()).isEmpty();
    assertThat(batch.x().array().shape()).isEqualTo(Shape.of(2, 3));
  }

  @Test
  void dataset_subset() {
    Dataset picked = data(5).subset(new int[] {4, 0, 4});
    assertThat(picked.labels()).containsExactly(4, 0, 4);
    assertThat(picked.targets().toFloatArray()).containsExactly(8, 0, 8);
    assertThat(data(5).subset(1, 3).labels()).containsExactly(1, 2);
    assertThat(data(5).subset(2, 2).size()).isZero();
    assertThatThrownBy(() -> data(5).subset(2, 6))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("samples 2 to 6 of a data set of 5");
    assertThatThrownBy(() -> data(5).subset(new int[] {5}))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("sample 5 of a data set of 5");
  }

  @Test
  void dataset_refusesWhatDoesNotAgree() {
    assertThatThrownBy(
            () -> Dataset.of(NDArray.zeros(Shape.of(3, 2)), NDArray.zeros(Shape.of(2, 2))))
        .hasMessage(
            "features of shape [3, 2] and targets of shape [2, 2] do not agree in the number of"
                + " samples");
    assertThatThrownBy(
            () -> Dataset.of(NDArray.zeros(Shape.of(3)), NDArray.zeros(Shape.of(3)), new int[] {1}))
        .hasMessage("1 labels do not go with features of shape [3]");
    assertThatThrownBy(() -> new DataLoader(data(3), 0))
        .hasMessage("the batch size must be positive, not 0");
  }

  @Test
  void oneHot_rows() {
    assertThat(Dataset.oneHot(new int[] {2, 0}, 3, 0, 1).toFloatArray())
        .containsExactly(0, 0, 1, 1, 0, 0);
    assertThatThrownBy(() -> Dataset.oneHot(new int[] {1, 3}, 3, 0, 1))
        .hasMessage("the label 3 at 1 is not one of 0 to 2");
  }

  private static List<Integer> order(DataLoader loader) {
    List<Integer> order = new ArrayList<>();
    for (Batch batch : loader) {
      for (int label : batch.labels()) {
        order.add(label);
      }
    }
    return order;
  }

  private static void assertRowsBelongTogether(Batch batch) {
    NDArray x = batch.x().array();
    NDArray y = batch.y().array();
    assertThat(x.shape()).isEqualTo(Shape.of(batch.size(), 2, 3));
    assertThat(y.shape()).isEqualTo(Shape.of(batch.size(), 1));
    for (int i = 0; i < batch.size(); i++) {
      int label = batch.labels()[i];
      assertThat(x.get(i, 0, 0)).isEqualTo(6 * label);
      assertThat(x.get(i, 1, 2)).isEqualTo(6 * label + 5);
      assertThat(y.get(i, 0)).isEqualTo(2 * label);
    }
  }

  /**
   * Samples of ascending features [n, 2, 3], with twice the label, which is the index, as target.
   */
  private static Dataset data(int samples) {
    NDArray x = NDArray.persistent(Shape.of(samples, 2, 3));
    NDArray y = NDArray.persistent(Shape.of(samples, 1));
    int[] labels = new int[samples];
    for (int i = 0; i < samples; i++) {
      for (int j = 0; j < 6; j++) {
        x.set(6 * i + j, i, j / 3, j % 3);
      }
      y.set(2 * i, i, 0);
      labels[i] = i;
    }
    return Dataset.of(x, y, labels);
  }
}
