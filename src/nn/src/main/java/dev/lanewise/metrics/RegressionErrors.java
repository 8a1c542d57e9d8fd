package dev.lanewise.metrics;

import dev.lanewise.array.NDArray;
import dev.lanewise.tensor.Tensor;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * How far predicted numbers are from their targets, gathered over batches in double: the mean
 * absolute error, the root of the mean squared error, and R squared.
 *
 * <p>Where a sample has several numbers, each result is the mean of what it is for each of them, as
 * is scikit-learn's default. Until there was a sample, asking for a result throws {@link
 * IllegalStateException}.
 */
public final class RegressionErrors {
  private static final String METRIC = "regression errors";

  private Output[] outputs = {};
  private long samples;

  /** The errors of no samples yet. */
  public RegressionErrors() {}

  /**
   * Takes in the samples of a batch.
   *
   * @param predictions {@code [samples, ...]}
   * @param targets as many, in the same shape
   * @throws IllegalArgumentException if the shapes differ, samples have not as many numbers as
   *     those before, or a number is not finite
   */
  public void update(NDArray predictions, NDArray targets) {
    if (predictions.rank() == 0 || !predictions.shape().equals(targets.shape())) {
      throw new IllegalArgumentException(
          METRIC
              + ": predictions of shape "
              + predictions.shape()
              + " do not go with targets of shape "
              + targets.shape());
    }
    if (predictions.size() == 0) {
      return;
    }
    float[] predicted = finite("prediction", predictions);
    float[] wanted = finite("target", targets);
    int rows = predictions.shape().dim(0);
    int columns = predicted.length / rows;
    if (samples == 0) {
      outputs = Stream.generate(Output::new).limit(columns).toArray(Output[]::new);
    }
    if (columns != outputs.length) {
      throw new IllegalArgumentException(
          METRIC
              + ": samples of "
              + columns
              + " numbers do not go with those before, of "
              + outputs.length);
    }
    for (int i = 0; i < predicted.length; i++) {
      outputs[i % columns].add(predicted[i], wanted[i]);
    }
    samples += rows;
  }

  /** As {@link #update(NDArray, NDArray)}. */
  public void update(Tensor predictions, Tensor targets) {
    update(predictions.array(), targets.array());
  }

  private static float[] finite(String what, NDArray array) {
    float[] values = array.toFloatArray();
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            METRIC
                + ": the "
                + what
                + " at "
                + i
                + " of shape "
                + array.shape()
                + " is "
                + values[i]);
      }
    }
    return values;
  }

  /** The mean of the distances between predictions and targets. */
  public double meanAbsoluteError() {
    return mean(output -> output.distances / output.count);
  }

  /** The root of the mean of the squared distances, in the targets' unit. */
  public double rootMeanSquaredError() {
    return mean(output -> Math.sqrt(output.squares / output.count));
  }

  /**
   * The share of the targets' variance that the predictions explain: 1 where they are right, 0
   * where they do no better than the targets' mean, and less where they do worse. It is NaN for one
   * sample; for targets that are all the same it is 1 where the predictions are right, else 0.
   */
  public double rSquared() {
    return mean(Output::rSquared);
  }

  private double mean(ToDoubleFunction<Output> measure) {
    Scores.requireSamples(METRIC, samples);
    return Arrays.stream(outputs).mapToDouble(measure).average().orElseThrow();
  }

  /** The sums over one number of each sample. */
  private static final class Output {
    private long count;
    private double distances;
    private double squares;
    private double mean;

    /** The sum of the targets' squared distances from their mean. */
    private double spread;

    /** Welford's update of the mean and the spread. */
    void add(double predicted, double wanted) {
      count++;
      distances += Math.abs(predicted - wanted);
      squares += (predicted - wanted) * (predicted - wanted);
      double off = wanted - mean;
      mean += off / count;
      spread += off * (wanted - mean);
    }

    double rSquared() {
      if (count < 2) {
        return Double.NaN;
      }
      if (spread == 0) {
        return squares == 0 ? 1 : 0;
      }
      return 1 - squares / spread;
    }
  }
}
