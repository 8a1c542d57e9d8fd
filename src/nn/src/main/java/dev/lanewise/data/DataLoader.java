package dev.lanewise.data;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A data set dealt out in batches, one epoch for each iteration over it.
 *
 * <pre>{@code
 * DataLoader loader = new DataLoader(train, 64).shuffle(seed).prefetch(2);
 * for (int epoch = 0; epoch < 10; epoch++) {
 *   for (Batch batch : loader) {
 *     ...
 *   }
 * }
 * }</pre>
 *
 * <p>What the batches of an epoch hold depends on what the loader was made from, such as seeds, and
 * on the number of the epoch, and on nothing else, so that training can go on from any {@link
 * #resume place}. Batches share the loader's buffers: each is valid until the next is asked for,
 * and only one iteration can be under way. A loader is for one thread at a time.
 */
public final class DataLoader implements Iterable<Batch> {
  private final Recipe recipe;
  private final int batchSize;
  private final Sampler sampler;
  private final boolean dropLast;
  private final int ahead;

  private @Nullable Buffer buffer;
  private @Nullable Prefetch prefetch;
  private Position next = new Position(0, 0);
  private @Nullable Epoch current;
  private @Nullable Batch dealt;

  /** A loader that deals out {@code data} in its own order, {@code batchSize} samples at a time. */
  public DataLoader(Dataset data, int batchSize) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("the batch size must be positive, not " + batchSize);
    }
    this(new Recipe(data, null, 0, null), batchSize, Sampler.sequential(data.size()), false, 0);
  }

  private DataLoader(Recipe recipe, int batchSize, Sampler sampler, boolean dropLast, int ahead) {
    this.recipe = recipe;
    this.batchSize = batchSize;
    this.sampler = sampler;
    this.dropLast = dropLast;
    this.ahead = ahead;
  }

  /**
   * A place in a training run.
   *
   * @param epoch the number of the epoch, counted from 0
   * @param batches the batches of this epoch that were dealt out
   */
  public record Position(int epoch, int batches) {}

  /** A loader like this one whose order is shuffled anew in each epoch. */
  public DataLoader shuffle(long seed) {
    return sampler(Sampler.shuffled(data().size(), seed));
  }

  /**
   * A loader like this one whose order is shuffled anew in each epoch so that each batch has each
   * class in the proportion of the whole data set, to within one sample.
   *
   * @throws IllegalArgumentException if the data set has no labels
   */
  public DataLoader stratify(long seed) {
    return sampler(Sampler.stratified(data().requireLabels("a stratified order"), batchSize, seed));
  }

  /** A loader like this one whose epochs go through the samples that {@code sampler} names. */
  public DataLoader sampler(Sampler sampler) {
    return new DataLoader(recipe, batchSize, sampler, dropLast, ahead);
  }

  /** A loader like this one that leaves out a last batch smaller than the others. */
  public DataLoader dropLast() {
    return new DataLoader(recipe, batchSize, sampler, true, ahead);
  }

  /** As {@link #transform(Transform, long)}, for a transform that draws no random numbers. */
  public DataLoader transform(Transform transform) {
    return transform(transform, 0);
  }

  /**
   * A loader like this one that changes the features of each sample by {@code transform}, which
   * takes the place of one set before. What it draws at random depends on {@code seed}, the epoch
   * and the sample, and on nothing else.
   */
  public DataLoader transform(Transform transform, long seed) {
    return new DataLoader(
        recipe.withTransform(transform, seed), batchSize, sampler, dropLast, ahead);
  }

  /**
   * A loader like this one whose targets are made of the labels: a row of {@code classes} numbers
   * for each, {@code on} at the label, else {@code off}.
   *
   * @throws IllegalArgumentException if the data set has no labels
   */
  public DataLoader oneHot(int classes, float off, float on) {
    data().requireLabels("a row of one-hot targets");
    return new DataLoader(
        recipe.withOneHot(new OneHot(classes, off, on)), batchSize, sampler, dropLast, ahead);
  }

  /**
   * A loader like this one whose batches are filled by another thread, up to {@code ahead} of them
   * before they are asked for; with 0 the thread that asks fills them. The batches are the same.
   *
   * <p>What fails in filling a batch is thrown when the batch is asked for, as the cause of an
   * {@link IllegalStateException}.
   */
  public DataLoader prefetch(int ahead) {
    if (ahead < 0) {
      throw new IllegalArgumentException("there cannot be " + ahead + " batches filled ahead");
    }
    return new DataLoader(recipe, batchSize, sampler, dropLast, ahead);
  }

  /** The number of batches in an epoch. */
  public int batches() {
    return dropLast ? sampler.size() / batchSize : Math.ceilDiv(sampler.size(), batchSize);
  }

  /** The samples in every batch but perhaps the last. */
  public int batchSize() {
    return batchSize;
  }

  /** The data set that is dealt out. */
  public Dataset data() {
    return recipe.data();
  }

  /** The number of the epoch that the next iteration goes through. */
  public int epoch() {
    return next.epoch;
  }

  /**
   * Sets the number of the epoch that the next iteration goes through.
   *
   * @return this loader, as in {@code for (Batch batch : loader.epoch(3))}
   */
  public DataLoader epoch(int number) {
    return resume(number, 0);
  }

  /**
   * How far this loader has come: what {@link #resume} takes in another run to go on with the batch
   * after the last that was dealt out. After the last of an epoch this is the start of the next.
   */
  public Position position() {
    return current != null && current.hasNext() ? current.position() : next;
  }

  /**
   * Lets the next iteration begin within an epoch; one under way cannot go on.
   *
   * @param epoch the number of the epoch, counted from 0
   * @param batches how many of its batches are passed over
   * @return this loader
   */
  public DataLoader resume(int epoch, int batches) {
    if (epoch < 0) {
      throw new IllegalArgumentException("the number of an epoch cannot be negative: " + epoch);
    }
    if (batches < 0 || batches > batches()) {
      throw new IllegalArgumentException(
          "an epoch of " + batches() + " batches cannot be resumed after " + batches);
    }
    next = new Position(epoch, batches);
    current = null;
    return this;
  }

  /** Begins the next epoch, or goes on where {@link #resume} said; ends an iteration under way. */
  @Override
  public Iterator<Batch> iterator() {
    replaceDealt();
    current = new Epoch(plan(next.epoch), next.batches);
    next = new Position(next.epoch + 1, 0);
    return current;
  }

  private EpochPlan plan(int epoch) {
    int[] order = sampler.order(epoch);
    if (order.length != sampler.size()) {
      throw new IllegalStateException(
          "the sampler's order of epoch "
              + epoch
              + " names "
              + order.length
              + " samples and not "
              + sampler.size()
              + ", its size");
    }
    return new EpochPlan(recipe, epoch, order, batchSize, batches());
  }

  private void replaceDealt() {
    if (dealt != null) {
      dealt.replace();
      dealt = null;
    }
  }

  /** New memory for as many samples as a batch has. */
  private Buffer newBuffer() {
    return recipe.buffer(Math.min(batchSize, sampler.size()));
  }

  private Prefetch prefetch() {
    if (prefetch == null) {
      int buffers = Math.min(ahead, batches()) + 1;
      prefetch = new Prefetch(Stream.generate(this::newBuffer).limit(buffers).toList());
    }
    return prefetch;
  }

  private Buffer buffer() {
    if (buffer == null) {
      buffer = newBuffer();
    }
    return buffer;
  }

  /** One iteration over the batches. */
  private final class Epoch implements Iterator<Batch> {
    private final EpochPlan plan;
    private int done;

    Epoch(EpochPlan plan, int done) {
      this.plan = plan;
      this.done = done;
      if (ahead > 0) {
        prefetch().begin(plan, done);
      }
    }

    Position position() {
      return new Position(plan.epoch(), done);
    }

    @Override
    public boolean hasNext() {
      return done < plan.batches();
    }

    @Override
    public Batch next() {
      if (this != current) {
        throw new IllegalStateException(
            "this iteration ended when another one over the same loader began or was to begin");
      }
      if (!hasNext()) {
        throw new NoSuchElementException("the epoch has only " + plan.batches() + " batches");
      }
      replaceDealt();
      dealt = filled().batch();
      done++;
      return dealt;
    }

    private Buffer filled() {
      if (ahead > 0) {
        return prefetch().take();
      }
      plan.fill(done, buffer());
      return buffer();
    }
  }
}
