package dev.lanewise.nn;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.tensor.Tensor;

/** Normalization of each channel over a batch. */
abstract sealed class BatchNorm extends ChannelNorm permits BatchNorm1d, BatchNorm2d {
  private final double momentum;
  private final int leastRank;
  private final int greatestRank;
  private final NDArray runningMean;
  private final NDArray runningVariance;
  private final NDArray batches;

  BatchNorm(
      int channels,
      double epsilon,
      double momentum,
      boolean affine,
      int leastRank,
      int greatestRank) {
    super(channels, epsilon, affine);
    if (!(momentum >= 0 && momentum <= 1)) {
      throw new IllegalArgumentException(
          "the momentum of a batch norm must be from 0 to 1, not " + momentum);
    }
    this.momentum = momentum;
    this.leastRank = leastRank;
    this.greatestRank = greatestRank;
    this.runningMean = registerBuffer("running_mean", NDArray.persistent(Shape.of(channels)));
    this.runningVariance = registerBuffer("running_var", NDArray.persistent(Shape.of(channels)));
    this.batches = registerBuffer("num_batches_tracked", NDArray.persistent(Shape.SCALAR));
    runningVariance.fill(1);
  }

  /**
   * Returns the normalized input.
   *
   * @throws dev.lanewise.array.ShapeException if the input is not of its shape
   * @throws IllegalStateException in training, if there is only one value for each channel
   */
  @Override
  public final Tensor forward(Tensor input) {
    requireChannels(input.shape(), leastRank, greatestRank);
    return isTraining() ? byBatch(input) : byRunning(input);
  }

  // [samples, channels, ...] -> [channels, samples ...], whose rows are normalized, and back
  private Tensor byBatch(Tensor input) {
    Tensor swapped = input.transpose(0, 1);
    Tensor rows = swapped.flatten(1, -1);
    if (rows.shape().dim(1) < 2) {
      throw new IllegalStateException(
          this
              + ": input "
              + input.shape()
              + " has one value for each channel at most, and so no variance to train with");
    }
    track(rows.detach());
    Tensor normalized = rows.layerNorm(1, epsilon);
    return scaled(normalized.reshape(swapped.shape().toArray()).transpose(0, 1));
  }

  private void track(Tensor rows) {
    move(runningMean, rows.mean(1));
    move(runningVariance, rows.variance(1));
    batches.set(batches.item() + 1);
  }

  private void move(NDArray running, Tensor towards) {
    NDArray part = towards.array().affine((float) momentum, 0);
    running.copyFrom(running.affine((float) (1 - momentum), 0).add(part));
  }

  private Tensor byRunning(Tensor input) {
    int rank = input.shape().rank();
    Tensor scale = Tensor.of(runningVariance).add((float) epsilon).rsqrt();
    Tensor centered = input.sub(perChannel(Tensor.of(runningMean), rank));
    return scaled(centered.mul(perChannel(scale, rank)));
  }
}
