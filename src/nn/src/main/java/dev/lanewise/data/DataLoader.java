package dev.lanewise.data;

import dev.lanewise.array.NDArray;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * A data set dealt out in batches, one epoch for each iteration over it.
 *
 * <pre>{@code
 * DataLoader loader = new DataLoader(train, 64).shuffle(seed);
 * for (int epoch = 0; epoch < 10; epoch++) {
 *   for (Batch batch : loader) {
 *     ...
 *   }
 * }
 * }</pre>
 *
 * <p>A shuffled order depends on the seed and the number of the epoch and on nothing else, so that
 * training can be resumed at any {@link #epoch(int)}. Batches share the loader's buffers: each is
 * valid until the next is asked for, and only one iteration can be under way. A loader is for one
 * thread at a time.
 */
public final class DataLoader implements Iterable<Batch> {
  private static final RandomGeneratorFactory<RandomGenerator> GENERATORS =
      RandomGeneratorFactory.of("L64X128MixRandom");
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final Dataset data;
  private final int batchSize;
  private final boolean shuffled;
  private final long seed;
  private final boolean dropLast;
  private final int[] order;
  private @Nullable Buffer full;
  private @Nullable Buffer last;
  private @Nullable Epoch current;
  private int nextEpoch;

  /** A loader that deals out {@code data} in its own order, {@code batchSize} samples at a time. */
  public DataLoader(Dataset data, int batchSize) {
    this(data, batchSize, false, 0, false);
  }

  private DataLoader(Dataset data, int batchSize, boolean shuffled, long seed, boolean dropLast) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("the batch size must be positive, not " + batchSize);
    }
    this.data = data;
    this.batchSize = batchSize;
    this.shuffled = shuffled;
    this.seed = seed;
    this.dropLast = dropLast;
    order = new int[data.size()];
  }

  /** A loader like this one whose order is shuffled anew in each epoch. */
  public DataLoader shuffle(long seed) {
    return new DataLoader(data, batchSize, true, seed, dropLast);
  }

  /** A loader like this one that leaves out a last batch smaller than the others. */
  public DataLoader dropLast() {
    return new DataLoader(data, batchSize, shuffled, seed, true);
  }

  /** The number of batches in an epoch. */
  public int batches() {
    return dropLast ? data.size() / batchSize : Math.ceilDiv(data.size(), batchSize);
  }

  /** The samples in every batch but perhaps the last. */
  public int batchSize() {
    return batchSize;
  }

  /** The data set that is dealt out. */
  public Dataset data() {
    return data;
  }

  /** The number of the epoch that the next iteration goes through. */
  public int epoch() {
    return nextEpoch;
  }

  /**
   * Sets the number of the epoch that the next iteration goes through.
   *
   * @return this loader, as in {@code for (Batch batch : loader.epoch(3))}
   */
  public DataLoader epoch(int number) {
    if (number < 0) {
      throw new IllegalArgumentException("the number of an epoch cannot be negative: " + number);
    }
    nextEpoch = number;
    return this;
  }

  /** Begins the next epoch; an iteration under way cannot go on. */
  @Override
  public Iterator<Batch> iterator() {
    if (current != null) {
      current.replaceBatch();
    }
    arrange(nextEpoch++);
    current = new Epoch();
    return current;
  }

  /** Fisher and Yates's shuffle, from the identity, with a generator of this epoch's own. */
  private void arrange(int epoch) {
    Arrays.setAll(order, i -> i);
    if (!shuffled) {
      return;
    }
    RandomGenerator random = GENERATORS.create(seed + GOLDEN * (epoch + 1));
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int other = order[j];
      order[j] = order[i];
      order[i] = other;
    }
  }

  private Batch fill(int start) {
    int count = Math.min(batchSize, order.length - start);
    Buffer buffer = buffer(count);
    data.gather(order, start, buffer.x, buffer.y, buffer.labels);
    return new Batch(buffer.x, buffer.y, buffer.labels);
  }

  private Buffer buffer(int count) {
    if (count == batchSize) {
      if (full == null) {
        full = new Buffer(data, count);
      }
      return full;
    }
    if (last == null) {
      last = new Buffer(data, count);
    }
    return last;
  }

  /** The memory of one size of batch. */
  private static final class Buffer {
    final NDArray x;
    final NDArray y;
    final int[] labels;

    Buffer(Dataset data, int count) {
      x = Dataset.rowsLike(data.features(), count);
      y = Dataset.rowsLike(data.targets(), count);
      labels = new int[data.hasLabels() ? count : 0];
    }
  }

  /** One iteration over the batches. */
  private final class Epoch implements Iterator<Batch> {
    private int done;
    private @Nullable Batch batch;

    @Override
    public boolean hasNext() {
      return done < batches();
    }

    @Override
    public Batch next() {
      if (this != current) {
        throw new IllegalStateException(
            "this iteration ended when another one over the same loader began");
      }
      if (!hasNext()) {
        throw new NoSuchElementException("the epoch has only " + batches() + " batches");
      }
      replaceBatch();
      batch = fill(done++ * batchSize);
      return batch;
    }

    void replaceBatch() {
      if (batch != null) {
        batch.replace();
      }
    }
  }
}
