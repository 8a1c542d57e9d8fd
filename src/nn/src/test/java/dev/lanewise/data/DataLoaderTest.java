package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.memory.Memory;
import dev.lanewise.memory.Scope;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.optim.Optimizer;
import dev.lanewise.optim.Sgd;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DataLoaderTest {
  @ParameterizedTest
  @CsvSource({"1,1", "7,3", "6,3", "3,5", "64,64", "1000,7", "0,4"})
  void iterator_everySampleOnce(int samples, int batchSize) {
    DataLoader loader = new DataLoader(Samples.numbered(samples), batchSize).shuffle(5);
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
    DataLoader loader = new DataLoader(Samples.numbered(10), 4);
    assertThat(Samples.order(loader)).isEqualTo(IntStream.range(0, 10).boxed().toList());
    assertThat(Samples.order(loader.dropLast())).isEqualTo(IntStream.range(0, 8).boxed().toList());
    assertThat(loader.dropLast().batches()).isEqualTo(2);
    assertThat(Samples.order(new DataLoader(Samples.numbered(3), 4).dropLast())).isEmpty();
  }

  @Test
  void results_collectedOverTheBatches_areEachOfItsOwnBatch() {
    Dataset data = Samples.numbered(10);
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
    Dataset data = Samples.numbered(100);
    DataLoader loader = new DataLoader(data, 8).shuffle(1);
    List<List<Integer>> epochs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      assertThat(loader.epoch()).isEqualTo(i);
      epochs.add(Samples.order(loader));
    }
    assertThat(epochs).doesNotHaveDuplicates();
    assertThat(Samples.order(loader.epoch(2))).isEqualTo(epochs.get(2));
    assertThat(Samples.order(loader)).isEqualTo(epochs.get(3));
    assertThat(Samples.order(new DataLoader(data, 13).shuffle(1).epoch(3)))
        .isEqualTo(epochs.get(3));
    assertThat(Samples.order(new DataLoader(data, 8).shuffle(2))).isNotEqualTo(epochs.get(0));
  }

  @Test
  void shuffle_staysAsItIsInThisVersion() {
    assertThat(Samples.order(new DataLoader(Samples.numbered(8), 3).shuffle(42)))
        .containsExactly(3, 7, 0, 5, 2, 6, 1, 4);
  }

  @Test
  void shuffle_isUniform() {
    int[][] counts = new int[5][5];
    DataLoader loader = new DataLoader(Samples.numbered(5), 5).shuffle(3);
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
    DataLoader loader = new DataLoader(Samples.numbered(100), 8).shuffle(1);
    assertThat(Samples.order(loader)).hasSize(100);
    Memory.resetPeak();
    long before = Memory.inUse();
    for (int i = 0; i < 5; i++) {
      assertThat(Samples.order(loader)).hasSize(100);
    }
    assertThat(Memory.peak()).isLessThanOrEqualTo(before);
  }

  @Test
  void next_replacesTheBatchBefore() {
    Iterator<Batch> batches = new DataLoader(Samples.numbered(4), 2).iterator();
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
    DataLoader loader = new DataLoader(Samples.numbered(4), 2);
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
    Dataset picked = Samples.numbered(5).subset(new int[] {4, 0, 4});
    assertThat(picked.labels()).containsExactly(4, 0, 4);
    assertThat(picked.targets().toFloatArray()).containsExactly(8, 0, 8);
    assertThat(Samples.numbered(5).subset(1, 3).labels()).containsExactly(1, 2);
    assertThat(Samples.numbered(5).subset(2, 2).size()).isZero();
    assertThatThrownBy(() -> Samples.numbered(5).subset(2, 6))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("samples 2 to 6 of a data set of 5");
    assertThatThrownBy(() -> Samples.numbered(5).subset(new int[] {5}))
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
    assertThatThrownBy(() -> new DataLoader(Samples.numbered(3), 0))
        .hasMessage("the batch size must be positive, not 0");
  }

  @Test
  void oneHot_rows() {
    assertThat(Dataset.oneHot(new int[] {2, 0}, 3, 0, 1).toFloatArray())
        .containsExactly(0, 0, 1, 1, 0, 0);
    assertThatThrownBy(() -> Dataset.oneHot(new int[] {1, 3}, 3, 0, 1))
        .hasMessage("the label 3 at 1 is not one of 0 to 2");
  }

  @Test
  void sampler_namesTheSamples() {
    Sampler backward = Sampler.of(3, epoch -> new int[] {9, 8 - epoch, 0});
    DataLoader loader = new DataLoader(Samples.numbered(10), 2).sampler(backward);
    assertThat(loader.batches()).isEqualTo(2);
    assertThat(Samples.order(loader)).containsExactly(9, 8, 0);
    assertThat(Samples.order(loader)).containsExactly(9, 7, 0);
    assertThat(Samples.order(loader.dropLast())).containsExactly(9, 8);
    assertThatThrownBy(() -> Samples.order(loader.sampler(Sampler.of(1, _ -> new int[] {10}))))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("sample 10 of a data set of 10");
    assertThatThrownBy(() -> Samples.order(loader.sampler(Sampler.of(2, _ -> new int[] {1}))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the sampler's order of epoch 0 names 1 samples and not 2, its size");
  }

  @Test
  void stratify_classesInProportion() {
    int[] labels = new int[30];
    Arrays.setAll(labels, i -> i < 20 ? 0 : 1);
    Dataset data = Dataset.of(NDArray.zeros(Shape.of(30, 1)), labels);
    for (Batch batch : new DataLoader(data, 6).stratify(1)) {
      assertThat(Arrays.stream(batch.labels()).sum()).isEqualTo(2);
    }
    Dataset plain = Dataset.of(NDArray.zeros(Shape.of(3, 1)), NDArray.zeros(Shape.of(3, 1)));
    assertThatThrownBy(() -> new DataLoader(plain, 2).stratify(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a stratified order needs labels, and the data set has none");
    assertThatThrownBy(() -> new DataLoader(plain, 2).oneHot(2, 0, 1))
        .hasMessage("a row of one-hot targets needs labels, and the data set has none");
  }

  @Test
  void oneHot_replacesTheTargets() {
    DataLoader loader = new DataLoader(Samples.numbered(3), 2).oneHot(4, -1, 1);
    List<float[]> targets = new ArrayList<>();
    for (Batch batch : loader) {
      assertThat(batch.y().shape()).isEqualTo(Shape.of(batch.size(), 4));
      targets.add(batch.y().toFloatArray());
    }
    assertThat(targets.get(0)).containsExactly(1, -1, -1, -1, -1, 1, -1, -1);
    assertThat(targets.get(1)).containsExactly(-1, -1, 1, -1);
    assertThatThrownBy(() -> Samples.order(loader.oneHot(2, 0, 1)))
        .hasMessage("the label 2 at 0 is not one of 0 to 1");
  }

  @Test
  void position_isWhereResumeGoesOn() {
    DataLoader loader = new DataLoader(Samples.numbered(10), 4).shuffle(1);
    assertThat(loader.position()).isEqualTo(new DataLoader.Position(0, 0));
    Iterator<Batch> batches = loader.iterator();
    assertThat(loader.position()).isEqualTo(new DataLoader.Position(0, 0));
    batches.next();
    batches.next();
    assertThat(loader.position()).isEqualTo(new DataLoader.Position(0, 2));
    batches.next();
    assertThat(loader.position()).isEqualTo(new DataLoader.Position(1, 0));
    assertThat(loader.resume(4, 3).position()).isEqualTo(new DataLoader.Position(4, 3));
    assertThat(Samples.order(loader)).isEmpty();
    assertThat(loader.position()).isEqualTo(new DataLoader.Position(5, 0));
    assertThatThrownBy(() -> loader.resume(-1, 0))
        .hasMessage("the number of an epoch cannot be negative: -1");
    assertThatThrownBy(() -> loader.resume(0, 4))
        .hasMessage("an epoch of 3 batches cannot be resumed after 4");
    assertThatThrownBy(() -> loader.resume(0, -1))
        .hasMessage("an epoch of 3 batches cannot be resumed after -1");
  }

  @Test
  void resume_endsTheIterationUnderWay() {
    DataLoader loader = new DataLoader(Samples.numbered(4), 2);
    Iterator<Batch> old = loader.iterator();
    Batch batch = old.next();
    loader.resume(0, 1);
    assertThat(batch.labels()).containsExactly(0, 1);
    assertThatThrownBy(old::next).isInstanceOf(IllegalStateException.class);
    assertThat(loader.iterator().next().labels()).containsExactly(2, 3);
    assertThatThrownBy(batch::labels).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void resume_givesTheBatchesThatWereLeft(int ahead) {
    DataLoader loader =
        new DataLoader(Samples.numbered(50), 7)
            .shuffle(3)
            .transform(Augmentation.noise(1), 5)
            .prefetch(ahead);
    for (int epoch = 0; epoch < 2; epoch++) {
      List<String> all = Samples.contents(loader.epoch(epoch));
      for (int done = 0; done <= all.size(); done++) {
        assertThat(Samples.contents(loader.resume(epoch, done)))
            .isEqualTo(all.subList(done, all.size()));
      }
    }
  }

  @Test
  void training_resumedWithinAnEpoch_endsWithTheSameWeights() {
    Linear whole = new Linear(6, 1);
    Linear resumed = new Linear(6, 1);
    resumed.loadStateDict(whole.stateDict());
    DataLoader loader = regression();
    train(whole, loader, 11);
    loader = regression();
    train(resumed, loader, 4);
    Linear again = new Linear(6, 1);
    again.loadStateDict(resumed.stateDict());
    DataLoader.Position position = loader.position();
    assertThat(position).isEqualTo(new DataLoader.Position(1, 1));
    train(again, regression().resume(position.epoch(), position.batches()), 7);
    assertThat(again.stateDict().get("weight").toFloatArray())
        .isEqualTo(whole.stateDict().get("weight").toFloatArray());
  }

  private static DataLoader regression() {
    return new DataLoader(Samples.numbered(10), 4).shuffle(1).transform(Augmentation.noise(1), 2);
  }

  private static void train(Linear model, DataLoader loader, int steps) {
    Optimizer optimizer = new Sgd(model.parameters(), 1e-5);
    int done = 0;
    while (true) {
      for (Batch batch : loader) {
        optimizer.zeroGrad();
        Tensor output = model.forward(batch.x().reshape(batch.size(), 6));
        Losses.mse(output, batch.y()).backward();
        optimizer.step();
        if (++done == steps) {
          return;
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void backward_overAReplacedBatch_isRefused(int ahead) {
    Linear model = new Linear(6, 1);
    Iterator<Batch> batches = new DataLoader(Samples.numbered(8), 2).prefetch(ahead).iterator();
    Batch first = batches.next();
    Tensor loss = Losses.mse(model.forward(first.x().reshape(2, 6)), first.y());
    batches.next();
    assertThatThrownBy(loss::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("written");
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
}
