package dev.lanewise.nn;

import dev.lanewise.array.Indices;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cross-entropy with PyTorch's options:
 *
 * <pre>{@code
 * Tensor loss = CrossEntropyLoss.DEFAULT.withLabelSmoothing(0.1).of(logits, labels);
 * }</pre>
 *
 * <p>Logits are [samples, classes] or [samples, classes, ...], with the classes along axis 1.
 *
 * @param weight how much each class counts, [classes]; null for 1
 * @param ignoreIndex the label of samples that do not count
 * @param labelSmoothing how much of each target is spread evenly over all classes, from 0 to 1
 * @param reduction what becomes of the losses of the samples; the mean over labels is one weighted
 *     by the classes' weights
 */
public record CrossEntropyLoss(
    @Nullable Tensor weight, int ignoreIndex, double labelSmoothing, Reduction reduction) {
  /** PyTorch's defaults: no weights, label -100 ignored, no smoothing, the mean. */
  public static final CrossEntropyLoss DEFAULT =
      new CrossEntropyLoss(null, -100, 0, Reduction.MEAN);

  /** Checks the smoothing. */
  public CrossEntropyLoss {
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
      throw new IllegalArgumentException(
          "crossEntropy: the label smoothing must be from 0 to 1, not " + labelSmoothing);
    }
  }

  /** Returns this loss with another weight. */
  public CrossEntropyLoss withWeight(Tensor weight) {
    return new CrossEntropyLoss(weight, ignoreIndex, labelSmoothing, reduction);
  }

  /** Returns this loss with another label to ignore. */
  public CrossEntropyLoss withIgnoreIndex(int ignoreIndex) {
    return new CrossEntropyLoss(weight, ignoreIndex, labelSmoothing, reduction);
  }

  /** Returns this loss with another smoothing. */
  public CrossEntropyLoss withLabelSmoothing(double labelSmoothing) {
    return new CrossEntropyLoss(weight, ignoreIndex, labelSmoothing, reduction);
  }

  /** Returns this loss with another reduction. */
  public CrossEntropyLoss withReduction(Reduction reduction) {
    return new CrossEntropyLoss(weight, ignoreIndex, labelSmoothing, reduction);
  }

  /**
   * Returns the loss of logits [samples, classes] against a class per sample.
   *
   * @throws ShapeException if there is not one label per sample
   * @throws IllegalArgumentException if a label is neither a class nor ignored
   */
  public Tensor of(Tensor logits, int... labels) {
    return of(logits, Indices.of(labels));
  }

  /** As {@link #of(Tensor, int...)}, for labels of the logits' shape without the classes. */
  public Tensor of(Tensor logits, Indices labels) {
    int[] numbers = labels.toIntArray();
    boolean plain =
        weight == null
            && labelSmoothing == 0
            && reduction == Reduction.MEAN
            && logits.shape().rank() == 2
            && labels.shape().rank() == 1
            && Arrays.stream(numbers).noneMatch(label -> label == ignoreIndex);
    return plain
        ? logits.crossEntropy(numbers)
        : ofLogProbabilities(logProbabilities(logits), labels);
  }

  /**
   * Returns the loss of logits against the probability of each class, of the logits' shape.
   *
   * @throws ShapeException if the shapes differ
   */
  public Tensor of(Tensor logits, Tensor probabilities) {
    if (!logits.shape().equals(probabilities.shape())) {
      throw new ShapeException(
          "crossEntropy: logits "
              + logits.shape()
              + " and probabilities "
              + probabilities.shape()
              + " differ in shape");
    }
    Tensor target = probabilities;
    if (labelSmoothing > 0) {
      float even = (float) (labelSmoothing / logits.shape().dim(1));
      target = probabilities.mul((float) (1 - labelSmoothing)).add(even);
    }
    return reduction.of(weighted(logProbabilities(logits).mul(target)).sum(1).neg());
  }

  /**
   * Returns the negative log-likelihood: the loss of log-probabilities instead of logits.
   *
   * @throws ShapeException if the labels are not of the other's shape without axis 1
   * @throws IllegalArgumentException if a label is neither a class nor ignored
   */
  public Tensor ofLogProbabilities(Tensor logProbabilities, Indices labels) {
    Shape shape = requireClasses(logProbabilities);
    Shape samples = shape.with(1, 1);
    int[] wanted = withoutClasses(shape);
    if (!labels.shape().equals(Shape.of(wanted))) {
      throw new ShapeException(
          "crossEntropy: labels "
              + labels.shape()
              + " are not one for each sample of logits "
              + shape);
    }
    int[] classes = labels.toIntArray();
    Tensor counted = Tensor.of(count(classes, shape.dim(1)), wanted);
    Indices places = Indices.of(classes);
    Tensor own = logProbabilities.gather(1, places.reshape(samples.toArray())).reshape(wanted);
    Tensor weights =
        weight == null
            ? counted
            : requireWeight(shape).indexSelect(0, places).reshape(wanted).mul(counted);
    Tensor losses = where(counted, own).mul(weights).neg();
    if (labelSmoothing > 0) {
      Tensor all = where(counted, weighted(logProbabilities).sum(1));
      losses =
          losses
              .mul((float) (1 - labelSmoothing))
              .sub(all.mul((float) (labelSmoothing / shape.dim(1))));
    }
    return reduction == Reduction.MEAN ? losses.sum().div(weights.sum()) : reduction.of(losses);
  }

  private static Tensor where(Tensor counted, Tensor losses) {
    return Tensor.where(counted, losses, Tensor.scalar(0));
  }

  /** Returns 1 for each label that counts, 0 for the others, which become class 0. */
  private float[] count(int[] labels, int classes) {
    float[] counted = new float[labels.length];
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] == ignoreIndex) {
        labels[i] = 0;
      } else if (labels[i] < 0 || labels[i] >= classes) {
        throw new IllegalArgumentException(
            "crossEntropy: label "
                + labels[i]
                + " of sample "
                + i
                + " is not one of "
                + classes
                + " classes");
      } else {
        counted[i] = 1;
      }
    }
    return counted;
  }

  private static Tensor logProbabilities(Tensor logits) {
    var _ = requireClasses(logits);
    return logits.logSoftmax(1);
  }

  /** Returns [samples, classes, ...] times the classes' weights. */
  private Tensor weighted(Tensor x) {
    if (weight == null) {
      return x;
    }
    int[] dims = new int[x.shape().rank() - 1];
    Arrays.fill(dims, 1);
    dims[0] = x.shape().dim(1);
    return x.mul(requireWeight(x.shape()).reshape(dims));
  }

  private Tensor requireWeight(Shape logits) {
    if (weight == null || !weight.shape().equals(Shape.of(logits.dim(1)))) {
      throw new ShapeException(
          "crossEntropy: weight "
              + (weight == null ? "none" : weight.shape())
              + " is not one number for each class of logits "
              + logits);
    }
    return weight;
  }

  private static Shape requireClasses(Tensor logits) {
    if (logits.shape().rank() < 2) {
      throw new ShapeException(
          "crossEntropy: logits " + logits.shape() + " are not [samples, classes, ...]");
    }
    return logits.shape();
  }

  private static int[] withoutClasses(Shape shape) {
    int[] dims = shape.toArray();
    int[] rest = new int[dims.length - 1];
    rest[0] = dims[0];
    System.arraycopy(dims, 2, rest, 1, rest.length - 1);
    return rest;
  }
}
