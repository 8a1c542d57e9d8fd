package dev.lanewise.data;

/** One epoch of a loader: which samples go into which batch. */
final class EpochPlan {
  private final Recipe recipe;
  private final int epoch;
  private final int[] order;
  private final int batchSize;
  private final int batches;

  EpochPlan(Recipe recipe, int epoch, int[] order, int batchSize, int batches) {
    this.recipe = recipe;
    this.epoch = epoch;
    this.order = order;
    this.batchSize = batchSize;
    this.batches = batches;
  }

  int epoch() {
    return epoch;
  }

  int batches() {
    return batches;
  }

  /** Fills a buffer with batch {@code batch}, counted from 0. */
  void fill(int batch, Buffer buffer) {
    int start = batch * batchSize;
    recipe.fill(epoch, order, start, Math.min(batchSize, order.length - start), buffer);
  }
}
